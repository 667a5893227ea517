#include "assets.h"

#include "local/environments/environments.h"
#include "local/server/changes.h"

namespace runyard::local {

namespace {

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
    Json json = api::toJson(environment, parts->workspacePath);
    const auto old = parts->documents.get("environment", environment.name, environment.version);
    if (old) {
        const Json kept = Json::parse(old->json, nullptr, false);
        if (kept["properties"]["image"] != json["properties"]["image"] || kept["properties"]["condaFile"] != json["properties"]["condaFile"])
            co_return failure(Error::Code::Conflict, "Version " + environment.version + " of the environment “" + environment.name + "” exists with other contents. Choose another version.");
        json = kept;
    }
    changeVersion(json["properties"], body->value("properties", Json::object()));
    const std::string text = dump(json);
    if (old && old->json == text)
        co_return answer(versionJson(*old));
    const auto saved = co_await parts->documents.put("environment", environment.name, environment.version, text);
    if (!saved)
        co_return Failure(saved.error());
    parts->changes.touch("workspace");
    co_return answer(versionJson(*saved), old ? 200 : 201);
}

Task<Result<Response>> probe(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    const auto environment = api::read<api::EnvironmentVersion>(dump(*body));
    if (!environment)
        co_return Failure(environment.error());
    const auto wanted = api::toEnvironmentRequest(*environment);
    if (!wanted)
        co_return Failure(wanted.error());
    const bool isBuilt = co_await parts->environments.isBuilt(*wanted);
    co_return answer(Json{{"isBuilt", isBuilt}});
}

} // namespace

void addEnvironmentRoutes(Router& router, const SharedParts& parts)
{
    addAssetRoutes(router, parts, {"environment", "environments", "an environment"});
    addArm(router, parts, "PUT", "$WS/environments/{name}/versions/{version}", put);
    addArm(router, parts, "POST", "/runyard/v1/environments/probe", probe);
}

} // namespace runyard::local
