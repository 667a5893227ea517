// MLflow's registered models: made, described, renamed, removed.
#include "registry.h"

#include "local/blobs/blobs.h"
#include "local/store/records.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

Failure taken(Database& database, const std::string& name, bool isPrompt)
{
    const TextMap tags = modelTags(database, name);
    const auto prompt = tags.find(PromptTag);
    const bool wasPrompt = prompt != tags.end() && prompt->second == "true";
    if (wasPrompt == isPrompt)
        return failure(Error::Code::Conflict, std::string(isPrompt ? "Prompt" : "Registered Model") + " (name=" + name + ") already exists.");
    return failure(Error::Code::Conflict, "Tried to create a " + std::string(isPrompt ? "prompt" : "registered model") + " with name '" + name + "', but the name is already taken by a "
                   + (wasPrompt ? "prompt" : "registered model") + ". MLflow does not allow creating a model and a prompt with the same name.");
}

Task<Result<std::string>> create(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const auto tags = tagsOf(fields);
    const std::string description = fields.text("description");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkRegisteredName(name); !good)
        co_return Failure(good.error());
    RegistryWork work = [=](Database& database) -> Result<std::string> {
        const bool isPrompt = std::find(tags.begin(), tags.end(), std::pair<std::string, std::string>(PromptTag, "true")) != tags.end();
        if (findModel(database, name))
            return taken(database, name, isPrompt);
        const Millis now = nowMillis();
        database.run("INSERT INTO models(name, description, created, modified) VALUES(?1, ?2, ?3, ?3)", name, description, now);
        for (const auto& [key, value] : tags)
            database.run("INSERT OR REPLACE INTO modelTags(name, key, value) VALUES(?, ?, ?)", name, key, value);
        if (auto kept = keepRegisteredModel(database, name); !kept)
            return Failure(kept.error());
        return toText(Json{{"registered_model", modelJson(database, ModelRow{name, description, now, now})}});
    };
    co_return co_await writeRegistry(parts, std::move(work));
}

Task<Result<std::string>> get(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto model = knownModel(database, name);
    if (!model)
        co_return Failure(model.error());
    co_return toText(Json{{"registered_model", modelJson(database, *model)}});
}

Task<Result<std::string>> update(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string description = fields.text("description");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    RegistryWork work = [=](Database& database) -> Result<std::string> {
        auto model = knownModel(database, name);
        if (!model)
            return Failure(model.error());
        model->description = description;
        model->modified = nowMillis();
        database.run("UPDATE models SET description = ?, modified = ? WHERE name = ?", description, model->modified, name);
        if (auto kept = keepRegisteredModel(database, name); !kept)
            return Failure(kept.error());
        return toText(Json{{"registered_model", modelJson(database, *model)}});
    };
    co_return co_await writeRegistry(parts, std::move(work));
}

Result<std::string> renamed(Database& database, const std::string& name, const std::string& newName, const std::string& scope)
{
    auto model = knownModel(database, name);
    if (!model)
        return Failure(model.error());
    if (findModel(database, newName))
        return failure(Error::Code::Conflict, "Registered Model (name=" + newName + ") already exists.");
    model->name = newName;
    model->modified = nowMillis();
    database.run("UPDATE models SET name = ?, modified = ? WHERE name = ?", newName, model->modified, name);
    database.run("UPDATE modelTags SET name = ? WHERE name = ?", newName, name);
    database.run("UPDATE modelAliases SET name = ? WHERE name = ?", newName, name);
    auto versions = versionsOf(database, name);
    database.run("UPDATE documents SET name = ? WHERE kind = 'model' AND name = ?", newName, name);
    for (VersionRow& version : versions) {
        if (auto noted = keepRemoval(folderOf(database), Document{"model", name, version.model.version, {}, 0, nowMillis()}); !noted)
            return Failure(noted.error());
        version.model.name = newName;  // its files stay where they are: the version's uri says where
        if (auto kept = putVersion(database, version.model, scope); !kept)
            return Failure(kept.error());
    }
    for (const std::string& changed : {name, newName}) {
        if (auto kept = keepRegisteredModel(database, changed); !kept)
            return Failure(kept.error());
    }
    return toText(Json{{"registered_model", modelJson(database, *model)}});
}

