#include "metricmodel.h"

#include "models/metricgroups.h"
#include "theme/textrole.h"
#include "widgets/format.h"

#include <cmath>

namespace runyard {

MetricModel::Summary& MetricModel::row(const std::string& key)
{
    const auto known = m_index.find(key);
    if (known != m_index.end())
        return m_rows[static_cast<std::size_t>(known->second)];
    beginInsertRows({}, rowCount(), rowCount());
    m_index.emplace(key, rowCount());
    m_rows.push_back({});
    m_rows.back().key = key;
    endInsertRows();
    reorder();
    return m_rows[static_cast<std::size_t>(m_index.at(key))];
}

// Rows stand as the charts do, whatever came first.
void MetricModel::reorder()
{
    std::vector<std::string> keys;
    for (const Summary& each : m_rows)
        keys.push_back(each.key);
    const std::vector<std::string> ordered = orderMetrics(keys);
    if (ordered == keys)
        return;
    Q_EMIT layoutAboutToBeChanged();
    std::vector<Summary> rows;
    std::unordered_map<std::string, int> places;
    for (const std::string& each : ordered) {
        places.emplace(each, static_cast<int>(rows.size()));
        rows.push_back(std::move(m_rows[static_cast<std::size_t>(m_index.at(each))]));
    }
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    for (const QModelIndex& old : before)
        after.append(index(places.at(keys[static_cast<std::size_t>(old.row())]), old.column()));
    m_rows = std::move(rows);
    m_index = std::move(places);
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

void MetricModel::append(const std::string& key, const std::vector<api::MetricPoint>& points)
{
    if (points.empty())
        return;
    Summary& summary = row(key);
    for (const api::MetricPoint& point : points)
        add(summary, point);
    const int at = m_index.at(key);
    Q_EMIT dataChanged(index(at, 0), index(at, ColumnCount - 1));
}

void MetricModel::add(Summary& summary, const api::MetricPoint& point)
{
    if (summary.count == 0)
        summary.first = point;
    ++summary.count;
    summary.last = point;
    if (!std::isfinite(point.value)) {
        ++summary.notFinite;
        return;
    }
    const bool isFirst = summary.count - summary.notFinite == 1;
    if (isFirst || point.value < summary.lowest.value)
        summary.lowest = point;
    if (isFirst || point.value > summary.highest.value)
        summary.highest = point;
    summary.sum += point.value;
}

void MetricModel::clear()
{
    if (m_rows.empty())
        return;
    beginRemoveRows({}, 0, rowCount() - 1);
    m_rows.clear();
    m_index.clear();
    endRemoveRows();
}

int MetricModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int MetricModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QVariant MetricModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Summary& summary = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole: return text(summary, index.column());
    case Qt::ToolTipRole: return toolTip(summary, index.column());
    case Qt::FontRole: return index.column() == Key ? QVariant(roleFont(TextRole::Mono)) : QVariant();
    case Qt::TextAlignmentRole: return index.column() == Key ? QVariant() : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    default: return {};
    }
}

QString MetricModel::text(const Summary& summary, int column)
{
    const std::int64_t finite = summary.count - summary.notFinite;
    switch (column) {
    case Key: return QString::fromStdString(summary.key);
    case Last: return formatMetric(summary.last.value);
    case Step: return formatCount(summary.last.step);
    case Lowest: return finite > 0 ? formatMetric(summary.lowest.value) : QStringLiteral("–");
    case Highest: return finite > 0 ? formatMetric(summary.highest.value) : QStringLiteral("–");
    case Mean: return finite > 0 ? formatMetric(summary.sum / static_cast<double>(finite)) : QStringLiteral("–");
    default: return formatCount(summary.count);
    }
}

QString MetricModel::toolTip(const Summary& summary, int column)
{
    const auto exact = [](const api::MetricPoint& point) { return tr("%1 at step %2").arg(QString::number(point.value, 'g', 17), formatCount(point.step)); };
    if (column == Last)
        return exact(summary.last);
    if (column == Lowest)
        return exact(summary.lowest);
    if (column == Highest)
        return exact(summary.highest);
    if (column == Count && summary.notFinite > 0)
        return tr("%n of them not finite", nullptr, static_cast<int>(summary.notFinite));
    return {};
}

QVariant MetricModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section != Key)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Key: return tr("Metric");
    case Last: return tr("Last");
    case Step: return tr("Step");
    case Lowest: return tr("Lowest");
    case Highest: return tr("Highest");
    case Mean: return tr("Mean");
    default: return tr("Points");
    }
}

} // namespace runyard
