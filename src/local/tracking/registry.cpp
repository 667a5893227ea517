#include "registry.h"

#include "jsonreader.h"
#include "local/server/changes.h"
#include "local/store/store.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace runyard::local {

namespace {

constexpr std::size_t TagKeyLimit = 250;
constexpr std::size_t TagValueLimit = 100'000;
constexpr std::array<const char*, 4> Stages{"None", "Staging", "Production", "Archived"};

std::string propertyOf(const api::ModelVersion& model, const char* name)
{
    const auto found = model.properties.find(name);
    return found == model.properties.end() ? std::string() : found->second;
}

Json listOf(const TextMap& texts)
{
    Json list = Json::array();
    for (const auto& [key, value] : texts)
        list.push_back(Json{{"key", key}, {"value", value}});
    return list;
}

std::size_t lengthOf(const std::string& text)  // in characters
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// The newest version of each stage.
Json latestVersions(Database& database, const std::string& name)
{
    Json latest = Json::array();
    std::vector<std::string> seen;
    for (const VersionRow& version : versionsOf(database, name)) {
        const std::string stage = stageOf(version);
        if (std::find(seen.begin(), seen.end(), stage) != seen.end())
            continue;
        seen.push_back(stage);
        latest.push_back(versionJson(database, version));
    }
    return latest;
}

} // namespace

Result<> checkRegisteredName(const std::string& name)
{
    if (name.find_first_not_of(" \t\r\n") == std::string::npos)
        return failure(Error::Code::Invalid, "Missing value for required parameter 'name'.");
    if (name.find_first_of("/:") != std::string::npos)
        return failure(Error::Code::Invalid, "Invalid model name '" + name + "'. Names cannot contain '/' or ':'.");
    if (name == "." || name == "..")
        return failure(Error::Code::Invalid, "Invalid value " + toText(Json(name)) + " for parameter 'name' supplied: Names may be treated as files in certain cases, and must not resolve"
                       " to other names when treated as such. This name would resolve to '" + name + "'");
    if (lengthOf(name) > 256 || name.size() > 255)
        return failure(Error::Code::Invalid, "'name' exceeds the maximum length of 255 characters");
    return {};
}

Result<ModelRow> knownModel(Database& database, const std::string& name)
{
    if (auto good = checkRegisteredName(name); !good)
        return Failure(good.error());
    if (auto found = findModel(database, name))
        return *found;
    return failure(Error::Code::NotFound, "Registered Model with name=" + name + " not found");
}

Result<VersionRow> knownVersion(Database& database, const std::string& name, const std::string& version)
{
    if (auto good = checkRegisteredName(name); !good)
        return Failure(good.error());
    if (auto found = findVersion(database, name, version))
        return *found;
    const auto number = JsonReader::toInteger(version);
    if (!number)
        return failure(Error::Code::Invalid, "Parameter 'version' must be an integer, got '" + version + "'.");
    if (auto found = findVersion(database, name, std::to_string(*number)))
        return *found;
    return failure(Error::Code::NotFound, "Model Version (name=" + name + ", version=" + std::to_string(*number) + ") not found");
}

std::string stageOf(const VersionRow& version)
{
    const auto stage = canonicalStage(propertyOf(version.model, property::Stage));
    return stage ? *stage : "None";  // Azure's clients may call it anything
}

Result<std::string> canonicalStage(const std::string& stage)
{
    const auto isSame = [&stage](const char* known) {
        const std::string_view text(known);
        return std::equal(text.begin(), text.end(), stage.begin(), stage.end(), [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    };
    if (const auto found = std::find_if(Stages.begin(), Stages.end(), isSame); found != Stages.end())
        return std::string(*found);
    return failure(Error::Code::Invalid, "Invalid Model Version stage: " + stage + ". Value must be one of None, Staging, Production, Archived.");
}

Json versionJson(Database& database, const VersionRow& version)
{
    const api::ModelVersion& model = version.model;
    const std::string source = propertyOf(model, property::Source);
    Json aliases = Json::array();
    for (const auto& [alias, number] : modelAliases(database, model.name)) {
        if (number == model.version)
            aliases.push_back(alias);
    }
    Json json{{"name", model.name}, {"version", model.version}, {"creation_timestamp", version.created}, {"last_updated_timestamp", version.modified},
        {"current_stage", stageOf(version)}, {"description", model.description}, {"source", source.empty() ? model.uri : source}, {"run_id", model.jobName},
        {"status", "READY"}, {"tags", listOf(model.tags)}, {"run_link", propertyOf(model, property::RunLink)}};
    if (!aliases.empty())
        json["aliases"] = std::move(aliases);
    if (const std::string id = propertyOf(model, property::ModelId); !id.empty())
        json["model_id"] = id;
    return json;
}

Json modelJson(Database& database, const ModelRow& model)
{
    Json aliases = Json::array();
    for (const auto& [alias, version] : modelAliases(database, model.name))
        aliases.push_back(Json{{"alias", alias}, {"version", version}});
    Json json{{"name", model.name}, {"creation_timestamp", model.created}, {"last_updated_timestamp", model.modified}, {"description", model.description},
        {"latest_versions", latestVersions(database, model.name)}, {"tags", listOf(modelTags(database, model.name))}, {"aliases", std::move(aliases)}};
    return json;
}

Result<> checkModelTag(const std::string& key, const std::string& value)
{
    if (key.size() > TagKeyLimit)
        return failure(Error::Code::Invalid, "'key' exceeds the maximum length of " + std::to_string(TagKeyLimit) + " characters");
    if (auto good = checkKey(key, "key"); !good)
        return good;
    if (lengthOf(value) > TagValueLimit)
        return failure(Error::Code::Invalid, "'value' exceeds the maximum length of " + std::to_string(TagValueLimit) + " characters");
    return {};
}

std::vector<std::pair<std::string, std::string>> tagsOf(Fields& fields)
{
    auto tags = fields.pairs("tags");
    for (const auto& [key, value] : tags) {
        if (auto good = checkModelTag(key, value); !good)
            fields.refuse(good.error().message);
    }
    return tags;
}

Task<Result<std::string>> writeRegistry(TrackingParts parts, RegistryWork work)
{
    auto answer = co_await parts.store.write<std::string>(std::move(work));
    if (answer)
        parts.changes.touch("workspace");
    co_return answer;
}

Task<Result<std::string>> changeModel(TrackingParts parts, std::string name, ModelWork work)
{
    RegistryWork whole = [name = std::move(name), work = std::move(work)](Database& database) -> Result<std::string> {
        if (auto model = knownModel(database, name); !model)
            return Failure(model.error());
        if (auto done = work(database); !done)
            return Failure(done.error());
        if (auto kept = keepRegisteredModel(database, name); !kept)
            return Failure(kept.error());
        return std::string("{}");
    };
    co_return co_await writeRegistry(parts, std::move(whole));
}

Result<> mayRemove(const Identity& who)
{
    if (who.kind == Identity::Kind::Run)
        return failure(Error::Code::Forbidden, "The token of a run may register models, not remove or rename them.");
    return {};
}

} // namespace runyard::local
