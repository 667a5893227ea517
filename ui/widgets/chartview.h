#pragma once

#include "chartdata.h"
#include "ticks.h"

#include <QtCharts/QChartView>

#include <QStringList>

class QLineSeries;
class QValueAxis;

namespace runyard {

// The plot of a Chart: QtCharts draws the lines; grid, labels and cross hair are painted here, from tokens.
class ChartView : public QChartView {
    Q_OBJECT
public:
    struct Stroke {
        QVector<QPointF> points;
        QColor color;
        double width = 2;
    };
    struct Frame {
        QVector<Stroke> strokes;
        double xLow = 0, xHigh = 1, yLow = 0, yHigh = 1;
        QVector<Tick> xTicks, yTicks;
        QVector<QPointF> holes;  // x and, as y, the index of the series' colour
        struct Dot {
            QPointF at;
            QColor color;
            QString label;
        };
        QVector<Dot> dots;  // points without a neighbour, which no line shows
    };
    struct Reading {
        QString title;
        struct Row {
            QString name;
            QString value;
            QColor color;
            double y = 0;  // in the axis' coordinate
        };
        QVector<Row> rows;
        double x = 0;
    };

    explicit ChartView(QWidget* parent = nullptr);

    void show(const Frame& frame);
    void setReading(const Reading& reading);  // no rows: no cross hair
    QRectF plot() const;
    bool isZoomed() const { return m_zoomed; }
    QPair<double, double> zoomX() const { return {m_zoomLow, m_zoomHigh}; }
    QPair<double, double> zoomY() const { return m_zoomY; }  // low > high: none
    void resetZoom();
    qint64 paintTime() const { return m_paintTime; }  // ms of the last painting

Q_SIGNALS:
    void pointed(double x);  // NaN when the mouse leaves
    void zoomed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QPointF toScreen(const QPointF& value) const;
    double xAt(double screen) const;
    void paintDots(QPainter& painter);
    void paintReading(QPainter& painter);
    void zoomTo(double low, double high);

    QVector<QLineSeries*> m_pool;
    QValueAxis* m_x;
    QValueAxis* m_y;
    Frame m_frame;
    Reading m_reading;
    bool m_zoomed = false;
    double m_zoomLow = 0, m_zoomHigh = 0;
    QPair<double, double> m_zoomY{1, 0};
    double m_grabbed = 0;
    bool m_dragging = false;
    qint64 m_paintTime = 0;
};

} // namespace runyard
