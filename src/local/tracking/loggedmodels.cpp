#include "loggedmodels.h"

#include <array>
#include <bit>

namespace runyard::local {

namespace {

Json pairs(Database& database, const char* sql, std::int64_t model)
{
    Json list = Json::array();
    Statement row(database, sql);
    row.bind(model);
    while (row.next())
        list.push_back(Json{{"key", row.text(0)}, {"value", row.text(1)}});
    return list;
}

Json metricsOf(Database& database, const LoggedModelRow& model)
{
    Json list = Json::array();
    Statement row(database, "SELECT key, bits, time, step, run, dataset, digest FROM loggedModelMetrics WHERE model = ?");
    row.bind(model.serial);
    while (row.next()) {
        Json metric{{"key", row.text(0)}, {"value", std::bit_cast<double>(row.integer(1))}, {"timestamp", row.integer(2)}, {"step", row.integer(3)}, {"model_id", model.id}, {"run_id", row.text(4)}};
        if (const std::string dataset = row.text(5); !dataset.empty())
            metric["dataset_name"] = dataset;
        if (const std::string digest = row.text(6); !digest.empty())
            metric["dataset_digest"] = digest;
        list.push_back(std::move(metric));
    }
    return list;
}

} // namespace

std::string loggedModelSelect(std::string_view tail)
{
    return "SELECT m.serial, m.id, m.experiment, m.name, m.type, m.status, m.sourceRun, m.created, m.modified, m.isDeleted FROM loggedModels m " + std::string(tail);
}

LoggedModelRow readLoggedModel(const Statement& row)
{
    return LoggedModelRow{row.integer(0), row.text(1), row.integer(2), row.text(3), row.text(4), row.integer(5), row.text(6), row.integer(7), row.integer(8), row.integer(9) != 0};
}

std::optional<LoggedModelRow> findLoggedModel(Database& database, const std::string& id)
{
    Statement row(database, loggedModelSelect("WHERE m.id = ?"));
    row.bind(id);
    if (!row.next())
        return std::nullopt;
    return readLoggedModel(row);
}

Result<LoggedModelRow> knownLoggedModel(Database& database, const std::string& id)
{
    auto found = findLoggedModel(database, id);
    if (found)
        return *found;
    return failure(Error::Code::NotFound, "Logged model with ID '" + id + "' not found.");
}

std::string artifactUriOf(Database& database, const LoggedModelRow& model)
{
    const auto experiment = findExperiment(database, model.experiment);
    return (experiment ? experiment->location : std::string()) + "/models/" + model.id + "/artifacts";
}

Json loggedModelJson(Database& database, const LoggedModelRow& model)
{
    static const std::array<const char*, 4> states{"LOGGED_MODEL_STATUS_UNSPECIFIED", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"};
    Json info{{"model_id", model.id}, {"experiment_id", std::to_string(model.experiment)}, {"name", model.name}, {"creation_timestamp_ms", model.created},
        {"last_updated_timestamp_ms", model.modified}, {"artifact_uri", artifactUriOf(database, model)}, {"status", states[static_cast<std::size_t>(model.status & 3)]},
        {"model_type", model.type}, {"source_run_id", model.sourceRun},
        {"tags", pairs(database, "SELECT key, value FROM loggedModelTags WHERE model = ? ORDER BY key", model.serial)}};
    Json data{{"params", pairs(database, "SELECT key, value FROM loggedModelParams WHERE model = ? ORDER BY key", model.serial)}, {"metrics", metricsOf(database, model)}};
    return Json{{"info", std::move(info)}, {"data", std::move(data)}};
}

void addModelMetrics(Database& database, const std::string& run, const std::vector<ModelMetric>& metrics)
{
    for (const ModelMetric& metric : metrics) {
        const auto model = findLoggedModel(database, metric.model);
        if (!model)
            continue;
        const api::MetricPoint& point = metric.value.point;
        database.run("INSERT OR IGNORE INTO loggedModelMetrics(model, key, time, step, run, bits, value, dataset, digest) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", model->serial,
                     metric.value.key, point.time, point.step, run, std::bit_cast<std::int64_t>(point.value), point.value, metric.dataset, metric.digest);
    }
}

void addRunModel(Database& database, std::int64_t run, RunModel kind, const std::string& model, std::int64_t step)
{
    database.run("INSERT OR IGNORE INTO runModels(run, kind, model, step) VALUES(?, ?, ?, ?)", run, static_cast<int>(kind), model, step);
}

Json runModels(Database& database, std::int64_t run, RunModel kind)
{
    Json list = Json::array();
    Statement row(database, "SELECT model, step FROM runModels WHERE run = ? AND kind = ? ORDER BY step, model");
    row.bind(run).bind(static_cast<int>(kind));
    while (row.next()) {
        Json model{{"model_id", row.text(0)}};
        if (kind == RunModel::Output)
            model["step"] = row.integer(1);
        list.push_back(std::move(model));
    }
    return list;
}

} // namespace runyard::local
