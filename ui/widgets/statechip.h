#pragma once

#include "theme/state.h"

#include <QWidget>

class QPainter;

namespace runyard {

// A state in a pill: dot (or icon) and word. Colour is never the only sign.
class StateChip : public QWidget {
    Q_OBJECT
public:
    enum class Mark { Dot, Icon, None };

    explicit StateChip(const QString& word = {}, StateKind kind = StateKind::Neutral, Mark mark = Mark::Dot, QWidget* parent = nullptr);

    void setState(const QString& word, StateKind kind);
    QString word() const { return m_word; }
    StateKind kind() const { return m_kind; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_word;
    StateKind m_kind;
    Mark m_mark;
};

// The same pill for delegates; returns the width used. The pill stands in the vertical middle of the rectangle.
int paintChip(QPainter& painter, const QRect& rect, const QString& word, StateKind kind, StateChip::Mark mark = StateChip::Mark::Dot);

} // namespace runyard
