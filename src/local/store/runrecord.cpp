#include "runrecord.h"

#include "api/job.h"
#include "metricrows.h"
#include "phases.h"
#include "rows.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace runyard::local {

using Json = nlohmann::json;

namespace {

// JSON has no NaN: these are written as the strings MLflow writes.
void appendNumber(std::string& text, double value)
{
    if (std::isnan(value)) {
        text += "\"NaN\"";
    } else if (std::isinf(value)) {
        text += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else {
        char digits[32];
        text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
}

double toNumber(const Json& value)
{
    if (value.is_number())
        return value.get<double>();
    const auto word = value.get<std::string>();
    if (word == "NaN")
        return std::numeric_limits<double>::quiet_NaN();
    return word == "Infinity" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string metricsText(Database& database, std::int64_t run)
{
    std::string text = "{";
    for (const MetricSummary& metric : metricsOf(database, run)) {
        text += text.size() > 1 ? ",\n" : "\n";
        text += dump(metric.key) + ":[";
        const auto append = [&text](std::int64_t number, const api::MetricPoint& point) {
            text += number > 1 ? ",[" : "[";
            text += std::to_string(point.step) + ',' + std::to_string(point.time) + ',';
            appendNumber(text, point.value);
            text += ']';
        };
        followMetric(database, run, metric.key, 0, std::numeric_limits<std::int64_t>::max(), append);
        text += ']';
    }
    return text + "}";
}

std::string entriesText(Database& database, std::int64_t run)
{
    Statement row(database, "SELECT metricId, name, kind, created, columns, data, step FROM entries WHERE run = ? ORDER BY seq");
    row.bind(run);
    std::string text = "[";
    while (row.next()) {
        Json entry{{"metricId", row.text(0)}, {"name", row.text(1)}, {"kind", row.text(2)}, {"createdUtc", row.text(3)}, {"columns", row.text(4)}, {"data", row.text(5)}};
        if (!row.isNull(6))
            entry["step"] = row.integer(6);
        text += text.size() > 1 ? ",\n" : "\n";
        text += dump(entry);
    }
    return text + "]";
}

template<typename ToJson>
std::string listText(Statement& row, ToJson toJson)
{
    Json list = Json::array();
    while (row.next())
        list.push_back(toJson());
    return dump(list);
}

std::string datasetsText(Database& database, std::int64_t run)
{
    Statement row(database, "SELECT name, digest, json FROM datasets WHERE run = ?");
    row.bind(run);
    return listText(row, [&] { return Json::array({row.text(0), row.text(1), row.text(2)}); });
}

// [kind, model, step] of the logged models that it used or made.
std::string modelsText(Database& database, std::int64_t run)
{
    Statement row(database, "SELECT kind, model, step FROM runModels WHERE run = ?");
    row.bind(run);
    return listText(row, [&] { return Json::array({row.integer(0), row.text(1), row.integer(2)}); });
}

// What it measured of logged models; a value by its bits.
std::string modelMetricsText(Database& database, const std::string& run)
{
    Statement row(database, "SELECT m.id, x.key, x.time, x.step, x.bits, x.dataset, x.digest FROM loggedModelMetrics x JOIN loggedModels m ON m.serial = x.model WHERE x.run = ?");
    row.bind(run);
    return listText(row, [&] { return Json::array({row.text(0), row.text(1), row.integer(2), row.integer(3), row.integer(4), row.text(5), row.text(6)}); });
}

void addModels(Database& database, std::int64_t run, const std::string& id, const Json& json)
{
    for (const Json& model : json.value("models", Json::array()))
        database.run("INSERT OR IGNORE INTO runModels(run, kind, model, step) VALUES(?, ?, ?, ?)", run, model.at(0).get<int>(), model.at(1).get<std::string>(), model.at(2).get<std::int64_t>());
    for (const Json& metric : json.value("modelMetrics", Json::array())) {
        const auto bits = metric.at(4).get<std::int64_t>();
        database.run("INSERT OR IGNORE INTO loggedModelMetrics(model, key, time, step, run, bits, value, dataset, digest) SELECT serial, ?, ?, ?, ?, ?, ?, ?, ? FROM loggedModels WHERE id = ?",
                     metric.at(1).get<std::string>(), metric.at(2).get<std::int64_t>(), metric.at(3).get<std::int64_t>(), id, bits, std::bit_cast<double>(bits), metric.at(5).get<std::string>(),
                     metric.at(6).get<std::string>(), metric.at(0).get<std::string>());
    }
}

RunRow readRow(const Json& run)
{
    RunRow row;
    row.id = run.at("id").get<std::string>();
    row.displayName = run.value("name", row.id);
    row.kind = run.value("kind", "Command");
    row.status = run.value("status", "Failed");
    row.target = run.value("target", "");
    row.creator = run.value("creator", "");
    row.parent = run.value("parent", "");
    row.user = run.value("user", "");
    row.created = run.value("created", Millis(0));
    row.started = run.value("started", Millis(0));
    row.ended = run.value("ended", Millis(0));
    row.errorCode = run.value("errorCode", "");
    row.errorMessage = run.value("errorMessage", "");
    return row;
}

void applyState(RunRow& row, const std::string& text)
{
    const Json state = Json::parse(text, nullptr, false);
    if (!state.is_object())
        return;
    row.status = state.value("status", row.status);
    row.ended = state.value("ended", row.ended);
    row.errorCode = state.value("errorCode", row.errorCode);
    row.errorMessage = state.value("errorMessage", row.errorMessage);
    row.phases = phasesOf(state.value("phases", Json::array()).dump());
}

// The experiment by its name, else with the numbers it had where these are free.
Result<std::int64_t> experimentOf(Database& database, const Json& run)
{
    if (const auto same = database.number("SELECT id FROM experiments WHERE guid = ?", run.value("experimentGuid", "")))
        return *same;  // renamed since, perhaps
    const std::string name = run.value("experiment", "Default");
    if (const auto found = findExperiment(database, name))
        return found->id;
    auto made = insertExperiment(database, name, run.value("experimentLocation", ""));
    if (!made)
        return Failure(made.error());
    const auto id = run.value("experimentId", made->id);
    if (id != made->id && !findExperiment(database, id)) {
        database.run("UPDATE experiments SET id = ?1, location = CASE WHEN location = 'mlflow-artifacts:/' || id THEN 'mlflow-artifacts:/' || ?1 ELSE location END WHERE id = ?2", id, made->id);
        made->id = id;
    }
    const std::string guid = run.value("experimentGuid", made->guid);
    if (!database.number("SELECT 1 FROM experiments WHERE guid = ?", guid))
        database.run("UPDATE experiments SET guid = ? WHERE id = ?", guid, made->id);
    return made->id;
}

void addTexts(Database& database, TextTable table, std::int64_t run, const Json& texts)
{
    for (const auto& [key, value] : texts.items())
        setText(database, table, run, key, value.get<std::string>());
}

std::int64_t addAllMetrics(Database& database, std::int64_t run, const Json& metrics)
{
    std::int64_t added = 0;
    for (const auto& [key, points] : metrics.items()) {
        std::vector<MetricValue> values;
        for (const Json& point : points)
            values.push_back({key, {point.at(0).get<std::int64_t>(), point.at(1).get<Millis>(), toNumber(point.at(2))}});
        added += addMetrics(database, run, values);
    }
    return added;
}

void addEntries(Database& database, std::int64_t run, const Json& entries)
{
    auto seq = database.number("SELECT max(seq) FROM entries WHERE run = ?", run).value_or(0);
    Statement insert(database, "INSERT OR IGNORE INTO entries(run, seq, metricId, name, kind, created, columns, data, step) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const Json& entry : entries) {
        insert.reset();
        insert.bind(run).bind(++seq).bind(entry.value("metricId", "")).bind(entry.value("name", "")).bind(entry.value("kind", "")).bind(entry.value("createdUtc", ""));
        insert.bind(entry.value("columns", "{}")).bind(entry.value("data", "{}"));
        if (entry.contains("step"))
            insert.bind(entry["step"].get<std::int64_t>());
        else
            insert.bind(nullptr);
        insert.next();
    }
}

Result<std::int64_t> addParsed(Database& database, const Json& json, const std::string& state)
{
    const Json& run = json.at("run");
    RunRow row = readRow(run);
    applyState(row, state);
    const auto known = findRun(database, row.id);
    if (known && api::isTerminal(known->status))
        return 0;
    const auto experiment = experimentOf(database, run);
    if (!experiment)
        return Failure(experiment.error());
    row.experiment = *experiment;
    const auto inserted = known ? Result<RunRow>(*known) : insertRun(database, row);
    if (!inserted)
        return Failure(inserted.error());
    RunChange change;
    change.status = row.status;
    change.ended = row.ended;
    change.errorCode = row.errorCode;
    change.errorMessage = row.errorMessage;
    if (!row.phases.empty())
        change.phases = row.phases;
    updateRun(database, row.id, change);
    database.run("UPDATE runs SET isDeleted = ?, isArchived = ? WHERE id = ?", run.value("isDeleted", 0), run.value("isArchived", 0), row.id);
    addTexts(database, TextTable::Params, inserted->serial, json.at("params"));
    addTexts(database, TextTable::Tags, inserted->serial, json.at("tags"));
    addTexts(database, TextTable::Properties, inserted->serial, json.at("properties"));
    for (const Json& dataset : json.value("datasets", Json::array()))
        database.run("INSERT OR IGNORE INTO datasets(run, name, digest, json) VALUES(?, ?, ?, ?)", inserted->serial, dataset.at(0).get<std::string>(), dataset.at(1).get<std::string>(),
                     dataset.at(2).get<std::string>());
    addModels(database, inserted->serial, row.id, json);
    addEntries(database, inserted->serial, json.at("entries"));
    return addAllMetrics(database, inserted->serial, json.at("metrics"));
}

} // namespace

Result<std::string> runRecord(Database& database, const std::string& id)
{
    const auto run = findRun(database, id);
    if (!run)
        return failure(Error::Code::NotFound, "There is no run “" + id + "”.");
    const auto experiment = findExperiment(database, run->experiment).value_or(ExperimentRow());
    const Json facts{{"id", run->id}, {"experiment", experiment.name}, {"experimentId", experiment.id}, {"experimentGuid", experiment.guid}, {"experimentLocation", experiment.location},
        {"name", run->displayName}, {"kind", run->kind}, {"status", run->status}, {"target", run->target}, {"creator", run->creator}, {"parent", run->parent}, {"user", run->user},
        {"created", run->created}, {"started", run->started}, {"ended", run->ended}, {"errorCode", run->errorCode}, {"errorMessage", run->errorMessage},
        {"isDeleted", run->isDeleted ? 1 : 0}, {"isArchived", run->isArchived ? 1 : 0}};
    std::string text = "{\"run\":" + dump(facts);
    text += ",\n\"params\":" + dump(textsOf(database, TextTable::Params, run->serial));
    text += ",\n\"tags\":" + dump(textsOf(database, TextTable::Tags, run->serial));
    text += ",\n\"properties\":" + dump(textsOf(database, TextTable::Properties, run->serial));
    text += ",\n\"datasets\":" + datasetsText(database, run->serial);
    text += ",\n\"models\":" + modelsText(database, run->serial);
    text += ",\n\"modelMetrics\":" + modelMetricsText(database, run->id);
    text += ",\n\"metrics\":" + metricsText(database, run->serial);
    text += ",\n\"entries\":" + entriesText(database, run->serial) + "}\n";
    if (auto fault = database.takeFault())
        return Failure(*fault);
    return text;
}

std::string stateRecord(const RunChange& end)
{
    const Json phases = end.phases ? Json::parse(phasesText(*end.phases), nullptr, false) : Json::array();
    const Json state{{"status", end.status.value_or("")}, {"ended", end.ended.value_or(0)}, {"errorCode", end.errorCode.value_or("")}, {"errorMessage", end.errorMessage.value_or("")}, {"phases", phases}};
    return dump(state) + '\n';
}

Result<std::int64_t> addRunRecord(Database& database, const std::string& record, const std::string& state)
{
    try {
        return addParsed(database, Json::parse(record), state);
    } catch (const Json::exception& fault) {
        return failure(Error::Code::Protocol, "It is not the record of a run.", fault.what());
    }
}

} // namespace runyard::local
