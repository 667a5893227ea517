// MLflow 3's logged models: made when a model is logged, ready once its files are there.
#include "calls.h"
#include "loggedmodels.h"

#include "core/ids.h"
#include "local/server/changes.h"
#include "local/store/registryrecords.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void putPairs(Database& database, const char* table, std::int64_t model, const Pairs& pairs)
{
    for (const auto& [key, value] : pairs)
        database.run("INSERT OR REPLACE INTO " + std::string(table) + "(model, key, value) VALUES(?, ?, ?)", model, key, value);
}

Result<> checkModelName(const std::string& name)
{
    if (name.find_first_of("/:.%\"'") == std::string::npos)
        return {};
    return failure(Error::Code::Invalid, "Invalid model name ('" + name + "') provided. Model name must be a non-empty string and cannot contain the following characters:"
                   " ('/', ':', '.', '%', '\"', \"'\")");
}

// A run may write to the models that it made.
Result<LoggedModelRow> writableModel(Database& database, const std::string& id, const Identity& who)
{
    auto model = knownLoggedModel(database, id);
    if (!model || who.kind != Identity::Kind::Run)
        return model;
    if (auto run = writableRun(database, model->sourceRun, who); !run)
        return failure(Error::Code::Forbidden, "The token of run “" + who.runId + "” may not write to the logged model “" + id + "”.");
    return model;
}

using ModelWork = std::function<Result<std::string>(Database&, LoggedModelRow&)>;
Task<Result<std::string>> change(TrackingParts parts, Asked asked, std::string id, ModelWork work)
{
    std::function<Result<std::string>(Database&)> operation = [id, who = asked.who, work](Database& database) -> Result<std::string> {
        auto model = writableModel(database, id, who);
        if (!model)
            return Failure(model.error());
        auto answer = work(database, *model);
        if (auto kept = answer ? keepLoggedModel(database, id) : Result<>(); !kept)
            return Failure(kept.error());
        return answer;
    };
    co_return co_await parts.store.write<std::string>(std::move(operation));
}

Result<std::string> make(Database& database, const std::string& experimentId, LoggedModelRow row, const Pairs& params, const Pairs& tags, const Identity& who)
{
    const auto experiment = knownExperiment(database, experimentId);
    if (!experiment)
        return Failure(experiment.error());
    if (experiment->isDeleted)
        return failure(Error::Code::Invalid, "The experiment " + experimentId + " must be in the 'active' state. Current state is deleted.");
    if (who.kind == Identity::Kind::Run) {
        if (auto run = writableRun(database, row.sourceRun, who); !run)
            return failure(Error::Code::Forbidden, "The token of run “" + who.runId + "” may log models of this run only.");
    }
    row.experiment = experiment->id;
    database.run("INSERT INTO loggedModels(id, experiment, name, type, status, sourceRun, created, modified) VALUES(?1, ?2, ?3, ?4, 1, ?5, ?6, ?6)", row.id, row.experiment, row.name,
                 row.type, row.sourceRun, row.created);
    row.serial = database.lastRow();
    putPairs(database, "loggedModelParams", row.serial, params);
    putPairs(database, "loggedModelTags", row.serial, tags);
    if (auto kept = keepLoggedModel(database, row.id); !kept)
        return Failure(kept.error());
    return toText(Json{{"model", loggedModelJson(database, row)}});
}

Task<Result<std::string>> create(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string experiment = fields.needText("experiment_id");
    LoggedModelRow row;
    row.name = fields.text("name");
    row.type = fields.text("model_type");
    row.sourceRun = fields.text("source_run_id");
    const Pairs params = fields.pairs("params");
    const Pairs tags = fields.pairs("tags");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkModelName(row.name); !good)
        co_return Failure(good.error());
    row.id = "m-" + randomHex(16);
    row.created = row.modified = nowMillis();
    if (row.name.empty())
        row.name = newRunId();
    std::function<Result<std::string>(Database&)> operation = [=, who = asked.who](Database& database) { return make(database, experiment, row, params, tags, who); };
    const auto answer = co_await parts.store.write<std::string>(std::move(operation));
    if (answer && !row.sourceRun.empty())
        parts.changes.touch("run/" + row.sourceRun);
    co_return answer;
}

