#include "batch.h"
#include "calls.h"

namespace runyard::local {

namespace {

// Adds parameters, which never change once they are there.
Result<> addParams(Database& database, const RunRow& run, const Batch& batch)
{
    std::string changed;
    for (const auto& [key, value] : batch.params) {
        const auto old = database.text("SELECT value FROM params WHERE run = ? AND key = ?", run.serial, key);
        if (!old)
            setText(database, TextTable::Params, run.serial, key, value);
        else if (*old != value)
            changed += (changed.empty() ? "" : ", ") + ("{'key': '" + key + "', 'old_value': '" + *old + "', 'new_value': '" + value + "'}");
    }
    if (changed.empty())
        return {};
    return failure(Error::Code::Invalid, "Changing param values is not allowed. Params were already logged='[" + changed + "]' for run ID='" + run.id + "'.");
}

void setTag(Database& database, const RunRow& run, const std::string& key, const std::string& value)
{
    setText(database, TextTable::Tags, run.serial, key, value);
    if (key == "mlflow.runName")
        database.run("UPDATE runs SET name = ? WHERE serial = ?", value, run.serial);
}

Result<> addBatch(Database& database, const RunRow& run, const Batch& batch)
{
    if (auto done = addParams(database, run, batch); !done)
        return done;
    addMetrics(database, run.serial, batch.metrics);
    addModelMetrics(database, run.id, batch.modelMetrics);
    for (const auto& [key, value] : batch.tags)
        setTag(database, run, key, value);
    return {};
}

Task<Result<std::string>> log(TrackingParts parts, Identity who, Batch batch)
{
    const std::string id = batch.runId;
    RunWork work = [batch = std::move(batch)](Database& database, const RunRow& run) { return addBatch(database, run, batch); };
    const auto done = co_await writeRun(parts, id, who, std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string("{}");
}

Task<Result<std::string>> logBatch(TrackingParts parts, Asked asked)
{
    auto batch = readBatch(asked.body);
    if (!batch)
        co_return Failure(batch.error());
    co_return co_await log(parts, asked.who, std::move(*batch));
}

Task<Result<std::string>> logMetric(TrackingParts parts, Asked asked)
{
    auto batch = readMetricCall(asked.fields);
    if (!batch)
        co_return Failure(batch.error());
    co_return co_await log(parts, asked.who, std::move(*batch));
}

Task<Result<std::string>> logParameter(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    Batch batch;
    batch.runId = fields.needRunId();
    const std::string key = fields.needText("key");
    batch.params.emplace_back(key, fields.text("value"));
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkBatch(batch, Place::Only); !good)
        co_return Failure(good.error());
    const std::string id = batch.runId;
    RunWork work = [batch](Database& database, const RunRow& run) -> Result<> {
        const auto& [name, value] = batch.params.front();
        const auto old = database.text("SELECT value FROM params WHERE run = ? AND key = ?", run.serial, name);
        if (old && *old != value)
            return failure(Error::Code::Invalid, "Changing param values is not allowed. Param with key='" + name + "' was already logged with value='" + *old + "' for run ID='"
                           + run.id + "'. Attempted logging new value '" + value + "'.");
        return addParams(database, run, batch);
    };
    const auto done = co_await writeRun(parts, id, asked.who, std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string("{}");
}

Task<Result<std::string>> setRunTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    Batch batch;
    batch.runId = fields.needRunId();
    const std::string key = fields.needText("key");
    batch.tags.emplace_back(key, fields.text("value"));
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkBatch(batch, Place::Only); !good)
        co_return Failure(good.error());
    co_return co_await log(parts, asked.who, std::move(batch));
}

Task<Result<std::string>> deleteTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    const std::string key = fields.needText("key");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    RunWork work = [key](Database& database, const RunRow& run) -> Result<> {
        if (database.run("DELETE FROM tags WHERE run = ? AND key = ?", run.serial, key) == 0)
            return failure(Error::Code::NotFound, "No tag with name: " + key + " in run with id " + run.id);
        return {};
    };
    const auto done = co_await writeRun(parts, id, asked.who, std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string("{}");
}

// MLflow 2 clients tell what models a run logged; the list is kept as the tag their clients read.
Task<Result<std::string>> logModel(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    const std::string text = fields.needText("model_json");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    const auto model = parseLenient(text);
    if (!model || !model->is_object())
        co_return failure(Error::Code::Invalid, "Malformed model info. \n " + text.substr(0, 200) + " \n is not a valid JSON.");
    for (const char* field : {"artifact_path", "flavors", "utc_time_created", "run_id"}) {
        if (!model->contains(field))
            co_return failure(Error::Code::Invalid, "Model json is missing mandatory fields: ['" + std::string(field) + "']");
    }
    RunWork work = [model = *model](Database& database, const RunRow& run) -> Result<> {
        const auto old = database.text("SELECT value FROM tags WHERE run = ? AND key = 'mlflow.loggedModels'", run.serial);
        auto list = parseLenient(old.value_or("[]")).value_or(Json::array());
        list.push_back(model);
        setText(database, TextTable::Tags, run.serial, "mlflow.loggedModels", toText(list));
        return {};
    };
    const auto done = co_await writeRun(parts, id, asked.who, std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string("{}");
}

} // namespace

void addLoggingCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "runs/log-batch", logBatch, Body::Raw);
    addCall(router, parts, "POST", "runs/log-metric", logMetric);
    addCall(router, parts, "POST", "runs/log-parameter", logParameter);
    addCall(router, parts, "POST", "runs/set-tag", setRunTag);
    addCall(router, parts, "POST", "runs/delete-tag", deleteTag);
    addCall(router, parts, "POST", "runs/log-model", logModel);
}

} // namespace runyard::local
