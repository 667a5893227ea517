#include "nodesquares.h"

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/tokens.h"

#include <QPainter>

#include <algorithm>

namespace runyard {

namespace {

constexpr int side = 14;
constexpr int step = 17;
constexpr int most = 16;

void paintNode(QPainter& painter, const QRectF& square, NodeState state)
{
    const auto filled = [&](Token token) { paintRounded(painter, square, px(3), color(token)); };
    const auto outlined = [&](Token token) { paintRounded(painter, square, px(3), Qt::transparent, color(token), 1.5); };
    switch (state) {
    case NodeState::Absent: paintRounded(painter, square, px(3), color(Token::Stroke), mixed(color(Token::Stroke), color(Token::StrongStroke), 0.5)); return;
    case NodeState::Starting: outlined(Token::Accent); return;
    case NodeState::Idle: filled(Token::Success); return;
    case NodeState::Busy: filled(Token::Accent); return;
    case NodeState::Leaving: outlined(Token::StrongStroke); return;
    case NodeState::Failed: filled(Token::Danger); return;
    }
}

} // namespace

NodeSquares::NodeSquares(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void NodeSquares::setNodes(const QVector<NodeState>& nodes)
{
    m_nodes = nodes;
    const auto count = [&](NodeState state) { return std::count(nodes.begin(), nodes.end(), state); };
    setAccessibleName(tr("%1 busy, %2 idle of %3 nodes").arg(count(NodeState::Busy)).arg(count(NodeState::Idle)).arg(nodes.size()));
    setToolTip(accessibleName());
    updateGeometry();
    update();
}

QSize NodeSquares::sizeHint() const
{
    return {static_cast<int>(std::min<qsizetype>(m_nodes.size(), most)) * px(step) + px(m_nodes.size() > most ? 24 : 0), px(side + 2)};
}

void NodeSquares::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintNodes(painter, rect(), m_nodes);
}

int paintNodes(QPainter& painter, const QRect& rect, const QVector<NodeState>& nodes)
{
    const auto shown = std::min<qsizetype>(nodes.size(), most);
    double x = rect.left();
    for (qsizetype i = 0; i < shown; ++i, x += px(step))
        paintNode(painter, QRectF(x, rect.center().y() - px(side) / 2.0 + 0.5, px(side), px(side)), nodes.at(i));
    if (nodes.size() > most) {
        painter.setPen(color(Token::Muted));
        painter.drawText(QRectF(x, rect.top(), px(40), rect.height()), Qt::AlignVCenter, QStringLiteral("+%1").arg(nodes.size() - most));
        x += px(24);
    }
    return static_cast<int>(x) - rect.left();
}

} // namespace runyard
