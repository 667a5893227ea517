#include "assets.h"

#include "local/server/changes.h"

#include <charconv>
#include <optional>
#include <set>

#include <strings.h>

namespace runyard::local {

namespace {

// What a container itself remembers beside its versions.
std::string containerKind(const AssetKind& kind) { return std::string(kind.document) + "-container"; }

Json propertiesOf(const Document& document)
{
    const Json json = Json::parse(document.json, nullptr, false);
    return json.is_object() && json.contains("properties") && json["properties"].is_object() ? json["properties"] : Json::object();
}

bool isArchived(const Json& properties)
{
    const auto found = properties.find("isArchived");
    return found != properties.end() && found->is_boolean() && found->get<bool>();
}

// Of "ActiveOnly" (which it is unless said otherwise), "ArchivedOnly" and "All".
bool isWanted(const Request& request, bool archived)
{
    const std::string view = request.queried("listViewType");
    if (::strcasecmp(view.c_str(), "All") == 0)
        return true;
    return archived == (::strcasecmp(view.c_str(), "ArchivedOnly") == 0);
}

std::size_t topOf(const Request& request)
{
    const std::string text = request.queried("$top");
    std::size_t top = 0;
    std::from_chars(text.data(), text.data() + text.size(), top);
    return top > 0 ? std::min<std::size_t>(top, 1000) : 1000;
}

// One page of what was collected.
Response pageOf(const SharedParts& parts, const Request& request, Json all)
{
    const auto skip = std::min<std::size_t>(static_cast<std::size_t>(skipOf(request)), all.size());
    const auto end = std::min(skip + topOf(request), all.size());
    Json values = Json::array();
    for (auto at = skip; at < end; ++at)
        values.push_back(std::move(all[at]));
    return page(parts, request, std::move(values), end < all.size(), static_cast<std::int64_t>(end));
}

// Nothing where there is neither a version nor a registration of that name.
std::optional<Json> containerJson(const SharedParts& parts, const AssetKind& kind, const std::string& name)
{
    const auto versions = parts->documents.list(kind.document, name);
    Json properties{{"description", nullptr}, {"tags", Json::object()}, {"properties", Json::object()}, {"isArchived", false}, {"provisioningState", "Succeeded"},
        {"latestVersion", nullptr}, {"nextVersion", std::to_string(latestVersion(versions) + 1)}};
    Millis created = 0, modified = 0;
    if (!versions.empty()) {
        properties["latestVersion"] = versions.front().version;
        created = versions.back().created;
        modified = versions.front().modified;
        if (const Json newest = propertiesOf(versions.front()); newest.contains("dataType"))
            properties["dataType"] = newest["dataType"];
    }
    if (const auto kept = parts->documents.get(containerKind(kind), name))
        changeVersion(properties, propertiesOf(*kept));
    Json container{{"id", parts->workspacePath + "/" + kind.collection + "/" + name}, {"name", name}, {"type", std::string("Microsoft.MachineLearningServices/workspaces/") + kind.collection},
        {"properties", properties}, {"systemData", {{"createdAt", toIso(created)}, {"createdBy", "local"}, {"lastModifiedAt", toIso(modified)}}}};
    const bool isRegistered = kind.registry && kind.registry->describe(parts->store.reader(), name, container);
    return isRegistered || !versions.empty() ? std::optional(std::move(container)) : std::nullopt;
}

std::vector<std::string> namesOf(const SharedParts& parts, const AssetKind& kind)
{
    if (kind.registry)
        return kind.registry->names(parts->store.reader());
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const Document& document : parts->documents.list(kind.document)) {
        if (seen.insert(document.name).second)
            names.push_back(document.name);
    }
    return names;
}

Failure noContainer(const AssetKind& kind, const std::string& name) { return failure(Error::Code::NotFound, "There is no “" + name + "” of " + kind.noun + " here."); }

Result<Response> container(const SharedParts& parts, const AssetKind& kind, const Request& request)
{
    const std::string& name = request.params.at("name");
    const auto found = containerJson(parts, kind, name);
    return found ? Result<Response>(answer(*found)) : Result<Response>(noContainer(kind, name));
}

Result<Response> containers(const SharedParts& parts, const AssetKind& kind, const Request& request)
{
    Json all = Json::array();
    for (const std::string& name : namesOf(parts, kind)) {
        auto found = containerJson(parts, kind, name);
        if (found && isWanted(request, isArchived((*found)["properties"])))
            all.push_back(std::move(*found));
    }
    return pageOf(parts, request, std::move(all));
}

Result<Response> versions(const SharedParts& parts, const AssetKind& kind, const Request& request)
{
    Json all = Json::array();
    for (const Document& document : parts->documents.list(kind.document, request.params.at("name"))) {
        Json found = versionJson(document);
        if (isWanted(request, isArchived(found["properties"])))
            all.push_back(std::move(found));
    }
    return pageOf(parts, request, std::move(all));
}

Result<Response> version(const SharedParts& parts, const AssetKind& kind, const Request& request)
{
    const std::string& name = request.params.at("name");
    const std::string& number = request.params.at("version");
    if (const auto found = parts->documents.get(kind.document, name, number))
        return answer(versionJson(*found));
    return failure(Error::Code::NotFound, "There is no version " + number + " of " + kind.noun + " “" + name + "”.");
}

Task<Result<Response>> putContainer(SharedParts parts, AssetKind kind, Request& request)
{
    const std::string name = request.params["name"];
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    if (!containerJson(parts, kind, name))
        co_return noContainer(kind, name);
    const auto kept = parts->documents.get(containerKind(kind), name);
    Json properties = kept ? propertiesOf(*kept) : Json::object();
    changeVersion(properties, body->value("properties", Json::object()));
    const std::string text = dump(Json{{"properties", properties}});
    const auto saved = co_await parts->documents.put(containerKind(kind), name, {}, text);
    if (!saved)
        co_return Failure(saved.error());
    if (kind.registry) {
        std::function<Result<>(Database&)> note = [remember = kind.registry->remember, name, properties](Database& database) -> Result<> {
            return remember(database, name, properties);
        };
        const auto noted = co_await parts->store.write<void>(std::move(note));
        if (!noted)
            co_return Failure(noted.error());
    }
    parts->changes.touch("workspace");
    co_return container(parts, kind, request);
}

using Look = Result<Response> (*)(const SharedParts& parts, const AssetKind& kind, const Request& request);

Task<Response> looked(SharedParts parts, AssetKind kind, Look look, Request& request)
{
    const auto found = look(parts, kind, request);
    co_return found ? *found : Response::arm(found.error());
}

Task<Response> changed(SharedParts parts, AssetKind kind, Request& request)
{
    const auto done = co_await putContainer(parts, kind, request);
    if (!done)
        co_return Response::arm(done.error());
    co_return *done;
}

} // namespace

