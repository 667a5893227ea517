#pragma once

#include "format.h"

#include <QStyledItemDelegate>

namespace runyard {

// Shows a number of bytes as people read it; the model gives the number itself under Qt::DisplayRole.
class BytesDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QString displayText(const QVariant& value, const QLocale&) const override { return value.isNull() ? QString() : formatBytes(value.toDouble()); }
};

// Shows a moment, milliseconds since 1970 UTC, in local time.
class MomentDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QString displayText(const QVariant& value, const QLocale&) const override { return value.isNull() ? QString() : formatDateTime(value.toLongLong()); }
};

} // namespace runyard
