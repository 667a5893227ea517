#pragma once

#include "core/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace runyard::api {

// One phase of a run's life: Queued, Preparing, Scaling, Running, Finalizing.
struct Phase {
    std::string name;
    Millis start = 0;
    Millis end = 0;    // 0 while it lasts
    std::string note;  // "cached", "waits for calm_otter_…"
};

// A run as run history tells it: GET /history/v1.0…/runs/{id}/details (azureml-rest §2.2).
// `phases`, `logSizes` and `metricCounts` come from the local service only, under "runyard".
struct RunDetails {
    std::string id;
    std::int64_t number = 0;
    std::string displayName;
    std::string experimentName;
    std::string experimentId;  // guid
    std::string status;        // Azure's state
    std::string target;        // name of the compute
    Millis created = 0;
    Millis started = 0;
    Millis ended = 0;
    std::string errorCode;
    std::string errorMessage;
    std::map<std::string, std::string> tags;
    std::map<std::string, std::string> properties;
    std::map<std::string, std::string> parameters;
    std::map<std::string, std::string> logFiles;        // name → URL that needs no header
    std::vector<Phase> phases;
    std::map<std::string, std::int64_t> logSizes;       // bytes
    std::map<std::string, std::int64_t> metricCounts;   // points
    std::string etag;                                   // for the next wait
};

// A run as MLflow's runs/search tells it.
struct RunSummary {
    std::string id;
    std::string name;
    std::string experimentId;    // MLflow's integer
    std::string experimentName;  // filled by the client
    std::string status;          // Azure's state where the job is known, else MLflow's
    std::string target;          // compute
    std::string user;
    Millis started = 0;
    Millis ended = 0;
    std::map<std::string, double> metrics;  // last values
    std::map<std::string, std::string> params;
    std::map<std::string, std::string> tags;
};

struct MetricPoint {
    std::int64_t step = 0;
    Millis time = 0;
    double value = 0;  // NaN and infinities are values too
};

struct MetricPage {
    std::vector<MetricPoint> points;
    std::string next;  // continuation; empty on the last page unless the request follows
};

struct Experiment {
    std::string id;    // MLflow's integer as text
    std::string name;
    std::string artifactLocation;
    std::string lifecycle = "active";
};

} // namespace runyard::api
