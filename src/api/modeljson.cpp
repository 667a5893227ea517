#include "jsonhelp.h"
#include "uri.h"

namespace runyard::api {

namespace {

// A version's name is the version itself; the asset's name stands only in its id.
std::string ownerName(const Json& json, const char* collection)
{
    return armName(text(json, "id"), collection);
}

} // namespace

Json toJson(const ModelContainer& value, const std::string& scope)
{
    Json json = resource(scope, "models", value.name,
        Json{{"description", orNull(value.description)}, {"tags", value.tags}, {"properties", Json::object()}, {"isArchived", false}, {"latestVersion", value.latestVersion},
            {"nextVersion", value.nextVersion}, {"provisioningState", "Succeeded"}});
    json["systemData"] = systemData(value.created, 0);
    return json;
}

void from_json(const Json& json, ModelContainer& value)
{
    const Json& properties = child(json, "properties");
    value.name = text(json, "name");
    value.latestVersion = text(properties, "latestVersion");
    value.nextVersion = text(properties, "nextVersion");
    value.description = text(properties, "description");
    value.tags = textMap(properties, "tags");
    value.created = moment(child(json, "systemData"), "createdAt");
}

Json toJson(const ModelVersion& value, const std::string& scope)
{
    Json json = resource(scope, "models/" + value.name + "/versions", value.version,
        Json{{"modelType", value.type}, {"modelUri", value.uri}, {"jobName", orNull(value.jobName)}, {"description", orNull(value.description)}, {"tags", value.tags},
            {"properties", value.properties}, {"flavors", Json::object()}, {"isAnonymous", false}, {"isArchived", false}, {"provisioningState", "Succeeded"},
            {"stage", nullptr}});
    json["systemData"] = systemData(value.created, 0);
    return json;
}

void from_json(const Json& json, ModelVersion& value)
{
    const Json& properties = child(json, "properties");
    value.name = ownerName(json, "models");
    value.version = text(json, "name");
    value.type = text(properties, "modelType", "custom_model");
    value.uri = text(properties, "modelUri");
    value.jobName = text(properties, "jobName");
    value.description = text(properties, "description");
    value.tags = textMap(properties, "tags");
    value.properties = textMap(properties, "properties");
    value.created = moment(child(json, "systemData"), "createdAt");
}

Json toJson(const CodeVersion& value, const std::string& scope)
{
    return resource(scope, "codes/" + value.name + "/versions", value.version,
        Json{{"codeUri", value.uri}, {"isAnonymous", true}, {"isArchived", false}, {"description", nullptr}, {"tags", Json::object()}, {"provisioningState", "Succeeded"},
            {"properties", {{"hash_sha256", value.sha256}, {"hash_version", "202208"}}}});
}

void from_json(const Json& json, CodeVersion& value)
{
    const Json& properties = child(json, "properties");
    value.name = ownerName(json, "codes");
    value.version = text(json, "name", "1");
    value.uri = text(properties, "codeUri");
    value.sha256 = text(child(properties, "properties"), "hash_sha256");
}

Json toJson(const PendingUpload& value)
{
    return Json{{"pendingUploadId", nullptr}, {"pendingUploadType", "TemporaryBlobReference"},
        {"blobReferenceForConsumption", {{"blobUri", value.blobUri}, {"storageAccountArmId", "/local"}, {"credential", {{"credentialType", "SAS"}, {"sasUri", value.sasUri}}}}}};
}

void from_json(const Json& json, PendingUpload& value)
{
    const Json& reference = child(json, "blobReferenceForConsumption");
    value.blobUri = text(reference, "blobUri");
    value.sasUri = text(child(reference, "credential"), "sasUri");
}

} // namespace runyard::api
