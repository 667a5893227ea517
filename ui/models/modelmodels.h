#pragma once

#include "api/model.h"
#include "rowmodel.h"

namespace runyard {

// Registered models as rows: name and newest version.
class ModelListModel final : public RowModel<api::ModelContainer> {
    Q_OBJECT
public:
    enum Column { Name, Latest, ColumnCount };

    using RowModel::RowModel;

    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex& index, int role) const override;

protected:
    std::string keyOf(const api::ModelContainer& model) const override { return model.name; }
};

// Versions of one model as rows. Size and Registered give numbers: bytes, milliseconds since 1970 UTC.
class ModelVersionModel final : public RowModel<api::ModelVersion> {
    Q_OBJECT
public:
    enum Column { Version, Run, Size, Digest, Registered, ColumnCount };

    using RowModel::RowModel;

    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

protected:
    std::string keyOf(const api::ModelVersion& version) const override { return version.version; }
};

// What the service knows of a version beyond Azure's fields; empty or -1 where it does not say.
QString digestOf(const api::ModelVersion& version);
qint64 sizeOf(const api::ModelVersion& version);
qint64 filesOf(const api::ModelVersion& version);

} // namespace runyard
