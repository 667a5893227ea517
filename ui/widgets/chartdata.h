#pragma once

#include <QPointF>
#include <QVector>

#include <cstdint>

namespace runyard {

// A logged value: its step, its time in seconds since 1970 UTC, and the value, which may be NaN or infinite.
struct ChartPoint {
    double step = 0;
    double time = 0;
    double value = 0;
};

enum class XAxis { Step, Time, Relative };
enum class YScale { Linear, Log };

// The points of one series with their smoothed values and, per 64 points, where the extremes are: reducing a million
// points to what a screen shows costs microseconds. Points are kept in the order of their steps.
class ChartData {
public:
    // What a line through part of the points looks like; each run of finite values is a segment of its own.
    struct Shape {
        QVector<QVector<QPointF>> segments;
        double low = 0;    // extremes of what is in range; low > high if there is nothing
        double high = -1;
        int dropped = 0;   // values that the scale cannot show
    };

    enum class Values { Raw, Smoothed };

    void set(const QVector<ChartPoint>& points);
    void append(const QVector<ChartPoint>& points);
    void setSmoothing(double weight);

    const QVector<ChartPoint>& points() const { return m_points; }
    bool isEmpty() const { return m_points.isEmpty(); }
    double x(qsizetype index, XAxis axis) const;
    qsizetype nearest(double x, XAxis axis) const;  // -1 if empty
    double smoothed(qsizetype index) const { return m_smooth.at(index); }
    const QVector<qsizetype>& holes() const { return m_holes; }  // indices of values that are not finite

    // At most so many points, extremes kept, of the points with from <= x <= to and a neighbour on either side.
    Shape reduce(Values values, XAxis axis, YScale scale, double from, double to, int most) const;

private:
    struct Block {
        qsizetype low = -1;
        qsizetype high = -1;
    };

    void restart();
    void extend(qsizetype first);
    double value(Values values, qsizetype index) const;
    qsizetype firstAtLeast(double x, XAxis axis) const;
    void gather(Values values, YScale scale, qsizetype first, qsizetype last, QVector<qsizetype>& keep) const;

    QVector<ChartPoint> m_points;
    QVector<double> m_smooth;
    QVector<Block> m_raw;
    QVector<Block> m_smoothBlocks;
    QVector<qsizetype> m_holes;
    double m_weight = 0;
    double m_sum = 0;    // state of the average, not yet debiased
    double m_power = 1;  // weight to the number of values so far
};

} // namespace runyard
