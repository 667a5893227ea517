#pragma once

#include "api/run.h"
#include "metricmodel.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include <string>
#include <vector>

class QStackedLayout;

namespace runyard {

class ChartControls;
class ChartGrid;
class EmptyState;

// The metrics of a run as they arrive: controls, last values, charts.
class ChartPane final : public QWidget {
    Q_OBJECT
public:
    explicit ChartPane(QWidget* parent = nullptr);

    void append(const std::string& key, const std::vector<api::MetricPoint>& points);
    void clear();
    void setActive(bool isActive);  // whether more may come
    MetricModel& metrics() { return m_metrics; }
    ChartGrid* grid() const { return m_grid; }

private:
    void refresh();

    MetricModel m_metrics;
    ChartGrid* m_grid;
    ChartControls* m_controls;
    EmptyState* m_empty;
    QStackedLayout* m_stack;
    QElapsedTimer m_sinceData;
    QTimer m_clock;
    bool m_isActive = false;
};

} // namespace runyard
