#pragma once

#include "theme/state.h"

#include <QAbstractButton>
#include <QWidget>

namespace runyard {

// A framed button of the top bar that shows a state dot, a name and a note; or, without a dot, a muted prompt with a key.
class BarButton final : public QAbstractButton {
    Q_OBJECT
public:
    enum class Shape { Workspace, Search };
    BarButton(Shape shape, QWidget* parent = nullptr);

    void setState(StateKind kind, const QString& name, const QString& note);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    void paintWorkspace(QPainter& painter) const;
    void paintSearch(QPainter& painter) const;

    Shape m_shape;
    StateKind m_kind = StateKind::Neutral;
    QString m_name;
    QString m_note;
};

// The top of the window: name, workspace with the state of its service, search.
class TopBar final : public QWidget {
    Q_OBJECT
public:
    explicit TopBar(QWidget* parent = nullptr);

    void setWorkspace(StateKind kind, const QString& name, const QString& note, const QString& tip);

Q_SIGNALS:
    void searchRequested();
    void workspaceRequested(const QPoint& below);  // global

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    BarButton* m_workspace;
    BarButton* m_search;
};

} // namespace runyard
