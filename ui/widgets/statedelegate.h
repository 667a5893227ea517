#pragma once

#include <QStyledItemDelegate>

namespace runyard {

// Draws the word of a cell as a state chip in the state's own colour, on the selected row too. The model gives
// int(StateKind) under StateKindRole and the word under Qt::DisplayRole.
class StateDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace runyard
