// Versions of MLflow's registered models: read, described, staged, removed.
#include "registry.h"

#include "local/blobs/blobs.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

struct Named {
    std::string name;
    std::string version;
};

Named namedBy(Fields& fields)
{
    const std::string name = fields.needText("name");
    return Named{name, fields.needText("version")};
}

// Changes a version's document and answers it.
using VersionWork = std::function<Result<>(Database&, api::ModelVersion&)>;
Task<Result<std::string>> change(TrackingParts parts, Named named, VersionWork work)
{
    RegistryWork all = [named, work, scope = parts.workspacePath](Database& database) -> Result<std::string> {
        auto version = knownVersion(database, named.name, named.version);
        if (!version)
            return Failure(version.error());
        if (auto done = work(database, version->model); !done)
            return Failure(done.error());
        if (auto kept = putVersion(database, version->model, scope); !kept)
            return Failure(kept.error());
        version->modified = nowMillis();
        return toText(Json{{"model_version", versionJson(database, *version)}});
    };
    co_return co_await writeRegistry(parts, std::move(all));
}

Task<Result<std::string>> get(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const Named named = namedBy(fields);
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto version = knownVersion(database, named.name, named.version);
    if (!version)
        co_return Failure(version.error());
    co_return toText(Json{{"model_version", versionJson(database, *version)}});
}

Task<Result<std::string>> update(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const Named named = namedBy(fields);
    const std::string description = fields.text("description");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    VersionWork work = [description](Database&, api::ModelVersion& model) -> Result<> {
        model.description = description;
        return {};
    };
    co_return co_await change(parts, named, std::move(work));
}

// The other versions of a stage go to Archived.
Result<> archiveOthers(Database& database, const api::ModelVersion& model, const std::string& stage, const std::string& scope)
{
    for (VersionRow& other : versionsOf(database, model.name)) {
        if (other.model.version == model.version || stageOf(other) != stage)
            continue;
        other.model.properties[property::Stage] = "Archived";
        if (auto kept = putVersion(database, other.model, scope); !kept)
            return kept;
    }
    return {};
}

Task<Result<std::string>> transition(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const Named named = namedBy(fields);
    const std::string wanted = fields.needText("stage");
    const bool isArchiving = fields.flag("archive_existing_versions");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    const auto stage = canonicalStage(wanted);
    if (!stage)
        co_return Failure(stage.error());
    if (isArchiving && *stage != "Staging" && *stage != "Production")
        co_return failure(Error::Code::Invalid, "Model version transition cannot archive existing model versions because '" + wanted
                          + "' is not an Active stage. Valid stages are ['Staging', 'Production']");
    VersionWork work = [stage = *stage, isArchiving, scope = parts.workspacePath](Database& database, api::ModelVersion& model) -> Result<> {
        if (auto done = isArchiving ? archiveOthers(database, model, stage, scope) : Result<>(); !done)
            return done;
        model.properties[property::Stage] = stage;
        touchModel(database, model.name);
        return keepRegisteredModel(database, model.name);
    };
    co_return co_await change(parts, named, std::move(work));
}

Task<Result<std::string>> remove(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const Named named = namedBy(fields);
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = mayRemove(asked.who); !good)
        co_return Failure(good.error());
    const auto gone = std::make_shared<std::string>();
    RegistryWork work = [named, gone](Database& database) -> Result<std::string> {
        const auto version = knownVersion(database, named.name, named.version);
        if (!version)
            return Failure(version.error());
        const std::string& number = version->model.version;
        *gone = version->model.uri;
        database.run("DELETE FROM modelAliases WHERE name = ? AND version = ?", named.name, number);
        if (auto removed = removeDocument(database, "model", named.name, number); !removed)
            return Failure(removed.error());
        touchModel(database, named.name);
        if (auto kept = keepRegisteredModel(database, named.name); !kept)
            return Failure(kept.error());
        return std::string("{}");
    };
    const auto answer = co_await writeRegistry(parts, std::move(work));
    if (answer)
        co_await parts.blobs.discardModel(*gone);
    co_return answer;
}

Task<Result<std::string>> downloadUri(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const Named named = namedBy(fields);
    if (auto fault = fields.error())
        co_return Failure(*fault);
    const auto version = knownVersion(parts.store.reader(), named.name, named.version);
    if (!version)
        co_return Failure(version.error());
    const auto& properties = version->model.properties;
    const auto source = properties.find(property::Source);
    std::string uri = placeOfVersion(version->model);
    if (uri.empty())
        uri = source == properties.end() ? version->model.uri : source->second;
    co_return toText(Json{{"artifact_uri", uri}});
}

Task<Result<std::string>> setTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const Named named = namedBy(fields);
    const std::string key = fields.needText("key");
    const std::string value = fields.text("value");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkModelTag(key, value); !good)
        co_return Failure(good.error());
    VersionWork work = [key, value](Database&, api::ModelVersion& model) -> Result<> {
        model.tags[key] = value;
        return {};
    };
    const auto done = co_await change(parts, named, std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string("{}");
}

Task<Result<std::string>> deleteTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const Named named = namedBy(fields);
    const std::string key = fields.needText("key");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    VersionWork work = [key](Database&, api::ModelVersion& model) -> Result<> {
        model.tags.erase(key);
        return {};
    };
    const auto done = co_await change(parts, named, std::move(work));
    if (!done)
        co_return Failure(done.error());
    co_return std::string("{}");
}

} // namespace

void addVersionCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "GET", "model-versions/get", get);
    addCall(router, parts, "PATCH", "model-versions/update", update);
    addCall(router, parts, "POST", "model-versions/transition-stage", transition);
    addCall(router, parts, "DELETE", "model-versions/delete", remove);
    addCall(router, parts, "GET", "model-versions/get-download-uri", downloadUri);
    addCall(router, parts, "POST", "model-versions/set-tag", setTag);
    addCall(router, parts, "DELETE", "model-versions/delete-tag", deleteTag);
}

} // namespace runyard::local
