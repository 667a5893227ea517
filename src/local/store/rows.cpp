#include "rows.h"

#include "phases.h"
#include "registryrecords.h"

#include "core/ids.h"

#include <nlohmann/json.hpp>

namespace runyard::local {

using Json = nlohmann::json;

namespace {

constexpr const char* ExperimentSelect = "SELECT id, guid, name, location, isDeleted, created, modified FROM experiments WHERE ";

std::optional<ExperimentRow> readExperiment(Statement& row)
{
    if (!row.next())
        return std::nullopt;
    return ExperimentRow{row.integer(0), row.text(1), row.text(2), row.text(3), row.integer(4) != 0, row.integer(5), row.integer(6)};
}

const char* nameOf(TextTable table)
{
    switch (table) {
    case TextTable::Params: return "params";
    case TextTable::Tags: return "tags";
    case TextTable::Properties: break;
    }
    return "properties";
}

} // namespace

std::string phasesText(const std::vector<api::Phase>& phases)
{
    Json list = Json::array();
    for (const api::Phase& phase : phases)
        list.push_back(Json::array({phase.name, phase.start, phase.end, phase.note}));
    return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<api::Phase> phasesOf(const std::string& text)
{
    std::vector<api::Phase> phases;
    for (const Json& phase : Json::parse(text, nullptr, false)) {
        if (phase.is_array() && phase.size() == 4)
            phases.push_back({phase[0].get<std::string>(), phase[1].get<Millis>(), phase[2].get<Millis>(), phase[3].get<std::string>()});
    }
    return phases;
}

std::optional<ExperimentRow> findExperiment(Database& database, std::int64_t id)
{
    Statement row(database, std::string(ExperimentSelect) + "id = ?");
    row.bind(id);
    return readExperiment(row);
}

std::optional<ExperimentRow> findExperiment(Database& database, const std::string& name)
{
    Statement row(database, std::string(ExperimentSelect) + "name = ?");
    row.bind(name);
    return readExperiment(row);
}

Result<ExperimentRow> insertExperiment(Database& database, std::string name, std::string location)
{
    if (const auto found = findExperiment(database, name)) {
        const std::string state = found->isDeleted ? " in deleted state. You can either restore or permanently delete it to create a new one" : "";
        return failure(Error::Code::Conflict, "Experiment(name=" + name + ") already exists" + state + ".");
    }
    const Millis now = nowMillis();
    const std::int64_t id = database.number("SELECT max(id) + 1 FROM experiments").value_or(1);
    ExperimentRow row{id, newGuid(), std::move(name), std::move(location), false, now, now};
    if (row.location.empty())
        row.location = "mlflow-artifacts:/" + std::to_string(id);
    database.run("INSERT INTO experiments(id, guid, name, location, created, modified) VALUES(?1, ?2, ?3, ?4, ?5, ?5)", row.id, row.guid, row.name, row.location, now);
    return row;
}

Result<ExperimentRow> ensureExperiment(Database& database, const std::string& name)
{
    if (auto found = findExperiment(database, name))
        return *found;
    const auto made = insertExperiment(database, name, {});
    if (auto kept = made ? keepExperiment(database, made->id) : Result<>(); !kept)
        return Failure(kept.error());
    return made;
}

std::string runSelect(std::string_view tail)
{
    return "SELECT serial, id, experiment, name, status, target, kind, creator, parent, user, created, started, ended, errorCode, errorMessage, phases, isDeleted,"
           " isArchived FROM runs " + std::string(tail);
}

RunRow readRun(const Statement& row)
{
    RunRow run;
    run.serial = row.integer(0);
    run.id = row.text(1);
    run.experiment = row.integer(2);
    run.displayName = row.text(3);
    run.status = row.text(4);
    run.target = row.text(5);
    run.kind = row.text(6);
    run.creator = row.text(7);
    run.parent = row.text(8);
    run.user = row.text(9);
    run.created = row.integer(10);
    run.started = row.integer(11);
    run.ended = row.integer(12);
    run.errorCode = row.text(13);
    run.errorMessage = row.text(14);
    run.phases = phasesOf(row.text(15));
    run.isDeleted = row.integer(16) != 0;
    run.isArchived = row.integer(17) != 0;
    return run;
}

std::optional<RunRow> findRun(Database& database, const std::string& id)
{
    auto found = findRuns(database, "WHERE id = ?", id);
    if (found.empty())
        return std::nullopt;
    return std::move(found.front());
}

Result<RunRow> insertRun(Database& database, RunRow run)
{
    if (database.number("SELECT serial FROM runs WHERE id = ?", run.id))
        return failure(Error::Code::Conflict, "There is already a run “" + run.id + "”. Choose another name.");
    if (run.created == 0)
        run.created = nowMillis();
    if (run.displayName.empty())
        run.displayName = run.id;
    database.run("INSERT INTO runs(id, experiment, name, status, target, kind, creator, parent, user, created, started, ended, errorCode, errorMessage, phases)"
                 " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 run.id, run.experiment, run.displayName, run.status, run.target, run.kind, run.creator, run.parent, run.user, run.created, run.started, run.ended,
                 run.errorCode, run.errorMessage, phasesText(run.phases));
    run.serial = database.lastRow();
    setText(database, TextTable::Tags, run.serial, "mlflow.runName", run.displayName);
    if (!run.parent.empty())
        setText(database, TextTable::Tags, run.serial, "mlflow.parentRunId", run.parent);
    return run;
}

void updateRun(Database& database, const std::string& id, const RunChange& change)
{
    const auto set = [&](const char* sql, const auto& value) {
        if (value)
            database.run(sql, *value, id);
    };
    set("UPDATE runs SET status = ? WHERE id = ?", change.status);
    set("UPDATE runs SET target = ? WHERE id = ?", change.target);
    set("UPDATE runs SET name = ? WHERE id = ?", change.displayName);
    set("UPDATE runs SET started = ? WHERE id = ?", change.started);
    set("UPDATE runs SET ended = ? WHERE id = ?", change.ended);
    set("UPDATE runs SET errorCode = ? WHERE id = ?", change.errorCode);
    set("UPDATE runs SET errorMessage = ? WHERE id = ?", change.errorMessage);
    if (change.phases)
        database.run("UPDATE runs SET phases = ? WHERE id = ?", phasesText(*change.phases), id);
    if (!change.displayName)
        return;
    if (const auto serial = database.number("SELECT serial FROM runs WHERE id = ?", id))
        setText(database, TextTable::Tags, *serial, "mlflow.runName", *change.displayName);
}

TextMap textsOf(Database& database, TextTable table, std::int64_t run)
{
    Statement row(database, std::string("SELECT key, value FROM ") + nameOf(table) + " WHERE run = ? ORDER BY key");
    row.bind(run);
    TextMap texts;
    while (row.next())
        texts.emplace_hint(texts.end(), row.text(0), row.text(1));
    return texts;
}

void setText(Database& database, TextTable table, std::int64_t run, const std::string& key, const std::string& value)
{
    const std::string sql = std::string("INSERT INTO ") + nameOf(table) + "(run, key, value) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
    database.run(sql, run, key, value);
}

std::string artifactUri(const ExperimentRow& experiment, const std::string& runId)
{
    return experiment.location + "/" + runId + "/artifacts";
}

} // namespace runyard::local
