#include "chartdata.h"

#include <algorithm>
#include <cmath>

namespace runyard {

constexpr qsizetype blockSize = 64;

void ChartData::set(const QVector<ChartPoint>& points)
{
    m_points = points;
    const auto earlier = [](const ChartPoint& a, const ChartPoint& b) { return a.step < b.step; };
    if (!std::is_sorted(m_points.constBegin(), m_points.constEnd(), earlier))
        std::stable_sort(m_points.begin(), m_points.end(), earlier);
    restart();
}

void ChartData::append(const QVector<ChartPoint>& points)
{
    bool ordered = true;
    const qsizetype first = m_points.size();
    for (const ChartPoint& point : points) {
        ordered = ordered && (m_points.isEmpty() || m_points.constLast().step <= point.step);
        m_points.append(point);
    }
    if (ordered)
        return extend(first);
    std::stable_sort(m_points.begin(), m_points.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
    restart();
}

void ChartData::setSmoothing(double weight)
{
    if (weight == m_weight)
        return;
    m_weight = weight;
    restart();
}

void ChartData::restart()
{
    m_smooth.clear();
    m_raw.clear();
    m_smoothBlocks.clear();
    m_holes.clear();
    m_sum = 0;
    m_power = 1;
    extend(0);
}

void ChartData::extend(qsizetype first)
{
    const auto note = [](QVector<Block>& blocks, qsizetype index, double value, const auto& at) {
        Block& block = blocks[index / blockSize];
        if (block.low < 0 || value < at(block.low))
            block.low = index;
        if (block.high < 0 || value > at(block.high))
            block.high = index;
    };
    const qsizetype blocks = (m_points.size() + blockSize - 1) / blockSize;
    m_raw.resize(blocks);
    m_smoothBlocks.resize(blocks);
    m_smooth.reserve(m_points.size());
    for (qsizetype i = first; i < m_points.size(); ++i) {
        const double raw = m_points.at(i).value;
        if (!std::isfinite(raw)) {
            m_holes.append(i);
            m_smooth.append(raw);
            continue;
        }
        m_sum = m_weight * m_sum + (1 - m_weight) * raw;
        m_power *= m_weight;
        m_smooth.append(m_weight > 0 ? m_sum / (1 - m_power) : raw);
        note(m_raw, i, raw, [this](qsizetype at) { return m_points.at(at).value; });
        note(m_smoothBlocks, i, m_smooth.at(i), [this](qsizetype at) { return m_smooth.at(at); });
    }
}

double ChartData::x(qsizetype index, XAxis axis) const
{
    const ChartPoint& point = m_points.at(index);
    switch (axis) {
    case XAxis::Time: return point.time;
    case XAxis::Relative: return point.time - m_points.constFirst().time;
    case XAxis::Step: break;
    }
    return point.step;
}

double ChartData::value(Values values, qsizetype index) const
{
    return values == Values::Raw ? m_points.at(index).value : m_smooth.at(index);
}

qsizetype ChartData::firstAtLeast(double wanted, XAxis axis) const
{
    qsizetype low = 0;
    qsizetype high = m_points.size();
    while (low < high) {
        const qsizetype middle = (low + high) / 2;
        if (x(middle, axis) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

qsizetype ChartData::nearest(double wanted, XAxis axis) const
{
    if (m_points.isEmpty())
        return -1;
    const qsizetype after = std::min(firstAtLeast(wanted, axis), m_points.size() - 1);
    if (after > 0 && std::abs(x(after - 1, axis) - wanted) < std::abs(x(after, axis) - wanted))
        return after - 1;
    return after;
}

// The lowest and the highest of [first, last), in their order.
void ChartData::gather(Values values, YScale scale, qsizetype first, qsizetype last, QVector<qsizetype>& keep) const
{
    qsizetype low = -1;
    qsizetype high = -1;
    const auto consider = [&](qsizetype index) {
        const double here = value(values, index);
        if (!std::isfinite(here) || (scale == YScale::Log && here <= 0))
            return;
        if (low < 0 || here < value(values, low))
            low = index;
        if (high < 0 || here > value(values, high))
            high = index;
    };
    const QVector<Block>& blocks = values == Values::Raw ? m_raw : m_smoothBlocks;
    for (qsizetype i = first; i < last;) {
        const bool whole = i % blockSize == 0 && i + blockSize <= last && scale == YScale::Linear;
        if (!whole) {
            consider(i++);
            continue;
        }
        const Block& block = blocks.at(i / blockSize);
        if (block.low >= 0) {
            consider(block.low);
            consider(block.high);
        }
        i += blockSize;
    }
    if (low < 0)
        return;
    keep.append(std::min(low, high));
    if (low != high)
        keep.append(std::max(low, high));
}

ChartData::Shape ChartData::reduce(Values values, XAxis axis, YScale scale, double from, double to, int most) const
{
    Shape shape;
    const qsizetype first = std::max<qsizetype>(0, firstAtLeast(from, axis) - 1);
    qsizetype last = firstAtLeast(to, axis);
    while (last < m_points.size() && x(last, axis) <= to)
        ++last;
    last = std::min(m_points.size(), last + 1);
    if (first >= last)
        return shape;
    const qsizetype count = last - first;
    qsizetype bucket = count <= most ? 1 : (count * 2 + most - 1) / most;
    if (bucket >= blockSize)
        bucket = (bucket + blockSize - 1) / blockSize * blockSize;
    auto hole = std::lower_bound(m_holes.begin(), m_holes.end(), first);
    shape.segments.append(QVector<QPointF>());
    shape.low = 1;
    shape.high = 0;
    QVector<qsizetype> keep;
    bool any = false;
    for (qsizetype i = first; i < last;) {
        while (hole != m_holes.end() && *hole < i)
            ++hole;
        const qsizetype end = std::min({last, (i / bucket + 1) * bucket, hole == m_holes.end() ? last : std::max(i + 1, *hole)});
        keep.clear();
        gather(values, scale, i, end, keep);
        if (keep.isEmpty()) {
            shape.dropped += static_cast<int>(end - i);
            if (!shape.segments.constLast().isEmpty() && shape.segments.size() < 64)
                shape.segments.append(QVector<QPointF>());
        }
        for (const qsizetype index : keep) {
            const double y = value(values, index);
            shape.segments.last().append({x(index, axis), scale == YScale::Log ? std::log10(y) : y});
            shape.low = any ? std::min(shape.low, y) : y;
            shape.high = any ? std::max(shape.high, y) : y;
            any = true;
        }
        i = end;
    }
    return shape;
}

} // namespace runyard
