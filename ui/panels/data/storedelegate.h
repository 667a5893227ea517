#pragma once

#include <QStyledItemDelegate>

namespace runyard {

// A datastore in its list; the default one says so, the chosen one stands out.
class StoreDelegate final : public QStyledItemDelegate {
public:
    enum Role { DefaultRole = Qt::UserRole };

    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace runyard
