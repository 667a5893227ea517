#include "nodesdelegate.h"

#include "models/computemodel.h"
#include "theme/metrics.h"
#include "theme/textrole.h"
#include "theme/tokens.h"
#include "widgets/nodesquares.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>

namespace runyard {

static QVector<NodeState> statesOf(const QVector<int>& counts)
{
    const NodeState kinds[] = {NodeState::Busy, NodeState::Starting, NodeState::Idle, NodeState::Leaving, NodeState::Failed};
    QVector<NodeState> states;
    for (int kind = 0; kind < 5; ++kind)
        states.append(QVector<NodeState>(counts.value(kind), kinds[kind]));
    states.append(QVector<NodeState>(std::max<qsizetype>(0, counts.value(5) - states.size()), NodeState::Absent));
    return states;
}

void NodesDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString words = item.text;
    item.text.clear();
    const QStyle* style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
    painter->save();
    const QRect room = option.rect.adjusted(px(metrics::related) + 1, 0, -px(4), 0);
    const int used = paintNodes(*painter, room, statesOf(index.data(ComputeModel::NodesRole).value<QVector<int>>()));
    painter->setFont(roleFont(TextRole::Body));
    painter->setPen(color(Token::Muted));
    const QRect rest = room.adjusted(used + px(10), 0, 0, 0);
    painter->drawText(rest, Qt::AlignVCenter | Qt::AlignLeft, painter->fontMetrics().elidedText(words, Qt::ElideRight, rest.width()));
    painter->restore();
}

} // namespace runyard
