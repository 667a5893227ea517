#include "storedelegate.h"

#include "theme/metrics.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QApplication>
#include <QPainter>

namespace runyard {

void StoreDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString name = item.text;
    item.text.clear();
    const QStyle* style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
    const bool isChosen = option.state & QStyle::State_Selected;
    QRect room = option.rect.adjusted(px(metrics::related), 0, -px(metrics::related), 0);
    painter->save();
    if (index.data(DefaultRole).toBool()) {
        const QString word = QCoreApplication::translate("StoreDelegate", "default");
        painter->setFont(roleFont(TextRole::Caption));
        painter->setPen(color(isChosen ? Token::Accent : Token::Muted));
        painter->drawText(room, Qt::AlignVCenter | Qt::AlignRight, word);
        room.setRight(room.right() - painter->fontMetrics().horizontalAdvance(word) - px(metrics::related));
    }
    painter->setFont(roleFont(isChosen ? TextRole::Heading : TextRole::Body));
    painter->setPen(color(isChosen ? Token::Accent : Token::Muted));
    painter->drawText(room, Qt::AlignVCenter | Qt::AlignLeft, painter->fontMetrics().elidedText(name, Qt::ElideRight, room.width()));
    painter->restore();
}

} // namespace runyard
