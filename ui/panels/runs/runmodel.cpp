#include "runmodel.h"

#include "clock.h"
#include "models/metricgroups.h"
#include "models/runstate.h"
#include "theme/textrole.h"
#include "widgets/format.h"

#include <QDateTime>

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>

namespace runyard {

namespace {

constexpr std::size_t maxMetricColumns = 6;

Millis durationOf(const api::RunSummary& run)
{
    if (run.started == 0)
        return -1;
    const Millis end = run.ended > 0 ? run.ended : nowMillis();
    return std::max<Millis>(0, end - run.started);
}

bool isSame(const api::RunSummary& one, const api::RunSummary& two)
{
    return one.status == two.status && one.ended == two.ended && one.started == two.started && one.name == two.name && one.target == two.target
        && one.experimentName == two.experimentName && one.metrics == two.metrics && one.params == two.params && one.tags == two.tags;
}

} // namespace

RunModel::RunModel(QObject* parent) : QAbstractTableModel(parent)
{
    m_clock.setInterval(std::chrono::seconds(1));
    connect(&m_clock, &QTimer::timeout, this, &RunModel::tick);
}

void RunModel::setRuns(std::vector<api::RunSummary> runs)
{
    removeMissing(runs);
    addMetrics(runs);
    std::unordered_map<std::string, int> rows;
    for (int row = 0; row < rowCount(); ++row)
        rows.emplace(m_runs[static_cast<std::size_t>(row)].id, row);
    std::vector<api::RunSummary> added;
    for (api::RunSummary& run : runs) {
        const auto known = rows.find(run.id);
        if (known == rows.end()) {
            added.push_back(std::move(run));
            continue;
        }
        api::RunSummary& old = m_runs[static_cast<std::size_t>(known->second)];
        if (isSame(old, run))
            continue;
        old = std::move(run);
        Q_EMIT dataChanged(index(known->second, 0), index(known->second, columnCount() - 1));
    }
    if (!added.empty()) {
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(added.size()) - 1);
        std::move(added.begin(), added.end(), std::back_inserter(m_runs));
        endInsertRows();
    }
    if (activeCount() > 0)
        m_clock.start();
    else
        m_clock.stop();
}

void RunModel::removeMissing(const std::vector<api::RunSummary>& runs)
{
    std::unordered_set<std::string> kept;
    for (const auto& run : runs)
        kept.insert(run.id);
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (kept.contains(m_runs[static_cast<std::size_t>(row)].id))
            continue;
        beginRemoveRows({}, row, row);
        m_runs.erase(m_runs.begin() + row);
        endRemoveRows();
    }
}

void RunModel::addMetrics(const std::vector<api::RunSummary>& runs)
{
    std::vector<std::string> fresh;
    for (const auto& run : runs) {
        for (const auto& [key, value] : run.metrics) {
            if (std::find(m_metrics.begin(), m_metrics.end(), key) == m_metrics.end() && std::find(fresh.begin(), fresh.end(), key) == fresh.end())
                fresh.push_back(key);
        }
    }
    fresh = orderMetrics(fresh);
    fresh.resize(std::min(fresh.size(), maxMetricColumns - m_metrics.size()));
    std::vector<std::string> all = m_metrics;
    all.insert(all.end(), fresh.begin(), fresh.end());
    all = orderMetrics(all);
    for (const std::string& key : fresh) {
        const auto follows = [&](const std::string& known) { return std::find(std::find(all.begin(), all.end(), key), all.end(), known) != all.end(); };
        const auto place = std::find_if(m_metrics.begin(), m_metrics.end(), follows);
        const int column = FirstMetric + static_cast<int>(place - m_metrics.begin());
        beginInsertColumns({}, column, column);
        m_metrics.insert(place, key);
        endInsertColumns();
    }
}

const api::RunSummary* RunModel::run(const QModelIndex& index) const
{
    return index.isValid() && index.row() < rowCount() ? &m_runs[static_cast<std::size_t>(index.row())] : nullptr;
}

QModelIndex RunModel::indexOf(const QString& id) const
{
    const auto found = std::find_if(m_runs.begin(), m_runs.end(), [key = id.toStdString()](const auto& run) { return run.id == key; });
    return found == m_runs.end() ? QModelIndex() : index(static_cast<int>(found - m_runs.begin()), 0);
}

