// Jobs as ARM speaks them: a document of what was asked for, and the run that it became.
#include "arm.h"

#include "api/names.h"
#include "local/runs/runfolder.h"
#include "local/runs/scheduler.h"
#include "local/server/changes.h"
#include "local/store/rows.h"

namespace runyard::local {

namespace {

constexpr std::int64_t PageSize = 100;

// The document with what the run knows better.
Json jobJson(const SharedParts& parts, const std::string& base, const RunRow& run, const std::string& document)
{
    Json json = Json::parse(document, nullptr, false);
    if (!json.is_object())
        json = Json::object();
    Json& properties = json["properties"];
    properties["status"] = run.status;
    properties["displayName"] = run.displayName;
    properties["isArchived"] = run.isArchived;
    properties["services"] = Json{
        {"Tracking", {{"jobServiceType", "Tracking"}, {"endpoint", base + "/mlflow/v1.0" + parts->workspacePath}}},
        {"Studio", {{"jobServiceType", "Studio"}, {"endpoint", base + "/runs/" + run.id}}}};
    if (!properties["outputs"].is_object())
        properties["outputs"] = Json::object();
    for (auto& [name, output] : properties["outputs"].items()) {
        if (output.is_object() && (!output.contains("uri") || output["uri"].is_null()))
            output["uri"] = outputUri(run.id, name);
    }
    properties["outputs"]["default"] = Json{{"jobOutputType", "uri_folder"}, {"mode", "ReadWriteMount"},
        {"uri", "azureml://datastores/workspaceartifactstore/ExperimentRun/dcid." + run.id}};
    json["systemData"] = Json{{"createdAt", toIso(run.created)}, {"createdBy", "local"}, {"createdByType", "User"}, {"lastModifiedAt", toIso(run.created)}};
    return json;
}

Result<std::pair<RunRow, std::string>> findJob(Database& database, const std::string& id)
{
    auto run = findRun(database, id);
    auto document = database.text("SELECT json FROM documents WHERE kind = 'job' AND name = ? AND version = ''", id);
    if (!run || run->isDeleted || !document)
        return failure(Error::Code::NotFound, "There is no job “" + id + "”.");
    return std::pair(std::move(*run), std::move(*document));
}

Task<Result<Response>> get(SharedParts parts, Request& request)
{
    const auto job = findJob(parts->store.reader(), request.params["id"]);
    if (!job)
        co_return Failure(job.error());
    co_return answer(jobJson(parts, request.base, job->first, job->second));
}

struct WantedJobs {
    std::string base;  // of URLs in the answer
    std::string archived;  // condition
    std::int64_t skip = 0;
    std::string tag;
    std::string type;
};

struct JobPage {
    Json values = Json::array();
    bool isMore = false;
};

Result<JobPage> pageOfJobs(Database& database, const SharedParts& parts, const WantedJobs& wanted)
{
    const auto rows = findRuns(database, "WHERE isDeleted = 0 AND kind = 'Command'" + wanted.archived + " ORDER BY serial DESC LIMIT ? OFFSET ?", PageSize + 1, wanted.skip);
    JobPage found;
    for (std::size_t i = 0; i < rows.size() && i < static_cast<std::size_t>(PageSize); ++i) {
        const auto document = database.text("SELECT json FROM documents WHERE kind = 'job' AND name = ? AND version = ''", rows[i].id);
        if (!document)
            continue;
        Json json = jobJson(parts, wanted.base, rows[i], *document);
        const bool isWanted = (wanted.tag.empty() || json["properties"].value("tags", Json::object()).contains(wanted.tag)) && (wanted.type.empty() || wanted.type == "Command");
        if (isWanted)
            found.values.push_back(std::move(json));
    }
    found.isMore = rows.size() > static_cast<std::size_t>(PageSize);
    return found;
}

Task<Result<Response>> list(SharedParts parts, Request& request)
{
    const std::string version = co_await changedVersion(parts, request, "workspace");
    if (version.empty())
        co_return Response::empty(304);
    const std::string view = request.queried("listViewType");
    WantedJobs wanted{request.base, {}, skipOf(request), request.queried("tag"), request.queried("jobType")};
    wanted.archived = view == "All" ? "" : view == "ArchivedOnly" ? " AND isArchived = 1" : " AND isArchived = 0";
    std::function<Result<JobPage>(Database&)> look = [parts, wanted](Database& database) { return pageOfJobs(database, parts, wanted); };
    auto found = co_await parts->store.read<JobPage>(std::move(look));
    if (!found)
        co_return Failure(found.error());
    co_return page(parts, request, std::move(found->values), found->isMore, wanted.skip + PageSize).with("ETag", version);
}

std::string kindOf(const std::string& type)
{
    for (const auto& [name, words] : {std::pair("Sweep", "sweep jobs"), std::pair("Pipeline", "pipeline jobs"), std::pair("AutoML", "AutoML jobs"), std::pair("Spark", "Spark jobs"), std::pair("FineTuning", "fine-tuning jobs")})
        if (type == name)
            return words;
    return "jobs of the type “" + type + "”";
}

// What cannot be made here is refused at once, not when a node is free.
Result<> checkEnvironment(const SharedParts& parts, const std::string& id)
{
    const std::string name = api::armName(id, "environments"), version = api::armVersion(id);
    const auto document = parts->documents.get("environment", name, version);
    if (!document)
        return failure(Error::Code::Invalid, "There is no environment “" + name + "” with version “" + version + "” in this workspace.", id);
    const auto environment = api::read<api::EnvironmentVersion>(document->json);
    if (!environment)
        return Failure(environment.error());
    const auto wanted = api::toEnvironmentRequest(*environment);
    return wanted ? Result<>() : Result<>(Failure(wanted.error()));
}

Result<api::Job> readJob(const Json& body, const std::string& id)
{
    api::Job job;
    try {
        api::from_json(body, job);
    } catch (const Json::exception& fault) {
        return failure(Error::Code::Invalid, "The job could not be read.", fault.what());
    }
    job.name = id;
    if (auto good = api::checkJobName(id); !good)
        return Failure(good.error());
    if (!isRunId(id))
        return failure(Error::Code::Invalid, "“" + id + "” cannot name a job. Use letters, digits, “_”, “-” and “.”.");
    if (job.experimentName.empty())
        job.experimentName = "Default";
    if (auto good = api::checkExperimentName(job.experimentName); !good)
        return Failure(good.error());
    const std::string type = body.at("properties").value("jobType", "Command");
    if (type != "Command")
        return failure(Error::Code::Invalid, "This workspace runs command jobs; it does not run " + kindOf(type) + " yet.");
    if (job.command.empty())
        return failure(Error::Code::Invalid, "The job has no command. Say what to run, for example “python train.py”.");
    if (job.environmentId.empty())
        return failure(Error::Code::Invalid, "The job has no environment. Choose one.");
    if (job.computeId.empty())
        return failure(Error::Code::Invalid, "The job has no compute target. Choose one.");
    return job;
}

Json documentOf(const SharedParts& parts, const Json& body, const api::Job& job)
{
    Json json{{"id", parts->workspacePath + "/jobs/" + job.name}, {"name", job.name}, {"type", "Microsoft.MachineLearningServices/workspaces/jobs"},
        {"properties", body.at("properties")}, {"systemData", {{"createdAt", toIso(nowMillis())}}}};
    json["properties"]["jobType"] = "Command";
    json["properties"]["experimentName"] = job.experimentName;
    return json;
}

// The document as it was asked for, with all that the scheduler has no use for, and what searches look at.
Result<> keepWhole(Database& database, const api::Job& job, const std::string& document)
{
    const auto serial = database.number("SELECT serial FROM runs WHERE id = ?", job.name);
    if (!serial)
        return failure(Error::Code::NotFound, "There is no job “" + job.name + "”.");
    for (const auto& [key, value] : job.tags)
        setText(database, TextTable::Tags, *serial, key, value);
    for (const auto& [key, value] : job.properties)
        setText(database, TextTable::Properties, *serial, key, value);
    database.run("UPDATE documents SET json = ? WHERE kind = 'job' AND name = ? AND version = ''", document, job.name);
    return {};
}

Task<Result<Response>> create(SharedParts parts, Request& request, Json body, std::string id)
{
    auto job = readJob(body, id);
    if (!job)
        co_return Failure(job.error());
    if (findRun(parts->store.reader(), id))
        co_return failure(Error::Code::Conflict, "There is already a run “" + id + "”. Choose another name.");
    const auto makeable = checkEnvironment(parts, job->environmentId);
    if (!makeable)
        co_return Failure(makeable.error());
    const auto queued = co_await parts->scheduler.submit(*job);
    if (!queued)
        co_return Failure(queued.error());
    const std::string document = dump(documentOf(parts, body, *job));
    std::function<Result<>(Database&)> keep = [job = *job, document](Database& database) { return keepWhole(database, job, document); };
    const auto kept = co_await parts->store.write<void>(std::move(keep));
    if (!kept)
        co_return Failure(kept.error());
    parts->changes.touch("run/" + id);
    parts->changes.touch("workspace");
    const auto made = findJob(parts->store.reader(), id);
    if (!made)
        co_return Failure(made.error());
    co_return answer(jobJson(parts, request.base, made->first, made->second), 201).with("Location", request.base + parts->workspacePath + "/jobs/" + id);
}

// Of a job that exists only tags, properties, names and the archive flag change.
Result<> changeJob(Database& database, const std::string& id, const Json& asked)
{
    auto job = findJob(database, id);
    if (!job)
        return Failure(job.error());
    Json json = Json::parse(job->second, nullptr, false);
    Json& properties = json["properties"];
    for (const char* fixed : {"command", "computeId", "environmentId", "codeId"}) {
        if (asked.contains(fixed) && asked[fixed] != properties.value(fixed, Json()))
            return failure(Error::Code::Invalid, "The " + std::string(fixed) + " of a job cannot be changed once it is submitted. Submit a new job.");
    }
    for (const char* open : {"tags", "description", "displayName"}) {
        if (asked.contains(open))
            properties[open] = asked[open];
    }
    if (asked.contains("properties") && asked["properties"].is_object())
        properties["properties"].update(asked["properties"]);
    database.run("UPDATE documents SET json = ?, modified = ? WHERE kind = 'job' AND name = ?", dump(json), nowMillis(), id);
    if (asked.contains("isArchived") && asked["isArchived"].is_boolean())
        database.run("UPDATE runs SET isArchived = ? WHERE id = ?", asked["isArchived"].get<bool>() ? 1 : 0, id);
    RunChange change;
    if (asked.contains("displayName") && asked["displayName"].is_string() && !asked["displayName"].get<std::string>().empty())
        change.displayName = asked["displayName"].get<std::string>();
    updateRun(database, id, change);
    if (!asked.contains("tags") || !asked["tags"].is_object())
        return {};
    database.run("DELETE FROM tags WHERE run = ? AND key NOT LIKE 'mlflow.%'", job->first.serial);
    for (const auto& [key, value] : asked["tags"].items())
        setText(database, TextTable::Tags, job->first.serial, key, value.is_string() ? value.get<std::string>() : value.dump());
    return {};
}

Task<Result<Response>> put(SharedParts parts, Request& request)
{
    const std::string id = request.params["id"];
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    if (!body->contains("properties") || !body->at("properties").is_object())
        co_return failure(Error::Code::Invalid, "The job has no “properties”.");
    if (!findJob(parts->store.reader(), id))
        co_return co_await create(parts, request, *body, id);
    std::function<Result<>(Database&)> work = [id, asked = body->at("properties")](Database& database) { return changeJob(database, id, asked); };
    const auto changed = co_await parts->store.write<void>(std::move(work));
    if (!changed)
        co_return Failure(changed.error());
    parts->changes.touch("run/" + id);
    parts->changes.touch("workspace");
    co_return co_await get(parts, request);
}

Task<Result<Response>> cancel(SharedParts parts, Request& request)
{
    const std::string id = request.params["id"];
    const auto job = findJob(parts->store.reader(), id);
    if (!job)
        co_return Failure(job.error());
    if (!api::isTerminal(job->first.status)) {
        const auto told = co_await parts->scheduler.cancel(id);
        if (!told)
            co_return Failure(told.error());
    }
    co_return Response::empty(202).with("Location", request.base + parts->workspacePath + "/jobs/" + id + "?api-version=2025-12-01").with("Retry-After", "1");
}

Task<Result<Response>> remove(SharedParts parts, Request& request)
{
    const std::string id = request.params["id"];
    const auto job = findJob(parts->store.reader(), id);
    if (!job)
        co_return Response::empty(204);
    if (!api::isTerminal(job->first.status))
        co_return failure(Error::Code::Conflict, "The job “" + id + "” is still at work. Cancel it first.");
    std::function<Result<>(Database&)> work = [id](Database& database) -> Result<> {
        database.run("UPDATE runs SET isDeleted = 1 WHERE id = ?", id);
        return {};
    };
    const auto done = co_await parts->store.write<void>(std::move(work));
    if (!done)
        co_return Failure(done.error());
    parts->changes.touch("run/" + id);
    parts->changes.touch("workspace");
    co_return Response::empty(200);
}

} // namespace

void addJobRoutes(Router& router, const SharedParts& parts)
{
    addArm(router, parts, "GET", "$WS/jobs", list);
    addArm(router, parts, "GET", "$WS/jobs/{id}", get, Route::Access::RunToo);
    addArm(router, parts, "PUT", "$WS/jobs/{id}", put);
    addArm(router, parts, "DELETE", "$WS/jobs/{id}", remove);
    addArm(router, parts, "POST", "$WS/jobs/{id}/cancel", cancel);
}

} // namespace runyard::local
