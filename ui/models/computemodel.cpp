#include "computemodel.h"

#include "theme/state.h"
#include "theme/textrole.h"

namespace runyard {

static QString stateWord(const api::Compute& compute)
{
    if (compute.provisioningState == "Succeeded")
        return compute.allocationState == "Resizing" ? ComputeModel::tr("Resizing") : ComputeModel::tr("Ready");
    return QString::fromStdString(compute.provisioningState);
}

static StateKind stateKind(const api::Compute& compute)
{
    if (compute.provisioningState == "Failed")
        return StateKind::Danger;
    if (compute.provisioningState != "Succeeded" || compute.allocationState == "Resizing")
        return StateKind::Accent;
    return compute.errors.empty() ? StateKind::Success : StateKind::Warning;
}

static QString nodesText(const api::Compute& compute)
{
    QString text = ComputeModel::tr("%1 busy").arg(compute.running);
    if (compute.preparing > 0)
        text += ComputeModel::tr(" · %1 starting").arg(compute.preparing);
    if (compute.idle > 0)
        text += ComputeModel::tr(" · %1 idle").arg(compute.idle);
    if (compute.leaving > 0)
        text += ComputeModel::tr(" · %1 leaving").arg(compute.leaving);
    return text + ComputeModel::tr(" / %1").arg(compute.maxNodes);
}

QVariant ComputeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const api::Compute& compute = rowAt(index.row());
    if (role == NodesRole)
        return QVariant::fromValue(QVector<int>{compute.running, compute.preparing, compute.idle, compute.leaving, compute.unusable, compute.maxNodes});
    if (role == StateKindRole)
        return static_cast<int>(stateKind(compute));
    if (role == Qt::FontRole && index.column() == Name)
        return roleFont(TextRole::Heading);
    if (role == Qt::ToolTipRole && index.column() == Size)
        return QString::fromStdString(compute.vmSize);
    if (role == Qt::ToolTipRole && index.column() == State && !compute.errors.empty())
        return QString::fromStdString(compute.errors.front());
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Name: return QString::fromStdString(compute.name);
    case Kind: return compute.name == thisComputer ? tr("Local") : tr("Cluster");
    case Size: return QString::fromStdString(compute.meaning.empty() ? compute.vmSize : compute.meaning);
    case Nodes: return nodesText(compute);
    case State: return stateWord(compute);
    default: return {};
    }
}

QVariant ComputeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Name");
    case Kind: return tr("Kind");
    case Size: return tr("Size of a node");
    case Nodes: return tr("Nodes");
    case State: return tr("State");
    default: return {};
    }
}

static QString wordOf(const std::string& state)
{
    QString word = QString::fromStdString(state);
    return word.isEmpty() ? word : word.at(0).toUpper() + word.mid(1);
}

QVariant NodeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const api::ComputeNode& node = rowAt(index.row());
    if (role == StateKindRole)
        return static_cast<int>(node.state == "running" ? StateKind::Accent : node.state == "idle" ? StateKind::Success : node.state == "unusable" ? StateKind::Danger : StateKind::Neutral);
    if (role == Qt::FontRole && (index.column() == Name || index.column() == Cpus))
        return roleFont(TextRole::Mono);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Name: return QString::fromStdString(node.id);
    case State: return wordOf(node.state);
    case Run: return QString::fromStdString(node.runId);
    case Cpus: return QString::fromStdString(node.cpus);
    default: return {};
    }
}

QVariant NodeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Node");
    case State: return tr("State");
    case Run: return tr("Run");
    case Cpus: return tr("Cores");
    default: return {};
    }
}

} // namespace runyard
