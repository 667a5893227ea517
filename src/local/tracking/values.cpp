// How runs and experiments are written for MLflow's clients.
#include "calls.h"
#include "loggedmodels.h"

#include "local/store/metricrows.h"

namespace runyard::local {

namespace {

Json listOf(const TextMap& texts)
{
    Json list = Json::array();
    for (const auto& [key, value] : texts)
        list.push_back(Json{{"key", key}, {"value", value}});
    return list;
}

Json inputsOf(Database& database, std::int64_t run)
{
    Json inputs = Json::array();
    Statement row(database, "SELECT json FROM datasets WHERE run = ? ORDER BY name, digest");
    row.bind(run);
    while (row.next())
        inputs.push_back(Json::parse(row.text(0), nullptr, false));
    return inputs;
}

} // namespace

Json runInfo(Database& database, const RunRow& run)
{
    const auto experiment = findExperiment(database, run.experiment);
    Json info{{"run_id", run.id}, {"run_uuid", run.id}, {"run_name", run.displayName}, {"experiment_id", std::to_string(run.experiment)}, {"user_id", run.user},
        {"status", toMlflowStatus(run.status)}, {"start_time", run.started > 0 ? run.started : run.created},
        {"artifact_uri", experiment ? artifactUri(*experiment, run.id) : ""}, {"lifecycle_stage", run.isDeleted ? "deleted" : "active"}};
    if (run.ended > 0)
        info["end_time"] = run.ended;
    return info;
}

Json runJson(Database& database, const RunRow& run)
{
    Json metrics = Json::array();
    for (const MetricSummary& metric : metricsOf(database, run.serial))
        metrics.push_back(Json{{"key", metric.key}, {"value", metric.latest.value}, {"timestamp", metric.latest.time}, {"step", metric.latest.step}});
    TextMap tags = textsOf(database, TextTable::Tags, run.serial);
    if (run.kind != "Interactive") {  // a job of this workspace: MLflow's five states are too few for it
        tags["azureml.status"] = run.status;
        tags["azureml.target"] = run.target;
    }
    Json data{{"metrics", metrics}, {"params", listOf(textsOf(database, TextTable::Params, run.serial))}, {"tags", listOf(tags)}};
    Json json{{"info", runInfo(database, run)}, {"data", std::move(data)}};
    if (Json inputs = inputsOf(database, run.serial); !inputs.empty())
        json["inputs"]["dataset_inputs"] = std::move(inputs);
    if (Json models = runModels(database, run.serial, RunModel::Input); !models.empty())
        json["inputs"]["model_inputs"] = std::move(models);
    if (Json models = runModels(database, run.serial, RunModel::Output); !models.empty())
        json["outputs"]["model_outputs"] = std::move(models);
    return json;
}

Json experimentJson(Database& database, const ExperimentRow& experiment)
{
    Json tags = Json::array();
    Statement row(database, "SELECT key, value FROM experimentTags WHERE experiment = ? ORDER BY key");
    row.bind(experiment.id);
    while (row.next())
        tags.push_back(Json{{"key", row.text(0)}, {"value", row.text(1)}});
    return Json{{"experiment_id", std::to_string(experiment.id)}, {"name", experiment.name}, {"artifact_location", experiment.location},
        {"lifecycle_stage", experiment.isDeleted ? "deleted" : "active"}, {"creation_time", experiment.created}, {"last_update_time", experiment.modified}, {"tags", tags}};
}

} // namespace runyard::local
