#pragma once

#include "chartdata.h"
#include "chartview.h"

#include <QBasicTimer>
#include <QElapsedTimer>
#include <QWidget>

#include <memory>

namespace runyard {

// A live line chart of several named series: raw faint, smoothed solid, gaps where values are not finite, a shared
// cross hair, wheel zoom and drag. New data never move a zoom the user made. Draws at most thirty times a second,
// and at most 2,000 points of a series whatever it holds (minima and maxima stay).
// Keys when focused: S smoothing on and off, L log axis, X next x axis, left and right move the cross hair from point to point, T table.
class Chart : public QWidget {
    Q_OBJECT
public:
    explicit Chart(const QString& title = {}, QWidget* parent = nullptr);
    ~Chart() override;

    void setTitle(const QString& title);
    QString title() const { return m_title; }

    void setSeries(const QString& name, const QVector<ChartPoint>& points);
    void append(const QString& name, const QVector<ChartPoint>& points);  // makes the series if it is new
    void removeSeries(const QString& name);
    void clear();
    QStringList seriesNames() const;
    const ChartData* series(const QString& name) const;

    void setXAxis(XAxis axis);
    XAxis xAxis() const { return m_xAxis; }
    void setScale(YScale scale);
    YScale scale() const { return m_scale; }
    void setSmoothing(double weight);  // 0 (none) to 0.999
    double smoothing() const { return m_smoothing; }
    void setLegendVisible(bool visible);

    void resetZoom();
    void setCrossHair(double x);  // shows the values at x; NaN hides it; for charts that share a cross hair
    void showTable();             // all points as a table in a window of its own
    QString asTable() const;      // tab separated: series, step, time, value
    QImage image();

    QSize sizeHint() const override { return {480, 280}; }

Q_SIGNALS:
    void xAxisChanged(XAxis axis);
    void scaleChanged(YScale scale);
    void smoothingChanged(double weight);
    void crossHairMoved(double x);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    struct Line {
        QString name;
        ChartData data;
    };

    Line& line(const QString& name);
    void later();
    void rebuild();
    void setRange(ChartView::Frame& frame) const;
    void setTicks(ChartView::Frame& frame) const;
    void stepCrossHair(int by);
    void paintHeader(QPainter& painter);

    QString m_title;
    std::vector<std::unique_ptr<Line>> m_lines;
    XAxis m_xAxis = XAxis::Step;
    YScale m_scale = YScale::Linear;
    double m_smoothing = 0.6;
    double m_lastSmoothing = 0.6;
    double m_crossHair;  // NaN: none
    bool m_legend = true;
    ChartView* m_view;
    QBasicTimer m_timer;
    int m_pause = 33;
};

} // namespace runyard
