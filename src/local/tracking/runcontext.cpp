// What azureml-core asks for from inside a run, in the dialects of its versions.
#include "calls.h"
#include "seal.h"
#include "entries.h"

#include "api/json.h"
#include "core/ids.h"
#include "local/server/changes.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

using ContextCall = Task<Result<std::string>> (*)(TrackingParts parts, Identity who, std::string run, Json body);

constexpr int DiskRetries = 30;

Task<Response> serve(TrackingParts parts, ContextCall call, Request& request)
{
    const std::string run = request.params["run"];
    Json body = Json::object();
    if (request.method != "GET") {
        const auto text = co_await request.text();
        if (!text)
            co_return Response::arm(text.error());
        auto json = parseLenient(text->empty() ? "{}" : *text);
        if (!json)
            co_return Response::arm(json.error());
        body = std::move(*json);
    }
    auto answered = co_await call(parts, request.who, run, body);
    // These clients lose what is answered with an error: while the disk is full, hold them.
    for (int i = 0; i < DiskRetries && !answered && answered.error().code == Error::Code::Storage; ++i) {
        co_await sleepFor(std::chrono::seconds(2));
        answered = co_await call(parts, request.who, run, body);
    }
    if (const auto fault = parts.store.reader().takeFault())
        co_return Response::arm(*fault);
    if (!answered)
        co_return Response::arm(answered.error());
    co_return Response::json(*answered);
}

Json runRecord(Database& database, const RunRow& run)
{
    const auto experiment = findExperiment(database, run.experiment);
    const auto orNull = [](Millis moment) { return moment > 0 ? Json(toIso(moment)) : Json(); };
    Json json{{"runNumber", run.serial}, {"rootRunId", run.parent.empty() ? run.id : run.parent}, {"parentRunId", run.parent.empty() ? Json() : Json(run.parent)}, {"runId", run.id},
        {"name", run.displayName}, {"displayName", run.displayName}, {"experimentId", experiment ? experiment->guid : ""}, {"status", run.status},
        {"createdUtc", toIso(run.created)}, {"startTimeUtc", orNull(run.started)}, {"endTimeUtc", orNull(run.ended)}, {"target", run.target}, {"runType", "azureml.scriptrun"},
        {"dataContainerId", "dcid." + run.id}, {"properties", textsOf(database, TextTable::Properties, run.serial)}, {"tags", textsOf(database, TextTable::Tags, run.serial)}};
    if (!run.errorMessage.empty())
        json["error"] = Json{{"error", {{"code", run.errorCode}, {"message", run.errorMessage}}}};
    return json;
}

Task<Result<std::string>> getRun(TrackingParts parts, Identity, std::string id, Json)
{
    Database& database = parts.store.reader();
    const auto run = knownRun(database, id);
    if (!run)
        co_return Failure(run.error());
    co_return toText(runRecord(database, *run));
}

void setTexts(Database& database, TextTable table, std::int64_t run, const Json& body, const char* name)
{
    const auto texts = body.find(name);
    if (texts == body.end() || !texts->is_object())
        return;
    for (const auto& [key, value] : texts->items())
        setText(database, table, run, key, value.is_string() ? value.get<std::string>() : value.is_null() ? std::string() : value.dump());
}

// A child of a run, made by its script.
Result<RunRow> makeChild(Database& database, const Identity& who, const std::string& id, const Json& body)
{
    const std::string parentId = body.contains("parentRunId") && body["parentRunId"].is_string() ? body["parentRunId"].get<std::string>() : who.runId;
    const auto parent = writableRun(database, parentId, who);
    if (!parent)
        return failure(Error::Code::NotFound, "There is no run “" + id + "”.");
    RunRow child;
    child.id = id;
    child.experiment = parent->experiment;
    child.displayName = body.contains("name") && body["name"].is_string() ? body["name"].get<std::string>() : id;
    child.status = "NotStarted";
    child.kind = "Interactive";
    child.creator = parent->id;
    child.parent = parent->id;
    return insertRun(database, child);
}

