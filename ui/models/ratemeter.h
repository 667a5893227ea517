#pragma once

#include <cstdint>
#include <deque>
#include <utility>

namespace runyard {

// How fast a transfer is, as the mean over the last three seconds.
class RateMeter {
public:
    void add(std::int64_t bytes, std::int64_t millis)
    {
        m_points.emplace_back(millis, bytes);
        while (m_points.size() > 2 && millis - m_points[1].first > window)
            m_points.pop_front();
    }

    // Bytes per second; -1 while it cannot be told.
    double rate() const
    {
        if (m_points.size() < 2 || m_points.back().first <= m_points.front().first)
            return -1;
        return 1000.0 * static_cast<double>(m_points.back().second - m_points.front().second) / static_cast<double>(m_points.back().first - m_points.front().first);
    }

private:
    static constexpr std::int64_t window = 3000;

    std::deque<std::pair<std::int64_t, std::int64_t>> m_points;
};

} // namespace runyard
