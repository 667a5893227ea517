#pragma once

#include <QVector>
#include <QWidget>

class QPainter;

namespace runyard {

enum class NodeState { Absent, Starting, Idle, Busy, Leaving, Failed };

// One small square per node of a compute target: busy accent, idle success, absent grey, starting and leaving
// outlined, failed danger. More than sixteen become "n ×".
class NodeSquares : public QWidget {
    Q_OBJECT
public:
    explicit NodeSquares(QWidget* parent = nullptr);

    void setNodes(const QVector<NodeState>& nodes);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVector<NodeState> m_nodes;
};

// The same for delegates; returns the width used.
int paintNodes(QPainter& painter, const QRect& rect, const QVector<NodeState>& nodes);

} // namespace runyard
