#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace runyard::bench {

// Prints one figure beside its floor, both of this run: "name | figure | floor | ratio | goal | ok".
class Table {
public:
    enum class Better { Smaller, Larger };

    static void head()
    {
        std::printf("%-46s %14s %14s %8s  %s\n", "figure", "measured", "floor", "ratio", "goal");
    }

    // `reached` decides what stands behind the goal; a missed goal is said, not hidden.
    static void row(const std::string& name, double figure, double floor, const std::string& unit, const std::string& goal, bool reached)
    {
        const std::string ratio = floor > 0 ? number(figure / floor) : "-";
        const std::string base = floor > 0 ? number(floor) + ' ' + unit : "-";
        std::printf("%-46s %14s %14s %8s  %s%s\n", name.c_str(), (number(figure) + ' ' + unit).c_str(), base.c_str(), ratio.c_str(), goal.c_str(),
            goal.empty() ? "" : reached ? ": reached" : ": MISSED");
        std::fflush(stdout);
    }

    static std::string number(double value)
    {
        char text[32];
        std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value);
        return text;
    }
};

// Sorted samples and their quantiles.
class Samples {
public:
    void add(double value) { m_values.push_back(value); }
    double at(double share)
    {
        if (m_values.empty())
            return 0;
        std::sort(m_values.begin(), m_values.end());
        return m_values[static_cast<std::size_t>(share * static_cast<double>(m_values.size() - 1))];
    }
    std::size_t size() const { return m_values.size(); }

private:
    std::vector<double> m_values;
};

inline double secondsOf(const std::function<void()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace runyard::bench