Task<Result<std::string>> rename(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string newName = fields.needText("new_name");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = mayRemove(asked.who); !good)
        co_return Failure(good.error());
    if (auto good = checkRegisteredName(newName); !good)
        co_return Failure(good.error());
    RegistryWork work = [name, newName, scope = parts.workspacePath](Database& database) { return renamed(database, name, newName, scope); };
    co_return co_await writeRegistry(parts, std::move(work));
}

Task<Result<std::string>> remove(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = mayRemove(asked.who); !good)
        co_return Failure(good.error());
    std::vector<std::string> uris;
    for (const VersionRow& version : versionsOf(parts.store.reader(), name))
        uris.push_back(version.model.uri);
    RegistryWork work = [name](Database& database) -> Result<std::string> {
        if (auto model = knownModel(database, name); !model)
            return Failure(model.error());
        for (const char* table : {"modelTags", "modelAliases", "models"})
            database.run("DELETE FROM " + std::string(table) + " WHERE name = ?", name);
        std::vector<std::string> versions;
        Statement row(database, "SELECT version FROM documents WHERE kind = 'model' AND name = ?");
        row.bind(name);
        while (row.next())
            versions.push_back(row.text(0));
        for (const std::string& version : versions) {
            if (auto removed = removeDocument(database, "model", name, version); !removed)
                return Failure(removed.error());
        }
        if (auto kept = keepRegisteredModel(database, name); !kept)
            return Failure(kept.error());
        return std::string("{}");
    };
    const auto answer = co_await writeRegistry(parts, std::move(work));
    if (answer) {
        for (const std::string& uri : uris)
            co_await parts.blobs.discardModel(uri);
    }
    co_return answer;
}

Task<Result<std::string>> setTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string key = fields.needText("key");
    const std::string value = fields.text("value");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkModelTag(key, value); !good)
        co_return Failure(good.error());
    ModelWork work = [=](Database& database) -> Result<> {
        database.run("INSERT OR REPLACE INTO modelTags(name, key, value) VALUES(?, ?, ?)", name, key, value);
        return {};
    };
    co_return co_await changeModel(parts, name, std::move(work));
}

Task<Result<std::string>> deleteTag(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string key = fields.needText("key");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    ModelWork work = [=](Database& database) -> Result<> {
        database.run("DELETE FROM modelTags WHERE name = ? AND key = ?", name, key);
        return {};
    };
    co_return co_await changeModel(parts, name, std::move(work));
}

Task<Result<std::string>> latest(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    std::vector<std::string> stages;
    for (const std::string& text : fields.texts("stages")) {
        const auto stage = canonicalStage(text);
        if (stage)
            stages.push_back(*stage);
        else
            fields.refuse(stage.error().message);
    }
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto model = knownModel(database, name);
    if (!model)
        co_return Failure(model.error());
    Json found = Json::array();
    const Json whole = modelJson(database, *model);
    for (const Json& version : whole["latest_versions"]) {
        const bool isWanted = stages.empty() || std::find(stages.begin(), stages.end(), version["current_stage"].get<std::string>()) != stages.end();
        if (isWanted)
            found.push_back(version);
    }
    Json answer = Json::object();
    if (!found.empty())
        answer["model_versions"] = std::move(found);
    co_return toText(answer);
}

} // namespace

void addModelCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "registered-models/create", create);
    addCall(router, parts, "GET", "registered-models/get", get);
    addCall(router, parts, "PATCH", "registered-models/update", update);
    addCall(router, parts, "POST", "registered-models/rename", rename);
    addCall(router, parts, "DELETE", "registered-models/delete", remove);
    addCall(router, parts, "POST", "registered-models/set-tag", setTag);
    addCall(router, parts, "DELETE", "registered-models/delete-tag", deleteTag);
    addCall(router, parts, "POST", "registered-models/get-latest-versions", latest);
    addCall(router, parts, "GET", "registered-models/get-latest-versions", latest);
}

} // namespace runyard::local