int RunModel::activeCount() const
{
    return static_cast<int>(std::count_if(m_runs.begin(), m_runs.end(), [](const auto& run) { return runState(run.status).isActive; }));
}

int RunModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : FirstMetric + static_cast<int>(m_metrics.size());
}

QVariant RunModel::data(const QModelIndex& index, int role) const
{
    const api::RunSummary* row = run(index);
    if (!row)
        return {};
    switch (role) {
    case Qt::DisplayRole: return text(*row, index.column());
    case Qt::ToolTipRole: return toolTip(*row, index.column());
    case Qt::TextAlignmentRole:
        return index.column() >= FirstMetric || index.column() == Duration ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case StateKindRole: return index.column() == State ? QVariant(static_cast<int>(runState(row->status).kind)) : QVariant();
    case Qt::FontRole: return index.column() == Name ? QVariant(roleFont(TextRole::Strong)) : QVariant();
    case SortRole: return sortKey(*row, index.column());
    case IdRole: return QString::fromStdString(row->id);
    case SearchRole: return searchText(*row);
    default: return {};
    }
}

QString RunModel::text(const api::RunSummary& run, int column) const
{
    switch (column) {
    case Name: return QString::fromStdString(run.name.empty() ? run.id : run.name);
    case State: return runState(run.status).word;
    case Experiment: return QString::fromStdString(run.experimentName);
    case Started: return run.started > 0 ? formatDateTime(run.started) : QString();
    case Duration: return run.started > 0 ? clockText(durationOf(run)) : QString();
    case Target: return QString::fromStdString(run.target);
    default: break;
    }
    const auto value = run.metrics.find(m_metrics[static_cast<std::size_t>(column - FirstMetric)]);
    return value == run.metrics.end() ? QStringLiteral("–") : formatMetric(value->second);
}

QVariant RunModel::sortKey(const api::RunSummary& run, int column) const
{
    if (column == Started)
        return QVariant::fromValue<qlonglong>(run.started > 0 ? run.started : nowMillis());
    if (column == Duration)
        return QVariant::fromValue<qlonglong>(durationOf(run));
    if (column < FirstMetric)
        return text(run, column);
    const auto value = run.metrics.find(m_metrics[static_cast<std::size_t>(column - FirstMetric)]);
    return value == run.metrics.end() ? QVariant() : QVariant(value->second);
}

QVariant RunModel::toolTip(const api::RunSummary& run, int column) const
{
    if (column == Name)
        return QString::fromStdString(run.id);
    if (column == Started && run.started > 0)
        return QDateTime::fromMSecsSinceEpoch(run.started).toString(Qt::ISODateWithMs);
    if (column < FirstMetric)
        return {};
    const auto value = run.metrics.find(m_metrics[static_cast<std::size_t>(column - FirstMetric)]);
    return value == run.metrics.end() ? QVariant() : QVariant(QString::number(value->second, 'g', 17));
}

QString RunModel::searchText(const api::RunSummary& run)
{
    std::string all = run.id + '\n' + run.name + '\n' + run.experimentName + '\n' + run.target + '\n' + run.status + '\n' + run.user;
    for (const auto* values : {&run.params, &run.tags}) {
        for (const auto& [key, value] : *values)
            all += '\n' + key + '=' + value;
    }
    return QString::fromStdString(all);
}

QVariant RunModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole && (section >= FirstMetric || section == Duration))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Run");
    case State: return tr("State");
    case Experiment: return tr("Experiment");
    case Started: return tr("Started");
    case Duration: return tr("Duration");
    case Target: return tr("Compute");
    default: return QString::fromStdString(m_metrics[static_cast<std::size_t>(section - FirstMetric)]);
    }
}

void RunModel::tick()
{
    for (int row = 0; row < rowCount(); ++row) {
        const api::RunSummary& run = m_runs[static_cast<std::size_t>(row)];
        if (run.ended == 0 && runState(run.status).isActive)
            Q_EMIT dataChanged(index(row, Duration), index(row, Duration), {Qt::DisplayRole});
    }
}

} // namespace runyard
