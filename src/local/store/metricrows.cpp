#include "metricrows.h"

#include <bit>
#include <cmath>
#include <map>
#include <tuple>

namespace runyard::local {

namespace {

// A row of `series` being written to.
struct Series {
    std::int64_t id = 0;
    std::int64_t points = 0;
    api::MetricPoint latest;
    bool isChanged = false;
};

std::int64_t toBits(double value) { return std::bit_cast<std::int64_t>(value); }
double fromBits(std::int64_t bits) { return std::bit_cast<double>(bits); }

// NaN after all numbers, as MLflow has it.
bool isLater(const api::MetricPoint& a, const api::MetricPoint& b)
{
    const auto rank = [](const api::MetricPoint& point) { return std::tuple(point.step, point.time, std::isnan(point.value), std::isnan(point.value) ? 0 : point.value); };
    return rank(a) > rank(b);
}

Series openSeries(Database& database, std::int64_t run, const std::string& key)
{
    Statement row(database, "SELECT id, points, step, time, bits FROM series WHERE run = ? AND key = ?");
    row.bind(run).bind(key);
    if (row.next())
        return Series{row.integer(0), row.integer(1), {row.integer(2), row.integer(3), fromBits(row.integer(4))}};
    database.run("INSERT INTO series(run, key) VALUES(?, ?)", run, key);
    return Series{database.lastRow(), 0, {}};
}

void addPoint(Statement& insert, Database& database, Series& series, const api::MetricPoint& point)
{
    insert.reset();
    insert.bind(series.id).bind(series.points + 1).bind(point.time).bind(point.step).bind(toBits(point.value));
    if (!insert.next() && (database.hasFault() || database.changes() == 0))
        return;
    if (series.points == 0 || isLater(point, series.latest))
        series.latest = point;
    ++series.points;
    series.isChanged = true;
}

void closeSeries(Database& database, const Series& series)
{
    if (!series.isChanged)
        return;
    Statement update(database, "UPDATE series SET points = ?, step = ?, time = ?, bits = ?, value = ? WHERE id = ?");
    const api::MetricPoint& latest = series.latest;
    update.bind(series.points).bind(latest.step).bind(latest.time).bind(toBits(latest.value)).bind(latest.value).bind(series.id);  // a NaN is bound as NULL
    update.next();
}

constexpr const char* Insert = "INSERT OR IGNORE INTO metrics(series, seq, time, step, bits) VALUES(?, ?, ?, ?, ?)";

} // namespace

std::int64_t addMetrics(Database& database, std::int64_t run, const std::vector<MetricValue>& values)
{
    std::map<std::string_view, Series> open;
    std::int64_t before = 0;
    Statement insert(database, Insert);
    for (const MetricValue& value : values) {
        auto found = open.find(value.key);
        if (found == open.end()) {
            found = open.emplace(value.key, openSeries(database, run, value.key)).first;
            before += found->second.points;
        }
        addPoint(insert, database, found->second, value.point);
    }
    std::int64_t after = 0;
    for (const auto& [key, series] : open) {
        closeSeries(database, series);
        after += series.points;
    }
    return after - before;
}

std::int64_t addNextMetric(Database& database, std::int64_t run, const std::string& key, Millis time, double value)
{
    Series series = openSeries(database, run, key);
    Statement insert(database, Insert);
    const auto before = series.points;
    addPoint(insert, database, series, {series.points == 0 ? 0 : series.latest.step + 1, time, value});
    closeSeries(database, series);
    return series.points - before;
}

std::vector<MetricSummary> metricsOf(Database& database, std::int64_t run)
{
    Statement row(database, "SELECT key, points, step, time, bits FROM series WHERE run = ? AND points > 0 ORDER BY key");
    row.bind(run);
    std::vector<MetricSummary> found;
    while (row.next())
        found.push_back({row.text(0), row.integer(1), {row.integer(2), row.integer(3), fromBits(row.integer(4))}});
    return found;
}

void followMetric(Database& database, std::int64_t run, const std::string& key, std::int64_t seen, std::int64_t limit,
                  const std::function<void(std::int64_t, const api::MetricPoint&)>& each)
{
    Statement row(database, "SELECT seq, step, metrics.time, metrics.bits FROM metrics WHERE series = (SELECT id FROM series WHERE run = ? AND key = ?) AND seq > ?"
                            " ORDER BY seq LIMIT ?");
    row.bind(run).bind(key).bind(seen).bind(limit);
    while (row.next())
        each(row.integer(0), {row.integer(1), row.integer(2), fromBits(row.integer(3))});
}

void readMetric(Database& database, std::int64_t run, const std::string& key, const std::optional<api::MetricPoint>& from, std::int64_t limit,
                const std::function<void(const api::MetricPoint&)>& each)
{
    const std::string condition = from ? " AND (time, step, bits) > (?, ?, ?)" : "";
    Statement row(database, "SELECT step, time, bits FROM metrics WHERE series = (SELECT id FROM series WHERE run = ? AND key = ?)" + condition
                                + " ORDER BY time, step, bits LIMIT ?");
    row.bind(run).bind(key);
    if (from)
        row.bind(from->time).bind(from->step).bind(toBits(from->value));
    row.bind(limit);
    while (row.next())
        each({row.integer(0), row.integer(1), fromBits(row.integer(2))});
}

} // namespace runyard::local
