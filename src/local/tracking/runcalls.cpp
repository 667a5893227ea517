#include "calls.h"
#include "seal.h"

#include "core/ids.h"
#include "local/server/changes.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

constexpr std::size_t TagValueLimit = 8000;

struct NewRun {
    std::string experiment;
    RunRow row;
    std::vector<std::pair<std::string, std::string>> tags;
};

Result<NewRun> readNewRun(const Json& body)
{
    Fields fields(body);
    NewRun run;
    run.experiment = fields.text("experiment_id", "0");
    run.row.user = fields.text("user_id");
    run.row.displayName = fields.text("run_name");
    run.row.started = fields.integer("start_time", nowMillis());
    for (const Json& tag : fields.list("tags")) {
        Fields inner = fields.element(tag, "tags[" + std::to_string(run.tags.size()) + "]");
        const std::string key = inner.needText("key");
        const std::string value = inner.text("value");
        fields.adopt(inner);
        run.tags.emplace_back(key, value.substr(0, TagValueLimit));
        if (key == "mlflow.parentRunId")
            run.row.parent = value;
        if (key == "mlflow.user" && run.row.user.empty())
            run.row.user = value;
        if (key != "mlflow.runName")
            continue;
        if (!run.row.displayName.empty() && run.row.displayName != value)
            fields.refuse("Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='" + run.row.displayName
                          + "', mlflow.runName='" + value + "').");
        run.row.displayName = value;
    }
    if (auto fault = fields.error())
        return Failure(*fault);
    if (run.row.displayName.empty())
        run.row.displayName = newRunId();
    run.row.id = randomHex(16);
    run.row.kind = "Interactive";
    run.row.status = "Running";
    return run;
}

Task<Result<std::string>> create(TrackingParts parts, Asked asked)
{
    auto wanted = readNewRun(asked.fields);
    if (!wanted)
        co_return Failure(wanted.error());
    if (asked.who.kind == Identity::Kind::Run)
        wanted->row.creator = asked.who.runId;
    std::function<Result<std::string>(Database&)> operation = [run = *wanted](Database& database) -> Result<std::string> {
        const auto experiment = knownExperiment(database, run.experiment.empty() ? "0" : run.experiment);
        if (!experiment)
            return Failure(experiment.error());
        if (experiment->isDeleted)
            return failure(Error::Code::Invalid, "The experiment " + run.experiment + " must be in the 'active' state. Current state is deleted.");
        RunRow row = run.row;
        row.experiment = experiment->id;
        const auto made = insertRun(database, std::move(row));
        if (!made)
            return Failure(made.error());
        for (const auto& [key, value] : run.tags)
            setText(database, TextTable::Tags, made->serial, key, value);
        return "{\"run\":" + runText(database, *made) + '}';
    };
    const auto answer = co_await parts.store.write<std::string>(std::move(operation));
    if (answer)
        parts.changes.touch("workspace");
    co_return answer;
}

Task<Result<std::string>> get(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto run = knownRun(database, id);
    if (!run)
        co_return Failure(run.error());
    co_return "{\"run\":" + runText(database, *run) + '}';
}

// The state of a job is what its process and its shim say, not what its script says: only a run that an MLflow client made
// by itself is ended by this.
Task<Result<std::string>> update(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    RunChange change;
    if (fields.has("status")) {
        const Json& status = asked.fields.at("status");
        change.status = toAzureStatus(status.is_string() ? status.get<std::string>() : status.dump());
    }
    if (fields.has("end_time"))
        change.ended = fields.integer("end_time");
    change.displayName = fields.optionalText("run_name");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    RunWork work = [change](Database& database, const RunRow& run) -> Result<> {
        RunChange allowed = change;
        if (run.kind != "Interactive") {
            allowed.status.reset();
            allowed.ended.reset();
        }
        if (allowed.displayName && allowed.displayName->empty())
            allowed.displayName.reset();
        updateRun(database, run.id, allowed);
        return {};
    };
    const auto done = co_await writeRun(parts, id, asked.who, std::move(work));
    if (!done)
        co_return Failure(done.error());
    parts.changes.touch("workspace");
    co_await sealEnded(parts, id);
    const auto run = knownRun(parts.store.reader(), id);
    if (!run)
        co_return Failure(run.error());
    co_return "{\"run_info\":" + runInfo(parts.store.reader(), *run) + '}';
}

Task<Result<std::string>> setDeleted(TrackingParts parts, Asked asked, bool isDeleted)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (asked.who.kind == Identity::Kind::Run && asked.who.runId == id)
        co_return failure(Error::Code::Forbidden, "A run may not delete itself.");
    std::function<Result<>(Database&)> operation = [=, who = asked.who](Database& database) -> Result<> {
        const auto run = knownRun(database, id);
        if (!run)
            return Failure(run.error());
        if (who.kind == Identity::Kind::Run && run->creator != who.runId)
            return failure(Error::Code::Forbidden, "The token of run “" + who.runId + "” may not delete run “" + id + "”.");
        database.run("UPDATE runs SET isDeleted = ? WHERE id = ?", isDeleted ? 1 : 0, id);
        return {};
    };
    const auto done = co_await parts.store.write<void>(std::move(operation));
    if (!done)
        co_return Failure(done.error());
    parts.changes.touch("workspace");
    co_return std::string("{}");
}

Task<Result<std::string>> remove(TrackingParts parts, Asked asked) { co_return co_await setDeleted(parts, std::move(asked), true); }
Task<Result<std::string>> restoreAgain(TrackingParts parts, Asked asked) { co_return co_await setDeleted(parts, std::move(asked), false); }

} // namespace

void addRunCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "runs/create", create);
    addCall(router, parts, "GET", "runs/get", get);
    addCall(router, parts, "POST", "runs/update", update);
    addCall(router, parts, "POST", "runs/delete", remove);
    addCall(router, parts, "POST", "runs/restore", restoreAgain);
}

} // namespace runyard::local
