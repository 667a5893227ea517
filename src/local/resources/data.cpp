// Data assets: names with versions for files and folders that a datastore holds. Nothing is copied.
#include "assets.h"

#include "api/names.h"
#include "local/blobs/blobs.h"
#include "local/server/changes.h"

#include <filesystem>

namespace runyard::local {

namespace {

Result<std::string> typeOf(const Json& properties)
{
    const std::string type = properties.value("dataType", "");
    for (const char* known : {"uri_file", "uri_folder", "mltable"})
        if (type == known)
            return type;
    return failure(Error::Code::Invalid, "“" + type + "” is no type of data. Use uri_file, uri_folder or mltable.");
}

// What is in this workspace must be there; addresses elsewhere are taken at their word.
Result<> checkPlace(const SharedParts& parts, const std::string& uri, const std::string& type)
{
    if (!uri.starts_with("azureml:"))
        return uri.find("://") != std::string::npos || uri.starts_with('/') ? Result<>() : Result<>(failure(Error::Code::Invalid, "“" + uri + "” is not an address of data."));
    const auto asset = api::parseAssetUri(uri);
    if (!asset)
        return Failure(asset.error());
    const auto path = parts->blobs.locate(*asset);
    if (!path)
        return Failure(path.error());
    std::error_code error;
    if (!std::filesystem::exists(*path, error))
        return failure(Error::Code::Invalid, "There is nothing at “" + asset->path + "” of “" + asset->owner + "”. Upload it first.", path->string());
    if (type == "uri_file" && std::filesystem::is_directory(*path, error))
        return failure(Error::Code::Invalid, "“" + asset->path + "” is a folder. Name it as data of the type uri_folder.");
    return {};
}

Task<Result<Response>> put(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    const Json asked = body->value("properties", Json::object());
    const std::string name = request.params["name"], version = request.params["version"];
    const auto good = api::checkModelName(name);
    if (!good)
        co_return Failure(good.error());
    const auto old = parts->documents.get("data", name, version);
    Json json = old ? Json::parse(old->json, nullptr, false) : Json{{"id", parts->workspacePath + "/data/" + name + "/versions/" + version}, {"name", version}, {"type", "Microsoft.MachineLearningServices/workspaces/data/versions"},
        {"properties", {{"description", nullptr}, {"tags", Json::object()}, {"properties", Json::object()}, {"isArchived", false}, {"isAnonymous", asked.value("isAnonymous", false)}}}};
    Json& properties = json["properties"];
    const std::string uri = asked.value("dataUri", "");
    if (old && !uri.empty() && uri != properties.value("dataUri", ""))
        co_return failure(Error::Code::Conflict, "Asset paths cannot be updated. Version " + version + " of the data “" + name + "” exists with another path: make a new version.");
    if (!old) {
        const auto type = typeOf(asked);
        if (!type)
            co_return Failure(type.error());
        const auto place = checkPlace(parts, uri, *type);
        if (!place)
            co_return Failure(place.error());
        properties["dataType"] = *type;
        properties["dataUri"] = uri;
    }
    changeVersion(properties, asked);
    const std::string text = dump(json);
    const auto saved = co_await parts->documents.put("data", name, version, text);
    if (!saved)
        co_return Failure(saved.error());
    parts->changes.touch("workspace");
    co_return answer(versionJson(*saved), old ? 200 : 201);
}

} // namespace

void addDataRoutes(Router& router, const SharedParts& parts)
{
    addAssetRoutes(router, parts, {"data", "data", "data"});
    addArm(router, parts, "PUT", "$WS/data/{name}/versions/{version}", put);
}

} // namespace runyard::local
