#pragma once

#include "api/run.h"

#include <QAbstractTableModel>

#include <string>
#include <unordered_map>
#include <vector>

namespace runyard {

// What is known of each metric of a run: last, first, extremes and mean, as rows merged by key.
class MetricModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Key, Last, Step, Lowest, Highest, Mean, Count, ColumnCount };

    struct Summary {
        std::string key;
        std::int64_t count = 0;
        std::int64_t notFinite = 0;
        api::MetricPoint first;
        api::MetricPoint last;
        api::MetricPoint lowest;   // of the finite ones
        api::MetricPoint highest;
        double sum = 0;
    };

    using QAbstractTableModel::QAbstractTableModel;

    void append(const std::string& key, const std::vector<api::MetricPoint>& points);
    void clear();
    const std::vector<Summary>& summaries() const { return m_rows; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    Summary& row(const std::string& key);
    void reorder();
    static void add(Summary& summary, const api::MetricPoint& point);
    static QString text(const Summary& summary, int column);
    static QString toolTip(const Summary& summary, int column);

    std::vector<Summary> m_rows;
    std::unordered_map<std::string, int> m_index;
};

} // namespace runyard
