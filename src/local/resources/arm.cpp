#include "arm.h"

#include "local/server/changes.h"
#include "local/store/database.h"

#include <charconv>

namespace runyard::local {

namespace {

Task<Response> serve(SharedParts parts, ArmCall call, Request& request)
{
    const auto answered = co_await call(parts, request);
    if (const auto fault = parts->store.reader().takeFault())
        co_return Response::arm(*fault);
    if (!answered)
        co_return Response::arm(answered.error());
    co_return *answered;
}

} // namespace

void addArm(Router& router, const SharedParts& parts, const std::string& method, const std::string& pattern, ArmCall call, Route::Access access)
{
    router.add(method, pattern, "desktop, azure-ai-ml", access, [parts, call](Request& request) { return serve(parts, call, request); });
}

Task<Result<Json>> jsonBody(Request& request)
{
    const auto text = co_await request.text();
    if (!text)
        co_return Failure(text.error());
    Json json = api::parse(*text);
    if (!json.is_object())
        co_return failure(Error::Code::Invalid, "The body of the request is not a JSON object.", text->substr(0, 200));
    co_return json;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response answer(const Json& json, int status) { return Response::json(dump(json), status); }

std::int64_t skipOf(const Request& request)
{
    std::string text = request.queried("$skip");
    if (text.empty())
        text = request.queried("$skipToken");
    std::int64_t skip = 0;
    std::from_chars(text.data(), text.data() + text.size(), skip);
    return std::max<std::int64_t>(skip, 0);
}

Response page(const SharedParts&, const Request& request, Json values, bool isMore, std::int64_t nextSkip)
{
    Json body{{"value", std::move(values)}};
    if (isMore) {
        std::string link = request.base + request.path + "?$skip=" + std::to_string(nextSkip);
        for (const auto& [name, value] : request.query) {
            if (name != "$skip" && name != "$skipToken")
                link += "&" + api::encode(name) + "=" + api::encode(value);
        }
        body["nextLink"] = link;
    }
    return answer(body);
}

Task<std::string> changedVersion(SharedParts parts, const Request& request, std::string topic)
{
    const std::string seen = request.header("if-none-match");
    if (!seen.empty() && request.wait().count() > 0)
        co_await parts->changes.wait(topic, seen, request.wait());
    std::string version = parts->changes.version(topic);
    if (version == seen)
        version.clear();
    co_return version;
}

std::int64_t latestVersion(const std::vector<Document>& versions)
{
    std::int64_t latest = 0;
    for (const Document& document : versions) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(document.version.data(), document.version.data() + document.version.size(), number);
        if (error == std::errc() && end == document.version.data() + document.version.size())
            latest = std::max(latest, number);
    }
    return latest;
}

void addResourceRoutes(Router& router, SharedParts parts)
{
    addJobRoutes(router, parts);
    addHistoryRoutes(router, parts);
    addComputeRoutes(router, parts);
    addEnvironmentRoutes(router, parts);
    addDataRoutes(router, parts);
    addModelRoutes(router, parts);
}

} // namespace runyard::local
