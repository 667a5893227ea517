#include "arm.h"

#include "local/environments/environments.h"
#include "local/server/changes.h"

#include <set>

namespace runyard::local {

namespace {

Json documentJson(const Document& document)
{
    Json json = Json::parse(document.json, nullptr, false);
    json["systemData"] = Json{{"createdAt", toIso(document.created)}, {"lastModifiedAt", toIso(document.modified)}};
    return json;
}

Task<Result<Response>> put(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    api::EnvironmentVersion environment;
    try {
        api::from_json(*body, environment);
    } catch (const Json::exception& fault) {
        co_return failure(Error::Code::Invalid, "The environment could not be read.", fault.what());
    }
    environment.name = request.params["name"];
    environment.version = request.params["version"];
    if (environment.condaFile.empty() && environment.image.empty())
        co_return failure(Error::Code::Invalid, "The environment says neither an image nor a conda file. Give one of them.");
    const std::string text = dump(api::toJson(environment, parts->workspacePath));
    const auto old = parts->documents.get("environment", environment.name, environment.version);
    if (old && old->json != text)
        co_return failure(Error::Code::Conflict, "Version " + environment.version + " of the environment “" + environment.name + "” exists with other contents. Choose another version.");
    if (old)
        co_return answer(documentJson(*old));
    const auto saved = co_await parts->documents.put("environment", environment.name, environment.version, text);
    if (!saved)
        co_return Failure(saved.error());
    parts->changes.touch("workspace");
    co_return answer(documentJson(*saved), 201);
}

Task<Result<Response>> get(SharedParts parts, Request& request)
{
    const auto found = parts->documents.get("environment", request.params["name"], request.params["version"]);
    if (!found)
        co_return failure(Error::Code::NotFound, "There is no version " + request.params["version"] + " of an environment “" + request.params["name"] + "”.");
    co_return answer(documentJson(*found));
}

Task<Result<Response>> versions(SharedParts parts, Request& request)
{
    Json values = Json::array();
    for (const Document& document : parts->documents.list("environment", request.params["name"])) {
        values.push_back(documentJson(document));
        if (request.queried("$top") == "1")
            break;
    }
    co_return page(parts, request, std::move(values), false, 0);
}

Json containerJson(const SharedParts& parts, const std::string& name, const std::vector<Document>& all)
{
    const Json properties{{"description", nullptr}, {"tags", Json::object()}, {"properties", Json::object()}, {"isArchived", false}, {"provisioningState", "Succeeded"},
        {"latestVersion", all.front().version}, {"nextVersion", std::to_string(latestVersion(all) + 1)}};
    return Json{{"id", parts->workspacePath + "/environments/" + name}, {"name", name}, {"type", "Microsoft.MachineLearningServices/workspaces/environments"}, {"properties", properties},
        {"systemData", {{"createdAt", toIso(all.back().created)}, {"lastModifiedAt", toIso(all.front().modified)}}}};
}

Task<Result<Response>> container(SharedParts parts, Request& request)
{
    const std::string name = request.params["name"];
    const auto all = parts->documents.list("environment", name);
    if (all.empty())
        co_return failure(Error::Code::NotFound, "There is no environment “" + name + "”.");
    co_return answer(containerJson(parts, name, all));
}

Task<Result<Response>> list(SharedParts parts, Request& request)
{
    Json values = Json::array();
    std::set<std::string> seen;
    for (const Document& document : parts->documents.list("environment")) {
        if (seen.insert(document.name).second)
            values.push_back(containerJson(parts, document.name, parts->documents.list("environment", document.name)));
    }
    co_return page(parts, request, std::move(values), false, 0);
}

Task<Result<Response>> probe(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    const auto environment = api::read<api::EnvironmentVersion>(dump(*body));
    if (!environment)
        co_return Failure(environment.error());
    const bool isBuilt = co_await parts->environments.isBuilt(api::toEnvironmentRequest(*environment));
    co_return answer(Json{{"isBuilt", isBuilt}});
}

} // namespace

void addEnvironmentRoutes(Router& router, const SharedParts& parts)
{
    addArm(router, parts, "GET", "$WS/environments", list);
    addArm(router, parts, "GET", "$WS/environments/{name}", container);
    addArm(router, parts, "GET", "$WS/environments/{name}/versions", versions);
    addArm(router, parts, "GET", "$WS/environments/{name}/versions/{version}", get);
    addArm(router, parts, "PUT", "$WS/environments/{name}/versions/{version}", put);
    addArm(router, parts, "POST", "/runyard/v1/environments/probe", probe);
}

} // namespace runyard::local
