#include "charttable.h"

#include "format.h"
#include "views.h"

#include <QDateTime>
#include <QDialog>
#include <QHeaderView>
#include <QLocale>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

ChartTable::ChartTable(QStringList names, QVector<QVector<ChartPoint>> points, QObject* parent)
    : QAbstractTableModel(parent), m_names(std::move(names)), m_points(std::move(points))
{
    for (const auto& series : m_points) {
        m_starts.append(m_rows);
        m_rows += static_cast<int>(series.size());
    }
}

int ChartTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int ChartTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 4;
}

QVariant ChartTable::data(const QModelIndex& index, int role) const
{
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole || !index.isValid())
        return {};
    const auto after = std::upper_bound(m_starts.begin(), m_starts.end(), index.row());
    const auto series = std::distance(m_starts.begin(), after) - 1;
    const ChartPoint& point = m_points.at(series).at(index.row() - m_starts.at(series));
    switch (index.column()) {
    case 0: return m_names.at(series);
    case 1: return QLocale().toString(point.step, 'g', 12);
    case 2: return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(point.time * 1000)).toString(Qt::ISODateWithMs);
    default: return QLocale::c().toString(point.value, 'g', QLocale::FloatingPointShortest);
    }
}

QVariant ChartTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (section == 0 ? Qt::AlignLeft : Qt::AlignRight));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case 0: return tr("Series");
    case 1: return tr("Step");
    case 2: return tr("Time");
    default: return tr("Value");
    }
}

void showChartTable(const QString& title, ChartTable* table, QWidget* parent)
{
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->resize(620, 480);
    table->setParent(dialog);
    auto* view = new QTableView(dialog);
    view->setModel(table);
    dress(view);
    view->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(view);
    dialog->open();
}

} // namespace runyard