// Changes tags and properties; a run that is not there becomes a child of the one who asks.
Task<Result<std::string>> patchRun(TrackingParts parts, Identity who, std::string id, Json body)
{
    std::function<Result<std::string>(Database&)> operation = [=](Database& database) -> Result<std::string> {
        const auto run = findRun(database, id) ? writableRun(database, id, who) : makeChild(database, who, id, body);
        if (!run)
            return Failure(run.error());
        setTexts(database, TextTable::Tags, run->serial, body, "tags");
        setTexts(database, TextTable::Properties, run->serial, body, "properties");
        if (who.kind == Identity::Kind::Owner && body.contains("hidden") && body["hidden"].is_boolean())
            database.run("UPDATE runs SET isArchived = ? WHERE serial = ?", body["hidden"].get<bool>() ? 1 : 0, run->serial);
        return toText(runRecord(database, *run));
    };
    const auto answer = co_await parts.store.write<std::string>(std::move(operation));
    if (answer) {
        parts.changes.touch("run/" + id);
        parts.changes.touch("workspace");
    }
    co_return answer;
}

RunChange changeOf(const RunRow& run, const Json& event)
{
    RunChange change;
    const std::string name = event.value("name", "");
    const Json data = event.value("data", Json::object());
    if (name.ends_with(".Error")) {
        const Json error = data.value("ErrorResponse", Json::object()).value("error", Json::object());
        change.errorCode = error.value("code", "UserError");
        change.errorMessage = error.value("message", "");
    }
    if (run.kind != "Interactive")
        return change;  // how a job stands is said by its process
    if (name.ends_with(".Start")) {
        change.status = "Running";
        change.started = nowMillis();
    }
    for (const auto& [suffix, status] : {std::pair(".Completed", "Completed"), std::pair(".Failed", "Failed"), std::pair(".Canceled", "Canceled"), std::pair(".Error", "Failed")}) {
        if (!name.ends_with(suffix))
            continue;
        change.status = status;
        change.ended = nowMillis();
    }
    return change;
}

Task<Result<std::string>> addEvent(TrackingParts parts, Identity who, std::string id, Json body)
{
    RunWork work = [body](Database& database, const RunRow& run) -> Result<> {
        updateRun(database, run.id, changeOf(run, body));
        return {};
    };
    const auto done = co_await writeRun(parts, id, who, std::move(work));
    if (!done)
        co_return Failure(done.error());
    parts.changes.touch("workspace");
    co_await sealEnded(parts, id);
    co_return std::string("{}");
}

Task<Result<std::string>> children(TrackingParts parts, Identity, std::string id, Json)
{
    Database& database = parts.store.reader();
    Json values = Json::array();
    for (const RunRow& run : findRuns(database, "WHERE parent = ? AND parent <> '' AND isDeleted = 0 ORDER BY serial DESC", id))
        values.push_back(runRecord(database, run));
    co_return toText(Json{{"value", values}});
}

