#pragma once

#include "lenientjson.h"

#include "local/store/metricrows.h"
#include "local/store/rows.h"

namespace runyard::local {

// A model that MLflow 3 logged: it belongs to an experiment, and to the run that made it where there was one.
struct LoggedModelRow {
    std::int64_t serial = 0;
    std::string id;
    std::int64_t experiment = 0;
    std::string name;
    std::string type;
    std::int64_t status = 1;  // 1 pending, 2 ready, 3 upload failed
    std::string sourceRun;
    Millis created = 0;
    Millis modified = 0;
    bool isDeleted = false;
};

std::string loggedModelSelect(std::string_view tail);
LoggedModelRow readLoggedModel(const Statement& row);
std::optional<LoggedModelRow> findLoggedModel(Database& database, const std::string& id);
Result<LoggedModelRow> knownLoggedModel(Database& database, const std::string& id);
std::string artifactUriOf(Database& database, const LoggedModelRow& model);
// MLflow's form of it: {info, data}.
Json loggedModelJson(Database& database, const LoggedModelRow& model);

// A metric that tells of a model, on a dataset perhaps. It is a metric of its run too.
struct ModelMetric {
    std::string model;
    MetricValue value;
    std::string dataset;
    std::string digest;
};
// Those of models that are not known are passed over: the run has the value all the same.
void addModelMetrics(Database& database, const std::string& run, const std::vector<ModelMetric>& metrics);

// Models that a run used or made.
enum class RunModel { Input = 0, Output = 1 };
void addRunModel(Database& database, std::int64_t run, RunModel kind, const std::string& model, std::int64_t step);
Json runModels(Database& database, std::int64_t run, RunModel kind);

} // namespace runyard::local
