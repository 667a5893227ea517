#include "jsonhelp.h"
#include "uri.h"

namespace runyard::api {

Json toJson(const Workspace& value)
{
    return Json{{"id", value.path()}, {"name", value.name}, {"type", "Microsoft.MachineLearningServices/workspaces"}, {"location", value.location}, {"kind", "Default"},
        {"tags", Json::object()}, {"sku", {{"name", "Basic"}, {"tier", "Basic"}}}, {"identity", {{"type", "SystemAssigned"}}},
        {"properties", {{"workspaceId", value.guid}, {"friendlyName", value.name}, {"description", value.description}, {"discoveryUrl", value.discoveryUrl},
                           {"mlFlowTrackingUri", value.trackingUri}, {"provisioningState", "Succeeded"}, {"publicNetworkAccess", "Disabled"},
                           {"storageAccount", value.path() + "/storage"}, {"keyVault", nullptr}, {"applicationInsights", nullptr}, {"containerRegistry", nullptr},
                           {"hbiWorkspace", false}, {"v1LegacyMode", false}, {"tenantId", nullptr}}}};
}

void from_json(const Json& json, Workspace& value)
{
    const Json& properties = child(json, "properties");
    const std::string id = text(json, "id");
    value.subscriptionId = armName(id, "subscriptions");
    value.resourceGroup = armName(id, "resourceGroups");
    value.name = text(json, "name");
    value.guid = text(properties, "workspaceId");
    value.location = text(json, "location");
    value.description = text(properties, "description");
    value.discoveryUrl = text(properties, "discoveryUrl");
    value.trackingUri = text(properties, "mlFlowTrackingUri");
}

Json toJson(const ServiceInfo& value)
{
    return Json{{"pid", value.pid}, {"socket", value.socket}, {"url", value.url}, {"tls_url", value.tlsUrl}, {"ca_file", value.caFile}, {"mlflow_url", value.mlflowUrl}, {"token", value.token}, {"subscription_id", value.subscriptionId},
        {"resource_group", value.resourceGroup}, {"workspace_name", value.workspaceName}};
}

void from_json(const Json& json, ServiceInfo& value)
{
    value.pid = number(json, "pid");
    value.socket = text(json, "socket");
    value.url = text(json, "url");
    value.tlsUrl = text(json, "tls_url");
    value.caFile = text(json, "ca_file");
    value.mlflowUrl = text(json, "mlflow_url");
    value.token = text(json, "token");
    value.subscriptionId = text(json, "subscription_id");
    value.resourceGroup = text(json, "resource_group");
    value.workspaceName = text(json, "workspace_name");
}

Json toJson(const Datastore& value, const std::string& scope)
{
    return resource(scope, "datastores", value.name,
        Json{{"datastoreType", value.type}, {"accountName", value.accountName}, {"containerName", value.containerName}, {"endpoint", value.endpoint}, {"protocol", value.protocol},
            {"isDefault", value.isDefault}, {"description", orNull(value.description)}, {"credentials", {{"credentialsType", value.credentialsType}}},
            {"serviceDataAccessAuthIdentity", "None"}, {"tags", Json::object()}, {"properties", Json::object()}});
}

void from_json(const Json& json, Datastore& value)
{
    const Json& properties = child(json, "properties");
    value.name = text(json, "name");
    value.type = text(properties, "datastoreType", "AzureBlob");
    value.accountName = text(properties, "accountName");
    value.containerName = text(properties, "containerName");
    value.endpoint = text(properties, "endpoint", "core.windows.net");
    value.protocol = text(properties, "protocol", "https");
    value.isDefault = flag(properties, "isDefault");
    value.description = text(properties, "description");
    value.credentialsType = text(child(properties, "credentials"), "credentialsType", "None");
}

std::string errorBody(const std::string& code, const std::string& message)
{
    return Json{{"error", {{"code", code}, {"message", message}, {"target", nullptr}, {"details", Json::array()}, {"additionalInfo", Json::array()}}}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
}

std::string errorMessage(const std::string& body)
{
    const Json json = parse(body);
    if (!json.is_discarded()) {
        const std::string plain = text(json, "message");
        return plain.empty() ? text(child(json, "error"), "message") : plain;
    }
    const auto from = body.find("<Message>");
    const auto to = body.find_first_of("<\n", from == std::string::npos ? from : from + 9);
    return from == std::string::npos || to == std::string::npos ? std::string() : body.substr(from + 9, to - from - 9);
}

} // namespace runyard::api
