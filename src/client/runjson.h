#pragma once

#include "api/json.h"

// MLflow's JSON as the client reads it. For sources only.
namespace runyard::client {

struct RunPage {
    std::vector<api::RunSummary> runs;
    std::string next;
};

struct ExperimentPage {
    std::vector<api::Experiment> experiments;
    std::string next;
};

void from_json(const api::Json& json, RunPage& page);
void from_json(const api::Json& json, ExperimentPage& page);

// A page of a metric's history; NaN and infinities as MLflow writes them, as strings, and as bare tokens.
Result<api::MetricPage> readMetrics(const std::string& body);
Result<RunPage> readRuns(const std::string& body);

// Azure's word for MLflow's.
std::string azureStatus(const std::string& mlflow);

} // namespace runyard::client
