#pragma once

#include "chartdata.h"

#include <QAbstractTableModel>
#include <QStringList>

namespace runyard {

// The points of a chart's series as a table: series, step, time, value. A copy of the moment it was made.
class ChartTable : public QAbstractTableModel {
    Q_OBJECT
public:
    ChartTable(QStringList names, QVector<QVector<ChartPoint>> points, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QStringList m_names;
    QVector<QVector<ChartPoint>> m_points;
    QVector<int> m_starts;
    int m_rows = 0;
};

// Opens the table in a window of its own.
void showChartTable(const QString& title, ChartTable* table, QWidget* parent);

} // namespace runyard
