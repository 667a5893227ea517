#pragma once

#include "api/run.h"
#include "widgets/chart.h"

#include <QWidget>

#include <map>
#include <string>
#include <vector>

class QGridLayout;

namespace runyard {

// The charts of a run, one per quantity: training and validation of the same thing share one. They share axis, scale,
// smoothing and cross hair. A metric with a single point has its value among the last values; it gets a chart only while no other has more than two.
class ChartGrid final : public QWidget {
    Q_OBJECT
public:
    explicit ChartGrid(QWidget* parent = nullptr);

    void append(const std::string& key, const std::vector<api::MetricPoint>& points);
    void clear();
    int chartCount() const { return static_cast<int>(m_charts.size()); }
    std::vector<Chart*> charts() const;

    void setXAxis(XAxis axis);
    void setScale(YScale scale);
    void setSmoothing(double weight);

Q_SIGNALS:
    void xAxisChanged(XAxis axis);
    void scaleChanged(YScale scale);
    void smoothingChanged(double weight);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    // Points of a metric whose steps are all alike (v1's log, MLflow's default) are drawn over their ordinal.
    struct Series {
        std::string key;
        std::int64_t count = 0;
        std::int64_t firstStep = 0;
        bool isStepped = false;
        std::string chart;  // the key it is drawn with; empty: not drawn yet
        QString label;
        QVector<ChartPoint> waiting;  // of a metric without a chart
    };

    Series& series(const std::string& key);
    QVector<ChartPoint> convert(Series& series, const std::vector<api::MetricPoint>& points);
    void useSteps(Series& series);
    void regroup();
    void hold(Series& series);
    bool isLong() const;
    void place(Series& series, const std::string& chart, const QString& label);
    Chart* chart(const std::string& key);
    void connectChart(Chart* chart);
    void dropEmpty();
    void arrange();

    std::vector<Series> m_series;
    std::map<std::string, std::size_t> m_index;
    std::map<std::string, Chart*> m_charts;   // by the key of their first series
    std::vector<std::string> m_order;
    QGridLayout* m_grid;
    int m_columns = 0;
    XAxis m_axis = XAxis::Step;
    YScale m_scale = YScale::Linear;
    double m_smoothing = 0.6;
};

} // namespace runyard
