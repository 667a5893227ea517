#pragma once

#include <QElapsedTimer>
#include <QTimer>

#include <algorithm>
#include <ctime>
#include <vector>

namespace runyard {

// How much slower the program is in a build that watches itself; limits of time are multiplied by it. The goals themselves are
// held by tests/bench on the release build.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double WatchedBuildFactor = 5;
#else
constexpr double WatchedBuildFactor = 1;
#endif

// Asks the event loop for a tick each millisecond and notes how long it was away.
class StallProbe {
public:
    StallProbe()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            m_gaps.push_back(static_cast<double>(m_since.nsecsElapsed()) / 1e6);
            m_since.restart();
            const double now = cpu();
            m_busiest = std::max(m_busiest, (now - m_last) * 1e3);
            m_last = now;
        });
        m_since.start();
        m_wall.start();
        m_cpu = m_last = cpu();
        m_timer.start(1);
    }

    void report(const char* what)
    {
        std::sort(m_gaps.begin(), m_gaps.end());
        const auto at = [this](double share) { return m_gaps.empty() ? 0.0 : m_gaps[static_cast<std::size_t>(share * static_cast<double>(m_gaps.size() - 1))]; };
        const double wall = static_cast<double>(m_wall.nsecsElapsed()) / 1e9;
        qInfo("%-44s %6.2f s  ticks %6zu  gap ms: p50 %5.2f p99 %6.2f p99.9 %6.2f max %7.2f  busiest turn %6.2f ms cpu  GUI cpu %4.1f %%", what, wall, m_gaps.size(), at(0.5), at(0.99), at(0.999), at(1), m_busiest, 100 * (cpu() - m_cpu) / wall);
    }
    double busiest() const { return m_busiest; }  // ms of this thread's own work between two ticks
    double worst() const { return m_gaps.empty() ? 0 : *std::max_element(m_gaps.begin(), m_gaps.end()); }

    static double cpu()
    {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }

private:
    QTimer m_timer;
    QElapsedTimer m_since;
    QElapsedTimer m_wall;
    double m_cpu = 0;
    double m_last = 0;
    double m_busiest = 0;  // most work of our own between two ticks; the rest of a gap is the scheduler's
    std::vector<double> m_gaps;
};

} // namespace runyard
