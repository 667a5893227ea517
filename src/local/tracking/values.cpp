// How runs and experiments are written for MLflow's clients.
#include "calls.h"
#include "lenientjson.h"
#include "loggedmodels.h"

#include <algorithm>
#include <bit>

namespace runyard::local {

namespace {

// A run is written as text at once: a page of a search holds a hundred, each with dozens of pairs.
void appendText(std::string& out, std::string_view text)
{
    const auto isPlain = [](char letter) { return letter >= ' ' && letter != '"' && letter != '\\'; };  // not of UTF-8 either, which may be wrong
    if (!std::all_of(text.begin(), text.end(), isPlain)) {
        out += toText(Json(std::string(text)));
        return;
    }
    out += '"';
    out += text;
    out += '"';
}

void appendField(std::string& out, const char* name, std::string_view text)
{
    out += name;
    appendText(out, text);
}

void appendComma(std::string& out) { out += out.back() == '[' ? "" : ","; }

void appendPair(std::string& out, std::string_view key, std::string_view value)
{
    appendComma(out);
    appendField(out, "{\"key\":", key);
    appendField(out, ",\"value\":", value);
    out += '}';
}

void appendMetrics(std::string& out, Database& database, std::int64_t run)
{
    Statement row(database, "SELECT key, bits, time, step FROM series WHERE run = ? AND points > 0 ORDER BY key");
    row.bind(run);
    while (row.next()) {
        appendComma(out);
        appendField(out, "{\"key\":", row.view(0));
        out += ",\"value\":";
        appendDouble(out, std::bit_cast<double>(row.integer(1)));
        out += ",\"timestamp\":" + std::to_string(row.integer(2)) + ",\"step\":" + std::to_string(row.integer(3)) + '}';
    }
}

void appendParams(std::string& out, Database& database, std::int64_t run)
{
    Statement row(database, "SELECT key, value FROM params WHERE run = ? ORDER BY key");
    row.bind(run);
    while (row.next())
        appendPair(out, row.view(0), row.view(1));
}

void appendTags(std::string& out, Database& database, const RunRow& run)
{
    const bool isJob = run.kind != "Interactive";  // of this workspace: MLflow's five states are too few for it
    Statement row(database, "SELECT key, value FROM tags WHERE run = ? ORDER BY key");
    row.bind(run.serial);
    while (row.next()) {
        if (!isJob || (row.view(0) != "azureml.status" && row.view(0) != "azureml.target"))
            appendPair(out, row.view(0), row.view(1));
    }
    if (!isJob)
        return;
    appendPair(out, "azureml.status", run.status);
    appendPair(out, "azureml.target", run.target);
}

// Data sets and models that it read or made, where there are any.
void appendUses(std::string& out, Database& database, std::int64_t run)
{
    Json datasets = Json::array();
    Statement row(database, "SELECT json FROM datasets WHERE run = ? ORDER BY name, digest");
    row.bind(run);
    while (row.next())
        datasets.push_back(Json::parse(row.text(0), nullptr, false));
    Json uses = Json::object();
    if (!datasets.empty())
        uses["inputs"]["dataset_inputs"] = std::move(datasets);
    if (Json models = runModels(database, run, RunModel::Input); !models.empty())
        uses["inputs"]["model_inputs"] = std::move(models);
    if (Json models = runModels(database, run, RunModel::Output); !models.empty())
        uses["outputs"]["model_outputs"] = std::move(models);
    for (const auto& [name, use] : uses.items())
        out += ",\"" + name + "\":" + toText(use);
}

} // namespace

std::string runInfo(Database& database, const RunRow& run)
{
    const auto location = database.text("SELECT location FROM experiments WHERE id = ?", run.experiment);
    std::string out;
    appendField(out, "{\"run_id\":", run.id);
    appendField(out, ",\"run_uuid\":", run.id);
    appendField(out, ",\"run_name\":", run.displayName);
    out += ",\"experiment_id\":\"" + std::to_string(run.experiment) + '"';
    appendField(out, ",\"user_id\":", run.user);
    out += ",\"status\":\"" + toMlflowStatus(run.status) + "\",\"start_time\":" + std::to_string(run.started > 0 ? run.started : run.created);
    appendField(out, ",\"artifact_uri\":", location ? *location + '/' + run.id + "/artifacts" : "");
    out += run.isDeleted ? ",\"lifecycle_stage\":\"deleted\"" : ",\"lifecycle_stage\":\"active\"";
    if (run.ended > 0)
        out += ",\"end_time\":" + std::to_string(run.ended);
    return out + '}';
}

std::string runText(Database& database, const RunRow& run)
{
    std::string out = "{\"info\":" + runInfo(database, run) + ",\"data\":{\"metrics\":[";
    appendMetrics(out, database, run.serial);
    out += "],\"params\":[";
    appendParams(out, database, run.serial);
    out += "],\"tags\":[";
    appendTags(out, database, run);
    out += "]}";
    appendUses(out, database, run.serial);
    return out + '}';
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
