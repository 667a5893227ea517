#pragma once

#include "fields.h"
#include "loggedmodels.h"

#include "local/store/metricrows.h"

namespace runyard::local {

// What one call logs into a run.
struct Batch {
    std::string runId;
    std::vector<MetricValue> metrics;
    std::vector<ModelMetric> modelMetrics;  // those of `metrics` that tell of a logged model
    std::vector<std::pair<std::string, std::string>> params;
    std::vector<std::pair<std::string, std::string>> tags;
};

// Reads the body of runs/log-batch: at once where it is well-formed, else with MLflow's complaint about what is not. Limits and names
// are checked too.
Result<Batch> readBatch(const std::string& body);
// The body of runs/log-metric.
Result<Batch> readMetricCall(const Json& body);
// As MLflow checks a batch: numbers, names, lengths, no parameter twice. Long values are cut as MLflow does.
// Complaints name a metric by its place, or as the only one of the call.
enum class Place { OfMany, Only };
Result<> checkBatch(Batch& batch, Place place = Place::OfMany);

} // namespace runyard::local
