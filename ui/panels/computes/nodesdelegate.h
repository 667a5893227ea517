#pragma once

#include <QStyledItemDelegate>

namespace runyard {

// The nodes of a compute target as squares, and in words behind them.
class NodesDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace runyard