Json versionJson(const Document& document)
{
    Json json = Json::parse(document.json, nullptr, false);
    json["systemData"] = Json{{"createdAt", toIso(document.created)}, {"createdBy", "local"}, {"createdByType", "User"}, {"lastModifiedAt", toIso(document.modified)}};
    return json;
}

void changeVersion(Json& properties, const Json& asked)
{
    if (!asked.is_object())
        return;
    for (const char* name : {"description", "tags", "isArchived", "stage"}) {
        if (asked.contains(name) && !asked[name].is_null())
            properties[name] = asked[name];
    }
    if (asked.contains("properties") && asked["properties"].is_object()) {
        Json& own = properties["properties"];
        if (!own.is_object())
            own = Json::object();
        own.update(asked["properties"]);
    }
}

void addAssetRoutes(Router& router, const SharedParts& parts, AssetKind kind)
{
    const std::string place = std::string("$WS/") + kind.collection;
    const auto add = [&](const std::string& pattern, Look look) {
        router.add("GET", place + pattern, "desktop, azure-ai-ml", Route::Access::OwnerOnly, [parts, kind, look](Request& request) { return looked(parts, kind, look, request); });
    };
    add("", containers);
    add("/{name}", container);
    add("/{name}/versions", versions);
    add("/{name}/versions/{version}", version);
    router.add("PUT", place + "/{name}", "azure-ai-ml", Route::Access::OwnerOnly, [parts, kind](Request& request) { return changed(parts, kind, request); });
}

} // namespace runyard::local
