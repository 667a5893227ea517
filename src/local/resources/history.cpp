// Run history: what a run is doing, with its logs.
#include "arm.h"

#include "local/runs/jobplan.h"
#include "local/runs/supervisor.h"
#include "local/server/changes.h"
#include "local/store/metricrows.h"
#include "local/store/rows.h"

namespace runyard::local {

namespace {

api::RunDetails detailsOf(const SharedParts& parts, const std::string& base, Database& database, const RunRow& run)
{
    const auto experiment = findExperiment(database, run.experiment);
    api::RunDetails details;
    details.id = run.id;
    details.number = run.serial;
    details.displayName = run.displayName;
    details.experimentName = experiment ? experiment->name : "";
    details.experimentId = experiment ? experiment->guid : "";
    details.status = run.status;
    details.target = run.target;
    details.created = run.created;
    details.started = run.started;
    details.ended = run.ended;
    details.errorCode = run.errorCode;
    details.errorMessage = run.errorMessage;
    details.tags = textsOf(database, TextTable::Tags, run.serial);
    details.properties = textsOf(database, TextTable::Properties, run.serial);
    details.parameters = textsOf(database, TextTable::Params, run.serial);
    details.phases = run.phases;
    if (run.kind == "Command")
        details.logSizes = parts->supervisor.logSizes(run.id);
    for (const auto& [name, size] : details.logSizes)
        details.logFiles[name] = parts->sasUrl(base, "azureml", "ExperimentRun/dcid." + run.id + "/" + name);
    for (const MetricSummary& metric : metricsOf(database, run.serial))
        details.metricCounts[metric.key] = metric.points;
    return details;
}

Json detailsJson(const SharedParts& parts, const std::string& base, Database& database, const RunRow& run)
{
    Json json = api::toJson(detailsOf(parts, base, database, run));
    json["dataContainerId"] = "dcid." + run.id;
    json["rootRunId"] = run.parent.empty() ? run.id : run.parent;
    json["parentRunId"] = run.parent.empty() ? Json() : Json(run.parent);
    json["runTypeV2"] = Json{{"orchestrator", run.kind == "Command" ? "Execution" : "External"}, {"traits", Json::array()}};
    json["compute"] = Json{{"target", run.target}, {"targetType", run.target.empty() ? "local" : "AmlCompute"}};
    return json;
}

Result<RunRow> findVisible(Database& database, const std::string& id)
{
    auto run = findRun(database, id);
    if (run && !run->isDeleted)
        return std::move(*run);
    return failure(Error::Code::NotFound, "There is no run “" + id + "”.");
}

Task<Result<Response>> details(SharedParts parts, Request& request)
{
    const std::string id = request.params["id"];
    if (auto run = findVisible(parts->store.reader(), id); !run)
        co_return Failure(run.error());
    const std::string version = co_await changedVersion(parts, request, "run/" + id);
    if (version.empty())
        co_return Response::empty(304);
    const auto run = findVisible(parts->store.reader(), id);
    if (!run)
        co_return Failure(run.error());
    co_return answer(detailsJson(parts, request.base, parts->store.reader(), *run)).with("ETag", version);
}

constexpr std::string_view outputScheme = "azureml://jobs/";
constexpr std::string_view outputMark = "/outputs/";

// A job's own folder and its named outputs; the asset ids are what resolveUris() below understands.
Json outputsOf(const std::string& job, const Json& document)
{
    Json all{{"default", {{"assetId", "azureml://datastores/workspaceartifactstore/ExperimentRun/dcid." + job}, {"type", "UriFolder"}}}};
    const Json outputs = document.is_object() ? document.value("properties", Json::object()).value("outputs", Json::object()) : Json::object();
    for (const auto& [name, output] : outputs.items()) {
        if (name != "default" && output.is_object())
            all[name] = Json{{"assetId", std::string(outputScheme) + job + std::string(outputMark) + name}, {"type", output.value("jobOutputType", "uri_folder")}};
    }
    return all;
}

// Where the outputs named by their asset ids are: {"values": [id]} → {"values": {id: {"uri", "type"}}}.
Task<Result<Response>> resolveUris(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    Json found = Json::object();
    for (const Json& value : body->value("values", Json::array())) {
        const std::string id = value.is_string() ? value.get<std::string>() : std::string();
        if (id.starts_with("azureml://datastores/")) {
            found[id] = Json{{"uri", id}, {"type", "uri_folder"}};
            continue;
        }
        const auto mark = id.find(outputMark);
        if (!id.starts_with(outputScheme) || mark == std::string::npos)
            co_return failure(Error::Code::Invalid, "“" + id + "” is no data of this workspace.");
        const std::string job = id.substr(outputScheme.size(), mark - outputScheme.size()), name = id.substr(mark + outputMark.size());
        const auto document = parts->documents.get("job", job);
        const Json outputs = document ? Json::parse(document->json, nullptr, false).value("properties", Json::object()).value("outputs", Json::object()) : Json::object();
        if (!outputs.contains(name))
            co_return failure(Error::Code::NotFound, "The job “" + job + "” has no output “" + name + "”.");
        const Json& uri = outputs[name].value("uri", Json());
        found[id] = Json{{"uri", uri.is_string() ? uri : Json(outputUri(job, name))}, {"type", outputs[name].value("jobOutputType", "uri_folder")}};
    }
    co_return answer(Json{{"values", found}});
}

Task<Result<Response>> rundata(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    const std::string id = body->contains("runId") && body->at("runId").is_string() ? body->at("runId").get<std::string>() : std::string();
    Database& database = parts->store.reader();
    const auto run = findVisible(database, id);
    if (!run)
        co_return Failure(run.error());
    Json metadata = detailsJson(parts, request.base, database, *run);
    Json specification;
    if (const auto document = parts->documents.get("job", id))
        specification = Json::parse(document->json, nullptr, false);
    metadata["outputs"] = outputsOf(id, specification);
    co_return answer(Json{{"runMetadata", metadata}, {"runDefinition", nullptr}, {"jobSpecification", specification}});
}

} // namespace

void addHistoryRoutes(Router& router, const SharedParts& parts)
{
    for (const std::string prefix : {"/history/v1.0$WS", "/history/v1.0$WS/experiments/{experiment}", "/history/v1.0$WS/experimentids/{experiment}"})
        addArm(router, parts, "GET", prefix + "/runs/{id}/details", details, Route::Access::RunToo);
    addArm(router, parts, "POST", "/history/v1.0$WS/rundata", rundata, Route::Access::RunToo);
    addArm(router, parts, "POST", "/data/v1.0$WS/dataversion/batchGetResolvedUris", resolveUris);
}

} // namespace runyard::local
