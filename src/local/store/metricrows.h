#pragma once

#include "api/run.h"
#include "database.h"

#include <functional>

namespace runyard::local {

// One value of a metric on its way into the store.
struct MetricValue {
    std::string key;
    api::MetricPoint point;
};

// A metric of a run: how many points, and its latest as MLflow defines it (greatest step, then time, then value).
struct MetricSummary {
    std::string key;
    std::int64_t points = 0;
    api::MetricPoint latest;
};

// Adds points in their order; one that is there already (same run, key, time, step and value bits) is passed over in silence, so
// that clients may send again. Answers how many were new.
std::int64_t addMetrics(Database& database, std::int64_t run, const std::vector<MetricValue>& values);
// As above for points that carry no step: the step is the number of points before it.
std::int64_t addNextMetric(Database& database, std::int64_t run, const std::string& key, Millis time, double value);

std::vector<MetricSummary> metricsOf(Database& database, std::int64_t run);

// The points of a metric in order of arrival after the `seen`-th; at most `limit`. Calls `each` with the point's number.
void followMetric(Database& database, std::int64_t run, const std::string& key, std::int64_t seen, std::int64_t limit,
                  const std::function<void(std::int64_t, const api::MetricPoint&)>& each);
// The points in MLflow's order (time, step, value), after `from` where given.
void readMetric(Database& database, std::int64_t run, const std::string& key, const std::optional<api::MetricPoint>& from, std::int64_t limit,
                const std::function<void(const api::MetricPoint&)>& each);

} // namespace runyard::local
