#include "calls.h"

#include "core/hash.h"
#include "local/server/changes.h"
#include "local/store/metricrows.h"
#include "local/store/store.h"

#include "api/uri.h"
#include "jsonreader.h"
#include "runcolumns.h"

#include <algorithm>

namespace runyard::local {

namespace {

// A query as a body: a name that comes more than once is a list.
Json fromQuery(const Request& request)
{
    Json fields = Json::object();
    const auto mark = request.target.find('?');
    std::string_view rest = mark == std::string::npos ? std::string_view() : std::string_view(request.target).substr(mark + 1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        std::string pair(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        std::replace(pair.begin(), pair.end(), '+', ' ');
        const auto equals = std::min(pair.find('='), pair.size());
        const std::string name = api::decode(std::string_view(pair).substr(0, equals));
        const std::string value = api::decode(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
        if (!fields.contains(name))
            fields[name] = value;
        else if (fields[name].is_array())
            fields[name].push_back(value);
        else
            fields[name] = Json::array({fields[name], value});
    }
    return fields;
}

// An absent or unreadable body counts as {}; a text that holds JSON is read once more, as MLflow does.
Json fromBody(const std::string& body)
{
    auto fields = parseLenient(body);
    if (fields && fields->is_string())
        fields = parseLenient(fields->get<std::string>());
    return fields && fields->is_object() ? *fields : Json::object();
}

bool hasJsonType(const Request& request)
{
    std::string type = request.header("content-type");
    std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return type.find("json") != std::string::npos;
}

// What the address itself names, such as the id in "logged-models/{model_id}".
void addParams(const Request& request, Json& fields)
{
    for (const auto& [name, value] : request.params) {
        if (name != "sub" && name != "group" && name != "ws")
            fields[name] = value;
    }
}

Task<Result<Asked>> readAsked(Body kind, Request& request)
{
    Asked asked;
    asked.who = request.who;
    asked.wait = request.wait();
    asked.isFollowing = request.header("prefer").find("wait=") != std::string::npos;
    if (request.method == "GET") {
        asked.fields = fromQuery(request);
        addParams(request, asked.fields);
        co_return asked;
    }
    if ((request.method == "POST" || request.method == "PUT") && !hasJsonType(request))
        co_return failure(Error::Code::Invalid, "Bad Request. Content-Type header is missing or is not 'application/json'.");
    auto body = co_await request.text();
    if (!body)
        co_return Failure(body.error());
    asked.body = std::move(*body);
    if (kind == Body::Raw)
        co_return asked;
    if (asked.body.empty())
        asked.fields = fromQuery(request);
    else
        asked.fields = fromBody(asked.body);
    addParams(request, asked.fields);
    co_return asked;
}

Response answerOf(std::string&& text) { return Response::json(std::move(text)); }
Response answerOf(Response&& response) { return std::move(response); }

template<typename AnyCall>
Task<Response> serve(TrackingParts parts, AnyCall call, Body kind, Request& request)
{
    auto asked = co_await readAsked(kind, request);
    if (!asked)
        co_return trackingError(asked.error());
    auto answer = co_await call(parts, std::move(*asked));
    if (const auto fault = parts.store.reader().takeFault())
        co_return trackingError(*fault);
    if (!answer)
        co_return trackingError(answer.error());
    co_return answerOf(std::move(*answer));
}

template<typename AnyCall>
void addUnderPrefixes(Router& router, const TrackingParts& parts, const std::string& method, const std::string& path, AnyCall call, Body body)
{
    for (const char* prefix : {"/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/", "/mlflow/v1.0$WS/api/2.0/mlflow/"})
        router.add(method, prefix + path, "mlflow", Route::Access::RunToo, [parts, call, body](Request& request) { return serve(parts, call, body, request); });
}

} // namespace

void addCall(Router& router, const TrackingParts& parts, const std::string& method, const std::string& path, Call call, Body body)
{
    addUnderPrefixes(router, parts, method, path, call, body);
}

void addLongCall(Router& router, const TrackingParts& parts, const std::string& method, const std::string& path, LongCall call)
{
    addUnderPrefixes(router, parts, method, path, call, Body::Parsed);
}

Response trackingError(const Error& error)
{
    if (error.code != Error::Code::Storage)
        return Response::mlflow(error);
    const Json body{{"error_code", "TEMPORARILY_UNAVAILABLE"}, {"message", error.message}};
    return Response::json(toText(body), 503).with("Retry-After", "5");
}

Result<RunRow> knownRun(Database& database, const std::string& id)
{
    if (auto run = findRun(database, id))
        return *run;
    return failure(Error::Code::NotFound, "Run with id=" + id + " not found");
}

Result<RunRow> writableRun(Database& database, const std::string& id, const Identity& who)
{
    auto run = knownRun(database, id);
    if (!run)
        return run;
    if (who.kind == Identity::Kind::Run && who.runId != run->id && who.runId != run->creator && who.runId != run->parent)
        return failure(Error::Code::Forbidden, "The token of run “" + who.runId + "” may not write to run “" + id + "”.");
    if (run->isDeleted)
        return failure(Error::Code::Invalid, "The run " + id + " must be in the 'active' state. Current state is deleted.");
    return run;
}

Result<ExperimentRow> knownExperiment(Database& database, const std::string& id)
{
    const auto number = JsonReader::toInteger(id);
    auto found = number ? findExperiment(database, *number) : std::nullopt;
    if (!found) {
        if (const auto byGuid = database.number("SELECT id FROM experiments WHERE guid = ?", id))
            found = findExperiment(database, *byGuid);
    }
    if (found)
        return *found;
    return failure(Error::Code::NotFound, "No Experiment with id=" + id + " exists");
}

Task<Result<>> writeRun(TrackingParts parts, std::string id, Identity who, RunWork work)
{
    std::function<Result<>(Database&)> operation = [id, who, work](Database& database) -> Result<> {
        const auto run = writableRun(database, id, who);
        if (!run)
            return Failure(run.error());
        return work(database, *run);
    };
    const auto done = co_await parts.store.write<void>(std::move(operation));
    if (done)
        parts.changes.touch("run/" + id);
    co_return done;
}

Task<Result<std::string>> changeRun(TrackingParts parts, std::string id, Identity who, RunWork work)
{
    const auto done = co_await writeRun(parts, std::move(id), std::move(who), std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string("{}");
}

std::string toMlflowStatus(const std::string& status)
{
    if (status == "Completed")
        return "FINISHED";
    if (status == "Failed" || status == "NotResponding")
        return "FAILED";
    if (status == "Canceled")
        return "KILLED";
    return status == "Running" || status == "Finalizing" || status == "CancelRequested" ? "RUNNING" : "SCHEDULED";
}

std::string toAzureStatus(const std::string& status)
{
    if (status == "FINISHED" || status == "3")
        return "Completed";
    if (status == "FAILED" || status == "4")
        return "Failed";
    if (status == "KILLED" || status == "5")
        return "Canceled";
    return status == "SCHEDULED" || status == "2" ? "Queued" : "Running";
}

std::string pageToken(std::int64_t offset)
{
    return toBase64("{\"offset\": " + std::to_string(offset) + "}");
}

Result<std::int64_t> offsetOf(const std::string& token)
{
    if (token.empty())
        return 0;
    const auto json = parseLenient(fromBase64(token));
    if (!json || !json->is_object() || !json->contains("offset") || !json->at("offset").is_number_integer())
        return failure(Error::Code::Invalid, "Invalid page token, could not base64-decode");
    return std::max<std::int64_t>(json->at("offset").get<std::int64_t>(), 0);
}

void bindAll(Statement& statement, const std::vector<Constant>& values)
{
    for (const Constant& value : values)
        std::visit([&statement](const auto& one) { statement.bind(one); }, value);
}

void addTrackingRoutes(Router& router, const TrackingParts& parts)
{
    addExperimentCalls(router, parts);
    addRunCalls(router, parts);
    addLoggingCalls(router, parts);
    addInputCalls(router, parts);
    addHistoryCalls(router, parts);
    TrackingParts searched = parts;
    searched.columns = std::make_shared<RunColumns>(parts.store);
    addSearchCalls(router, searched);
    addArtifactRoutes(router, parts);
    addModelCalls(router, parts);
    addAliasCalls(router, parts);
    addVersionCalls(router, parts);
    addVersionCreation(router, parts);
    addRegistrySearch(router, parts);
    addLoggedModelCalls(router, parts);
    addLoggedModelSearch(router, parts);
    addUnservedRoutes(router);
}

} // namespace runyard::local
