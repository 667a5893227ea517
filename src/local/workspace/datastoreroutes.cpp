#include "workspaceroutes.h"

#include "api/json.h"

#include <strings.h>

#include <algorithm>
#include <chrono>
#include <memory>

namespace runyard::local {

namespace {

using api::Json;

std::vector<api::Datastore> datastores()
{
    std::vector<api::Datastore> all;
    const auto add = [&](const char* name, const char* container, const char* description) {
        api::Datastore store;
        store.name = name;
        store.accountName = accountName;
        store.containerName = container;
        store.protocol = "http";
        store.credentialsType = "AccountKey";
        store.description = description;
        store.isDefault = all.empty();
        all.push_back(std::move(store));
    };
    add("workspaceblobstore", "data", "Data of this workspace, as plain files in its folder data/");
    add("workspaceartifactstore", "azureml", "Logs and outputs of runs");
    add("workspacemodels", "models", "Registered models");
    return all;
}

Result<api::Datastore> named(const std::string& name)
{
    for (auto& store : datastores()) {
        if (::strcasecmp(store.name.c_str(), name.c_str()) == 0)
            return store;
    }
    return failure(Error::Code::NotFound, "There is no datastore “" + name + "”. This workspace has workspaceblobstore, workspaceartifactstore and workspacemodels.");
}

// azure-ai-ml insists on TLS and builds "https://{accountName}.blob.{suffix}" of its own: with a host in the name, the account follows in the
// path, "https://localhost:PORT/runyard.blob.core.windows.net/{container}" (azureml-rest §3.1).
Json shown(api::Datastore store, const WorkspaceParts& parts, const Request& request)
{
    constexpr std::string_view tls = "https://";
    if (request.base.starts_with(tls)) {
        store.accountName = request.base.substr(tls.size()) + '/' + accountName;
        store.protocol = "https";
    }
    return toJson(store, parts.workspace.path());
}

// azure-ai-ml up to 1.30 takes a secret that expires as a SAS only; later ones sign addresses of logs with the key.
Json secretOf(const Sas& sas, const api::Datastore& store, const Json& asked, const std::string& apiVersion)
{
    const bool isExpirable = asked.is_object() && asked.value("expirableSecret", Json()) == Json(true);
    if (!isExpirable || apiVersion >= "2024-10")
        return Json{{"secretsType", "AccountKey"}, {"key", sas.accountKey()}};
    const Json hours = asked.value("expireAfterHours", Json());
    const std::chrono::hours life(hours.is_number_integer() ? std::clamp<std::int64_t>(hours.get<std::int64_t>(), 1, 168) : 24);
    return Json{{"secretsType", "Sas"}, {"sasToken", sas.sign(store.containerName, {}, store.isDefault ? "racwdl" : "rl", life)}};
}

} // namespace

void addDatastoreRoutes(Router& router, WorkspaceParts given)
{
    const auto parts = std::make_shared<WorkspaceParts>(std::move(given));
    router.add("GET", "$WS/datastores", "desktop, SDKs", Route::Access::RunToo, [parts](Request& request) -> Task<Response> {
        const bool onlyDefault = ::strcasecmp(request.queried("isDefault").c_str(), "true") == 0;
        Json list = Json::array();
        for (const auto& store : datastores()) {
            if (store.isDefault || !onlyDefault)
                list.push_back(shown(store, *parts, request));
        }
        co_return Response::json(Json{{"value", list}}.dump());
    });
    router.add("GET", "$WS/datastores/{name}", "desktop, SDKs", Route::Access::RunToo, [parts](Request& request) -> Task<Response> {
        const auto store = named(request.params["name"]);
        if (!store)
            co_return Response::arm(store.error());
        co_return Response::json(shown(*store, *parts, request).dump());
    });
    router.add("POST", "$WS/datastores/{name}/listSecrets", "SDKs", Route::Access::OwnerOnly, [parts](Request& request) -> Task<Response> {
        const auto store = named(request.params["name"]);
        if (!store)
            co_return Response::arm(store.error());
        const auto text = co_await request.text(64 << 10);
        if (!text)
            co_return Response::arm(text.error());
        co_return Response::json(secretOf(parts->sas, *store, Json::parse(*text, nullptr, false), request.queried("api-version")).dump());
    });
}

} // namespace runyard::local
