#include "workspaceroutes.h"

#include "api/json.h"
#include "core/hash.h"
#include "core/time.h"
#include "local/blobs/tree.h"
#include "local/server/guard.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <memory>

namespace runyard::local {

namespace {

using api::Json;

struct Memory {
    std::int64_t total = 0;
    std::int64_t used = 0;
};

Memory memoryOfMachine()
{
    std::ifstream file("/proc/meminfo");
    std::string name;
    std::string unit;
    std::int64_t value = 0;
    Memory memory;
    std::int64_t free = 0;
    for (int lines = 0; lines < 3 && file >> name >> value >> unit; ++lines) {
        if (name == "MemTotal:")
            memory.total = value * 1024;
        if (name == "MemAvailable:")
            free = value * 1024;
    }
    memory.used = memory.total - free;
    return memory;
}

// Bytes that the service may still write; -1 where nobody can tell.
std::int64_t diskFree(const std::filesystem::path& folder)
{
    struct statvfs facts {};
    return ::statvfs(folder.c_str(), &facts) == 0 ? static_cast<std::int64_t>(facts.f_bavail * facts.f_frsize) : -1;
}

Json healthOf(const WorkspaceParts& parts, Millis started)
{
    const Health health = parts.health();
    const Memory memory = memoryOfMachine();
    return Json{{"version", RUNYARD_VERSION}, {"pid", ::getpid()}, {"started", toIso(started)}, {"cores", health.cores}, {"coresBusy", health.coresBusy}, {"activeRuns", health.activeRuns},
        {"memoryUsed", memory.used}, {"memoryTotal", memory.total}, {"diskFree", diskFree(parts.blobs.tree().root("data"))}};
}

Json subscriptionOf(const WorkspaceParts& parts)
{
    const std::string& id = parts.workspace.subscriptionId;
    return Json{{"id", "/subscriptions/" + id}, {"subscriptionId", id}, {"displayName", "This computer"}, {"tenantId", id}, {"state", "Enabled"}};
}

Json groupOf(const WorkspaceParts& parts)
{
    const auto& workspace = parts.workspace;
    return Json{{"id", "/subscriptions/" + workspace.subscriptionId + "/resourceGroups/" + workspace.resourceGroup}, {"name", workspace.resourceGroup}, {"type", "Microsoft.Resources/resourceGroups"},
        {"location", workspace.location}, {"properties", {{"provisioningState", "Succeeded"}}}};
}

Json discoveryOf(const std::string& url)
{
    Json json;
    for (const char* name : {"api", "catalog", "experimentation", "gallery", "history", "hyperdrive", "labeling", "modelmanagement", "pipelines", "studiocoreservices"})
        json[name] = url;
    return json;
}

Json cloudOf(const std::string& url)
{
    return Json{{"name", "Runyard"}, {"portal", url + "/"}, {"resourceManager", url + "/"}, {"authentication", {{"loginEndpoint", url + "/"}}}, {"suffixes", {{"storage", "core.windows.net"}}}};
}

Json workspaceOf(const WorkspaceParts& parts, const Request& request)
{
    api::Workspace workspace = parts.workspace;
    workspace.reachedAt(request.base);
    return toJson(workspace);
}

// What azure-identity's DefaultAzureCredential asks where IDENTITY_ENDPOINT and IDENTITY_HEADER are set, as in Azure's App Service: scripts
// written for the cloud sign in here unchanged. The header holds the owner's token already; only its form is changed.
Task<Response> giveIdentity(std::shared_ptr<WorkspaceParts> parts, Request& request)
{
    constexpr Millis life = 24LL * 3600 * 1000;
    const std::string owner = parts->tokens.owner();
    if (!equalInConstantTime(request.header("x-identity-header"), owner))
        co_return errorAnswer(request.path, 401, "InvalidIdentityHeader", "IDENTITY_HEADER must hold the token from service.json.");
    co_return Response::json(Json{{"access_token", owner}, {"expires_on", std::to_string((nowMillis() + life) / 1000)}, {"resource", request.queried("resource")}, {"token_type", "Bearer"},
        {"client_id", parts->workspace.guid}}.dump());
}

// A route whose answer is a value that can be told at once.
Handler telling(std::function<Json(const Request&)> tell)
{
    return [tell = std::move(tell)](Request& request) -> Task<Response> { co_return Response::json(tell(request).dump()); };
}

Json listOf(Json value)
{
    return Json{{"value", Json::array({std::move(value)})}};
}

} // namespace

void addWorkspaceRoutes(Router& router, WorkspaceParts given)
{
    const auto parts = std::make_shared<WorkspaceParts>(std::move(given));
    const Millis started = nowMillis();
    const std::string group = "/subscriptions/{sub}/resourceGroups/{group}";
    const std::string provider = "/providers/Microsoft.MachineLearningServices/workspaces";
    const auto open = Route::Access::Public;
    const auto both = Route::Access::RunToo;
    router.add("GET", "/runyard/v1/health", "desktop", Route::Access::OwnerOnly, telling([parts, started](const Request&) { return healthOf(*parts, started); }));
    router.add("GET", "/runyard/v1/identity", "azure-identity", open, [parts](Request& request) { return giveIdentity(parts, request); });
    router.add("GET", "/discovery", "azure-ai-ml, azureml-core", open, telling([](const Request& request) { return discoveryOf(request.base); }));
    router.add("GET", "/discovery/workspaces/{id}", "azureml-core", open, telling([](const Request& request) { return discoveryOf(request.base); }));
    router.add("GET", "/metadata/endpoints", "azure-ai-ml", open, telling([](const Request& request) { return cloudOf(request.base); }));
    router.add("GET", "/subscriptions", "az, SDKs", both, telling([parts](const Request&) { return listOf(subscriptionOf(*parts)); }));
    router.add("GET", "/subscriptions/{sub}", "az, SDKs", both, telling([parts](const Request&) { return subscriptionOf(*parts); }));
    router.add("GET", "/subscriptions/{sub}/resourceGroups", "az, SDKs", both, telling([parts](const Request&) { return listOf(groupOf(*parts)); }));
    router.add("GET", group, "az, SDKs", both, telling([parts](const Request&) { return groupOf(*parts); }));
    for (const std::string& scope : {std::string("/subscriptions/{sub}"), group})
        router.add("GET", scope + provider, "desktop, SDKs", both, telling([parts](const Request& request) { return listOf(workspaceOf(*parts, request)); }));
    router.add("GET", "$WS", "desktop, SDKs", both, telling([parts](const Request& request) { return workspaceOf(*parts, request); }));
}

} // namespace runyard::local
