#include "runfilter.h"

#include "models/runstate.h"
#include "runmodel.h"

namespace runyard {

RunFilter::RunFilter(QObject* parent) : QSortFilterProxyModel(parent)
{
    setDynamicSortFilter(true);
}

void RunFilter::setSourceModel(QAbstractItemModel* model)
{
    QSortFilterProxyModel::setSourceModel(model);
    // Qt 6.4 forgets the column it sorts by when columns come while no row is shown.
    connect(model, &QAbstractItemModel::columnsInserted, this, [this] {
        if (sortColumn() != m_column)
            QSortFilterProxyModel::sort(m_column, m_order);
    });
}

void RunFilter::sort(int column, Qt::SortOrder order)
{
    m_column = column;
    m_order = order;
    QSortFilterProxyModel::sort(column, order);
}

void RunFilter::setSearch(const QString& text)
{
    m_words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

void RunFilter::setStates(States states)
{
    m_states = states;
    invalidateFilter();
}

bool RunFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const auto* runs = static_cast<const RunModel*>(sourceModel());
    const QModelIndex place = runs->index(row, 0, parent);
    const api::RunSummary* run = runs->run(place);
    if (!run)
        return false;
    const RunState state = runState(run->status);
    const bool isShown = m_states == States::All || (m_states == States::Active && state.isActive)
        || (m_states == States::Completed && state.kind == StateKind::Success) || (m_states == States::Failed && state.kind == StateKind::Danger);
    if (!isShown || m_words.isEmpty())
        return isShown;
    const QString text = place.data(RunModel::SearchRole).toString();
    for (const QString& word : m_words) {
        if (!text.contains(word, Qt::CaseInsensitive))
            return false;
    }
    return true;
}

bool RunFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const QVariant one = left.data(RunModel::SortRole);
    const QVariant two = right.data(RunModel::SortRole);
    if (!one.isValid() || !two.isValid())
        return !one.isValid() && two.isValid();
    if (one.typeId() == QMetaType::Double)
        return one.toDouble() < two.toDouble();
    if (one.typeId() == QMetaType::LongLong)
        return one.toLongLong() < two.toLongLong();
    return one.toString().localeAwareCompare(two.toString()) < 0;
}

} // namespace runyard
