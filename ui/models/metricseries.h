#pragma once

#include "api/run.h"

#include <QPointF>
#include <QVector>

#include <optional>

namespace runyard {

// What the horizontal axis of a chart means. Time is in seconds since the given start.
enum class MetricAxis { Step, Time };

// The points of one metric, reduced as they arrive: at most a thousand buckets, each with its extremes and last point,
// so that appending costs the same at the ten-millionth point as at the first, and no extreme is ever lost.
class MetricSeries {
public:
    struct Summary {
        std::int64_t count = 0;
        std::int64_t notFinite = 0;
        api::MetricPoint first;
        api::MetricPoint last;
        std::optional<api::MetricPoint> lowest;   // of the finite ones
        std::optional<api::MetricPoint> highest;
        double sum = 0;  // of the finite ones
    };

    void append(const api::MetricPoint& point);
    const Summary& summary() const { return m_summary; }

    // What to draw: at most 2,000 finite points in the order of the axis. A metric whose steps are all alike is drawn over its ordinal.
    QVector<QPointF> points(MetricAxis axis, Millis start) const;
    // Where NaN and infinities lie on the axis, at most a hundred.
    QVector<double> gaps(MetricAxis axis, Millis start) const;

private:
    struct Sample {
        std::int64_t ordinal = 0;
        api::MetricPoint point;
    };
    struct Bucket {
        Sample lowest;
        Sample highest;
        std::int64_t count = 0;
    };

    double position(const Sample& sample, MetricAxis axis, Millis start) const;
    void halve();

    std::vector<Bucket> m_buckets;
    std::vector<Sample> m_gaps;
    std::int64_t m_stride = 1;  // points per bucket
    bool m_isStepped = false;
    Summary m_summary;
};

} // namespace runyard
