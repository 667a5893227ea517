// Registered models: versions whose files are copied into the workspace's own container, so that they outlive the run.
#include "assets.h"

#include "api/names.h"
#include "local/blobs/blobs.h"
#include "local/server/changes.h"
#include "local/store/modelrows.h"
#include "local/store/registryrecords.h"

#include <set>

namespace runyard::local {

namespace {

// MLflow's prompts are registered models to it, and none to Azure.
std::vector<std::string> modelNames(Database& database)
{
    Statement row(database, modelSelect("WHERE " + isNoPrompt("models.name") + " ORDER BY modified DESC, name"));
    std::vector<std::string> names;
    while (row.next())
        names.push_back(readModelRow(row).name);
    return names;
}

// A registered model may have no version yet; the numbers of deleted ones are not given again.
bool describeModel(Database& database, const std::string& name, Json& container)
{
    const auto row = findModel(database, name);
    if (!row)
        return false;
    Json& properties = container["properties"];
    properties["nextVersion"] = std::to_string(row->lastVersion + 1);
    if (!row->description.empty())
        properties["description"] = row->description;
    properties["tags"] = modelTags(database, name);
    container["systemData"]["createdAt"] = toIso(row->created);
    container["systemData"]["lastModifiedAt"] = toIso(row->modified);
    return true;
}

Result<> rememberModel(Database& database, const std::string& name, const Json& properties)
{
    if (properties.contains("description") && properties["description"].is_string())
        database.run("UPDATE models SET description = ? WHERE name = ?", properties["description"].get<std::string>(), name);
    if (properties.contains("tags") && properties["tags"].is_object()) {
        const Json& tags = properties["tags"];
        database.run("DELETE FROM modelTags WHERE name = ?", name);
        for (const auto& [key, value] : tags.items()) {
            if (value.is_string())
                database.run("INSERT OR REPLACE INTO modelTags(name, key, value) VALUES(?, ?, ?)", name, key, value.get<std::string>());
        }
    }
    return keepRegisteredModel(database, name);
}

constexpr ContainerRegistry Registered{modelNames, describeModel, rememberModel};

Result<api::ModelVersion> readModel(const Json& body, Request& request)
{
    auto model = api::read<api::ModelVersion>(dump(body));
    if (!model)
        return failure(Error::Code::Invalid, "The model could not be read.", model.error().detail);
    model->name = request.params["name"];
    model->version = request.params["version"];
    if (auto good = api::checkModelName(model->name); !good)
        return Failure(good.error());
    const bool isVersion = !model->version.empty() && model->version.size() <= 30 && model->version.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == std::string::npos;
    if (!isVersion)
        return failure(Error::Code::Invalid, "“" + model->version + "” cannot be a version. Use letters, digits, “_” and “-”, at most 30.");
    return model;
}

// Whether a PUT asks for what is there already.
bool isSame(const Document& document, const api::ModelVersion& model)
{
    const auto old = api::read<api::ModelVersion>(document.json);
    if (!old)
        return false;
    const auto source = old->properties.find(property::Source);
    return old->uri == model.uri || (source != old->properties.end() && source->second == model.uri);
}

// Files and document; the version is reserved meanwhile.
Task<Result<Response>> make(SharedParts parts, api::ModelVersion model)
{
    const auto uri = api::parseAssetUri(model.uri);
    if (!uri)
        co_return Failure(uri.error());
    const auto source = parts->blobs.locate(*uri);
    if (!source)
        co_return Failure(source.error());
    std::error_code missing;
    if (!std::filesystem::exists(*source, missing))
        co_return failure(Error::Code::Invalid, "There is nothing at “" + uri->path + "” of " + (uri->kind == api::AssetUri::Kind::JobOutput ? "run “" : "datastore “") + uri->owner
                          + "”. Check what the script wrote to its outputs.");
    // The folder keeps its name, as clients of Azure expect to find it again after a download.
    const auto last = source->has_filename() ? source->filename() : source->parent_path().filename();
    const std::string place = model.name + "/" + model.version + (std::filesystem::is_directory(*source, missing) ? "/" + last.string() : std::string());
    const auto stored = co_await parts->blobs.store(*source, "models", place);
    if (!stored)
        co_return Failure(stored.error());
    if (uri->kind == api::AssetUri::Kind::JobOutput && model.jobName.empty())
        model.jobName = uri->owner;
    model.properties[property::Source] = model.uri;
    model.properties["runyard.sha256"] = stored->sha256;
    model.properties["runyard.size"] = std::to_string(stored->size);
    model.properties["runyard.files"] = std::to_string(stored->files);
    model.uri = api::datastoreUri("workspacemodels", place);
    const std::string text = dump(api::toJson(model, parts->workspacePath));
    const auto saved = co_await parts->documents.put("model", model.name, model.version, text);
    if (!saved)
        co_return Failure(saved.error());
    parts->changes.touch("workspace");
    if (!model.jobName.empty())
        parts->changes.touch("run/" + model.jobName);
    co_return answer(versionJson(*saved), 201);
}

// The versions being made just now; a place is given back when its reservation goes.
using Reserved = std::set<std::string>;

class Reservation {
public:
    Reservation(std::shared_ptr<Reserved> reserved, std::string place) : m_reserved(std::move(reserved)), m_place(std::move(place)), m_isMine(m_reserved->insert(m_place).second) {}
    ~Reservation()
    {
        if (m_isMine)
            m_reserved->erase(m_place);
    }
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    bool isMine() const { return m_isMine; }

private:
    std::shared_ptr<Reserved> m_reserved;
    std::string m_place;
    bool m_isMine;
};

Failure taken(const api::ModelVersion& model)
{
    return failure(Error::Code::Conflict, "Asset paths cannot be updated. Version " + model.version + " of the model “" + model.name + "” exists with other files: register it as a new version.");
}

Task<Result<Response>> putReserved(SharedParts parts, std::shared_ptr<Reserved> reserved, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    auto model = readModel(*body, request);
    if (!model)
        co_return Failure(model.error());
    const Reservation reservation(reserved, model->name + "/" + model->version);
    const auto old = parts->documents.get("model", model->name, model->version);
    if (!reservation.isMine() || (old && !isSame(*old, *model)))
        co_return taken(*model);
    if (!old)
        co_return co_await make(parts, *model);
    Json json = Json::parse(old->json, nullptr, false);
    changeVersion(json["properties"], body->value("properties", Json::object()));
    const std::string text = dump(json);
    const auto saved = co_await parts->documents.put("model", model->name, model->version, text);
    if (!saved)
        co_return Failure(saved.error());
    parts->changes.touch("workspace");
    co_return answer(versionJson(*saved));
}

Task<Response> put(SharedParts parts, std::shared_ptr<Reserved> reserved, Request& request)
{
    const auto answered = co_await putReserved(parts, reserved, request);
    if (!answered)
        co_return Response::arm(answered.error());
    co_return *answered;
}

} // namespace

void addModelRoutes(Router& router, const SharedParts& parts)
{
    addAssetRoutes(router, parts, {"model", "models", "a model", &Registered});
    const auto reserved = std::make_shared<Reserved>();
    router.add("PUT", "$WS/models/{name}/versions/{version}", "desktop, azure-ai-ml", Route::Access::OwnerOnly,
               [parts, reserved](Request& request) { return put(parts, reserved, request); });
}

} // namespace runyard::local