Task<Result<std::string>> addBatch(TrackingParts parts, Identity who, std::string id, Json body)
{
    const auto entries = readEntries(body);
    if (!entries)
        co_return Failure(entries.error());
    RunWork work = [entries = *entries](Database& database, const RunRow& run) -> Result<> {
        addEntries(database, run.serial, entries);
        return {};
    };
    const auto done = co_await writeRun(parts, id, who, std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string(R"({"errors":[]})");
}

Json metricKey(const std::string& name) { return Json{{"namespace", ""}, {"name", name}}; }

Task<Result<std::string>> listMetrics(TrackingParts parts, Identity, std::string id, Json)
{
    Database& database = parts.store.reader();
    const auto run = knownRun(database, id);
    if (!run)
        co_return Failure(run.error());
    Json values = Json::array();
    std::map<std::string, bool> seen;
    for (const Entry& entry : entriesOf(database, run->serial, "")) {
        if (seen.emplace(entry.name, true).second)
            values.push_back(Json{{"metricKey", metricKey(entry.name)}, {"columns", entry.columns}, {"properties", {{"uxMetricType", entry.kind}}}});
    }
    co_return toPythonText(Json{{"value", values}});
}

// All values of a metric. An item of several cells comes back as one value a cell.
Task<Result<std::string>> fullMetric(TrackingParts parts, Identity, std::string id, Json body)
{
    Database& database = parts.store.reader();
    const auto run = knownRun(database, id);
    if (!run)
        co_return Failure(run.error());
    const std::string name = body.contains("metricName") && body["metricName"].is_string() ? body["metricName"].get<std::string>() : std::string();
    const auto entries = name.empty() ? std::vector<Entry>() : entriesOf(database, run->serial, name);
    if (entries.empty())
        co_return failure(Error::Code::NotFound, "The run “" + id + "” has no metric “" + name + "”.");
    Json values = Json::array();
    for (const Entry& entry : entries) {
        const Json cells = entry.data.is_array() ? entry.data : Json::array({entry.data});
        for (const Json& cell : cells) {
            Json value{{"metricId", entry.metricId}, {"createdUtc", entry.created}, {"data", cell}};
            if (entry.step)
                value["step"] = *entry.step;
            values.push_back(std::move(value));
        }
    }
    co_return toPythonText(Json{{"dataContainerId", "dcid." + id}, {"name", name}, {"columns", entries.front().columns}, {"properties", {{"uxMetricType", entries.front().kind}}},
        {"value", values}});
}

Task<Result<std::string>> nothing(TrackingParts, Identity, std::string, Json) { co_return std::string("{}"); }

// azureml-core 1.0's get_metrics(): "RunId eq {run}" in $filter; the items as they were posted.
Task<Response> filteredMetrics(TrackingParts parts, Request& request)
{
    const std::string filter = request.queried("$filter");
    const auto at = filter.rfind(' ');
    const std::string id = filter.substr(at == std::string::npos ? 0 : at + 1);
    Database& database = parts.store.reader();
    const auto run = knownRun(database, id);
    if (!run)
        co_return Response::arm(run.error());
    Json values = Json::array();
    for (const Entry& entry : entriesOf(database, run->serial, "")) {
        const Json cells = entry.data.is_array() ? entry.data : Json::array({entry.data});
        Json properties = Json::array();
        for (const auto& [column, type] : entry.columns.items())
            properties.push_back(Json{{"propertyId", column}, {"name", column}, {"type", type}});
        values.push_back(Json{{"metricId", entry.metricId}, {"metricType", entry.kind}, {"createdUtc", entry.created}, {"name", entry.name}, {"runId", id}, {"numCells", cells.size()},
            {"cells", cells}, {"schema", {{"numProperties", properties.size()}, {"properties", properties}}}});
    }
    co_return Response::json(toPythonText(Json{{"value", values}}));
}

} // namespace

void addRunContextRoutes(Router& router, const TrackingParts& parts)
{
    const auto add = [&](const char* method, const std::string& pattern, ContextCall call) {
        router.add(method, pattern, "azureml-core", Route::Access::RunToo, [parts, call](Request& request) { return serve(parts, call, request); });
    };
    for (const std::string prefix : {"/history/v1.0$WS", "/history/v1.0$WS/experiments/{experiment}", "/history/v1.0$WS/experimentids/{experiment}"}) {
        add("GET", prefix + "/runs/{run}", getRun);
        add("PATCH", prefix + "/runs/{run}", patchRun);
        add("POST", prefix + "/runs/{run}/events", addEvent);
        add("GET", prefix + "/runs/{run}/children", children);
        add("POST", prefix + "/runs/{run}/batch/metrics", addBatch);
        add("GET", prefix + "/runs/{run}/metricsingest/wait", nothing);
        router.add("GET", prefix + "/metrics", "azureml-core", Route::Access::RunToo, [parts](Request& request) { return filteredMetrics(parts, request); });
    }
    add("POST", "/metric/v2.0$WS/runs/{run}/batch", addBatch);
    add("POST", "/metric/v2.0$WS/runs/{run}/list", listMetrics);
    add("POST", "/metric/v2.0$WS/runs/{run}/full", fullMetric);
}

} // namespace runyard::local
