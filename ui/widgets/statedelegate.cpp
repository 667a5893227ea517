#include "statedelegate.h"

#include "statechip.h"
#include "theme/metrics.h"

#include <QApplication>
#include <QPainter>

namespace runyard {

void StateDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString word = item.text;
    item.text.clear();
    item.icon = {};
    const QStyle* style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
    if (!word.isEmpty())
        paintChip(*painter, option.rect.adjusted(px(metrics::related) + 1, 0, -2, 0), word, static_cast<StateKind>(index.data(StateKindRole).toInt()));
}

QSize StateDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    return QStyledItemDelegate::sizeHint(option, index) + QSize(px(40), 0);
}

} // namespace runyard
