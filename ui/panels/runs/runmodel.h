#pragma once

#include "api/run.h"

#include <QAbstractTableModel>
#include <QTimer>

#include <vector>

namespace runyard {

// The runs of a workspace as rows, merged by id: a refresh moves no selection and no scroll position. The columns of metrics come as runs bring them.
class RunModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, State, Experiment, Started, Duration, Target, FirstMetric };
    enum Role { SortRole = Qt::UserRole, IdRole, SearchRole };

    explicit RunModel(QObject* parent = nullptr);

    void setRuns(std::vector<api::RunSummary> runs);
    const api::RunSummary* run(const QModelIndex& index) const;
    QModelIndex indexOf(const QString& id) const;
    int activeCount() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void removeMissing(const std::vector<api::RunSummary>& runs);
    void addMetrics(const std::vector<api::RunSummary>& runs);
    void tick();
    QString text(const api::RunSummary& run, int column) const;
    QVariant sortKey(const api::RunSummary& run, int column) const;
    QVariant toolTip(const api::RunSummary& run, int column) const;
    static QString searchText(const api::RunSummary& run);

    std::vector<api::RunSummary> m_runs;
    std::vector<std::string> m_metrics;
    QTimer m_clock;  // moves the durations of active runs
};

} // namespace runyard
