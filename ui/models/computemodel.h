#pragma once

#include "api/compute.h"
#include "rowmodel.h"

#include <QVector>

namespace runyard {

// Compute targets as rows.
class ComputeModel final : public RowModel<api::Compute> {
    Q_OBJECT
public:
    enum Column { Name, Kind, Size, Nodes, State, ColumnCount };
    // QVector<int>: running, preparing, idle, leaving, unusable, and how many there may be.
    static constexpr int NodesRole = Qt::UserRole + 1;

    using RowModel::RowModel;

    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

protected:
    std::string keyOf(const api::Compute& compute) const override { return compute.name; }
};

// Nodes of one compute target.
class NodeModel final : public RowModel<api::ComputeNode> {
    Q_OBJECT
public:
    enum Column { Name, State, Run, Cpus, ColumnCount };

    using RowModel::RowModel;

    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

protected:
    std::string keyOf(const api::ComputeNode& node) const override { return node.id; }
};

// The one target that exists without being created, and cannot be changed.
constexpr const char* thisComputer = "this-computer";

} // namespace runyard
