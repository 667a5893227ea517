#include "metricseries.h"

#include <algorithm>
#include <cmath>

namespace runyard {

namespace {

constexpr std::size_t maxBuckets = 1000;
constexpr std::size_t maxGaps = 100;

} // namespace

void MetricSeries::append(const api::MetricPoint& point)
{
    const Sample sample{m_summary.count, point};
    if (m_summary.count == 0)
        m_summary.first = point;
    m_isStepped = m_isStepped || point.step != m_summary.first.step;
    m_summary.last = point;
    ++m_summary.count;
    if (!std::isfinite(point.value)) {
        ++m_summary.notFinite;
        if (m_gaps.size() < maxGaps)
            m_gaps.push_back(sample);
        return;
    }
    m_summary.sum += point.value;
    if (!m_summary.lowest || point.value < m_summary.lowest->value)
        m_summary.lowest = point;
    if (!m_summary.highest || point.value > m_summary.highest->value)
        m_summary.highest = point;
    if (m_buckets.empty() || m_buckets.back().count >= m_stride) {
        if (m_buckets.size() == maxBuckets)
            halve();
        m_buckets.push_back({sample, sample, 0});
    }
    Bucket& bucket = m_buckets.back();
    ++bucket.count;
    if (point.value < bucket.lowest.point.value)
        bucket.lowest = sample;
    if (point.value >= bucket.highest.point.value)
        bucket.highest = sample;
}

void MetricSeries::halve()
{
    for (std::size_t i = 0; i < m_buckets.size() / 2; ++i) {
        const Bucket& one = m_buckets[2 * i];
        const Bucket& two = m_buckets[2 * i + 1];
        m_buckets[i] = {one.lowest.point.value <= two.lowest.point.value ? one.lowest : two.lowest,
                        one.highest.point.value > two.highest.point.value ? one.highest : two.highest, one.count + two.count};
    }
    m_buckets.resize(m_buckets.size() / 2);
    m_stride *= 2;
}

double MetricSeries::position(const Sample& sample, MetricAxis axis, Millis start) const
{
    if (axis == MetricAxis::Time)
        return static_cast<double>(sample.point.time - start) / 1000;
    return static_cast<double>(m_isStepped ? sample.point.step : sample.ordinal);
}

QVector<QPointF> MetricSeries::points(MetricAxis axis, Millis start) const
{
    QVector<QPointF> result;
    result.reserve(static_cast<int>(2 * m_buckets.size()));
    const auto add = [&](const Sample& sample) { result.append({position(sample, axis, start), sample.point.value}); };
    for (const Bucket& bucket : m_buckets) {
        const bool isLowFirst = bucket.lowest.ordinal < bucket.highest.ordinal;
        add(isLowFirst ? bucket.lowest : bucket.highest);
        if (bucket.lowest.ordinal != bucket.highest.ordinal)
            add(isLowFirst ? bucket.highest : bucket.lowest);
    }
    const auto before = [](const QPointF& one, const QPointF& two) { return one.x() < two.x(); };
    if (!std::is_sorted(result.cbegin(), result.cend(), before))
        std::stable_sort(result.begin(), result.end(), before);
    return result;
}

QVector<double> MetricSeries::gaps(MetricAxis axis, Millis start) const
{
    QVector<double> result;
    for (const Sample& sample : m_gaps)
        result.append(position(sample, axis, start));
    return result;
}

} // namespace runyard