Task<Result<std::string>> get(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("model_id");
    const bool isAny = fields.flag("allow_deleted");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto model = knownLoggedModel(database, id);
    if (!model)
        co_return Failure(model.error());
    if (model->isDeleted && !isAny)
        co_return failure(Error::Code::NotFound, "Logged model with ID '" + id + "' not found.");
    co_return toText(Json{{"model", loggedModelJson(database, *model)}});
}

// By name or by number.
std::int64_t statusOf(Fields& fields, const Json& body)
{
    if (body.contains("status") && body["status"].is_string()) {
        const std::string text = body["status"].get<std::string>();
        if (text == "LOGGED_MODEL_PENDING") return 1;
        if (text == "LOGGED_MODEL_READY") return 2;
        if (text == "LOGGED_MODEL_UPLOAD_FAILED") return 3;
    }
    const std::int64_t status = fields.needInteger("status");
    if (status < 1 || status > 3)
        fields.refuse("Unknown model status: " + std::to_string(status));
    return status;
}

Task<Result<std::string>> finalize(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("model_id");
    const std::int64_t status = statusOf(fields, asked.fields);
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ModelWork work = [status](Database& database, LoggedModelRow& model) -> Result<std::string> {
        model.status = status;
        model.modified = nowMillis();
        database.run("UPDATE loggedModels SET status = ?, modified = ? WHERE serial = ?", status, model.modified, model.serial);
        return toText(Json{{"model", loggedModelJson(database, model)}});
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

Task<Result<std::string>> remove(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("model_id");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ModelWork work = [](Database& database, LoggedModelRow& model) -> Result<std::string> {
        database.run("UPDATE loggedModels SET isDeleted = 1, modified = ? WHERE serial = ?", nowMillis(), model.serial);
        return std::string("{}");
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

Task<Result<std::string>> setTags(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("model_id");
    const Pairs tags = fields.pairs("tags");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ModelWork work = [tags](Database& database, LoggedModelRow& model) -> Result<std::string> {
        putPairs(database, "loggedModelTags", model.serial, tags);
        return std::string("{}");
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

Task<Result<std::string>> deleteTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("model_id");
    const std::string key = fields.needText("tag_key");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ModelWork work = [key](Database& database, LoggedModelRow& model) -> Result<std::string> {
        if (database.run("DELETE FROM loggedModelTags WHERE model = ? AND key = ?", model.serial, key) == 0)
            return failure(Error::Code::NotFound, "No tag with key '" + key + "' found for model with ID '" + model.id + "'.");
        return std::string("{}");
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

Task<Result<std::string>> logParams(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("model_id");
    const Pairs params = fields.pairs("params");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ModelWork work = [params](Database& database, LoggedModelRow& model) -> Result<std::string> {
        for (const auto& [key, value] : params)
            database.run("INSERT OR IGNORE INTO loggedModelParams(model, key, value) VALUES(?, ?, ?)", model.serial, key, value);
        return std::string("{}");
    };
    co_return co_await change(parts, asked, id, std::move(work));
}

// What a run made: logged with the step at which it did.
Task<Result<std::string>> logOutputs(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    std::vector<std::pair<std::string, std::int64_t>> models;
    for (const Json& element : fields.list("models")) {
        Fields inner = fields.element(element, "models[" + std::to_string(models.size()) + "]");
        const std::string model = inner.needText("model_id");
        models.emplace_back(model, inner.integer("step"));
        fields.adopt(inner);
    }
    if (!fields.has("models"))
        fields.needText("models");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    RunWork work = [models](Database& database, const RunRow& run) -> Result<> {
        for (const auto& [model, step] : models)
            addRunModel(database, run.serial, RunModel::Output, model, step);
        return {};
    };
    co_return co_await changeRun(parts, id, asked.who, std::move(work));
}

} // namespace

void addLoggedModelCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "logged-models", create);
    addCall(router, parts, "GET", "logged-models/{model_id}", get);
    addCall(router, parts, "PATCH", "logged-models/{model_id}", finalize);
    addCall(router, parts, "DELETE", "logged-models/{model_id}", remove);
    addCall(router, parts, "PATCH", "logged-models/{model_id}/tags", setTags);
    addCall(router, parts, "DELETE", "logged-models/{model_id}/tags/{tag_key}", deleteTag);
    addCall(router, parts, "POST", "logged-models/{model_id}/params", logParams);
    addCall(router, parts, "POST", "runs/outputs", logOutputs);
}

} // namespace runyard::local
