#pragma once

#include "theme/state.h"

#include <QAbstractButton>

namespace runyard {

// One entry of the rail: icon or state dot, text, and a count or a word at the end. Without text where the rail is narrow.
class RailItem final : public QAbstractButton {
    Q_OBJECT
public:
    RailItem(const QString& iconName, const QString& text, QWidget* parent = nullptr);

    void setNote(const QString& note);
    void setDot(StateKind kind);  // in place of the icon
    void setNarrow(bool narrow);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    void paintMark(QPainter& painter, const QRectF& square) const;

    QString m_iconName;
    QString m_note;
    StateKind m_kind = StateKind::Neutral;
    bool m_isDot = false;
    bool m_isNarrow = false;
};

} // namespace runyard
