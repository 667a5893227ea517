#include "modelrows.h"

#include "api/json.h"
#include "core/time.h"
#include "documents.h"

namespace runyard::local {

namespace {

TextMap pairs(Database& database, const char* sql, const std::string& name)
{
    Statement row(database, sql);
    row.bind(name);
    TextMap found;
    while (row.next())
        found.emplace(row.text(0), row.text(1));
    return found;
}

} // namespace

std::string isNoPrompt(const std::string& column)
{
    return "NOT EXISTS(SELECT 1 FROM modelTags p WHERE p.name = " + column + " AND p.key = '" + PromptTag + "' AND p.value = 'true')";
}

std::string modelSelect(std::string_view tail)
{
    return "SELECT name, description, created, modified, lastVersion FROM models " + std::string(tail);
}

ModelRow readModelRow(const Statement& row)
{
    return ModelRow{row.text(0), row.text(1), row.integer(2), row.integer(3), row.integer(4)};
}

std::optional<ModelRow> findModel(Database& database, const std::string& name)
{
    Statement row(database, modelSelect("WHERE name = ?"));
    row.bind(name);
    if (!row.next())
        return std::nullopt;
    return readModelRow(row);
}

TextMap modelTags(Database& database, const std::string& name)
{
    return pairs(database, "SELECT key, value FROM modelTags WHERE name = ? ORDER BY key", name);
}

TextMap modelAliases(Database& database, const std::string& name)
{
    return pairs(database, "SELECT alias, version FROM modelAliases WHERE name = ? ORDER BY alias", name);
}

void touchModel(Database& database, const std::string& name)
{
    database.run("UPDATE models SET modified = ? WHERE name = ?", nowMillis(), name);
}

std::string versionSelect(std::string_view tail)
{
    return "SELECT d.name, d.version, d.json, d.created, d.modified, json_extract(d.json, '$.properties.stage') FROM documents d WHERE d.kind = 'model' " + std::string(tail);
}

std::optional<VersionRow> readVersionRow(const Statement& row)
{
    auto model = api::read<api::ModelVersion>(row.text(2));
    if (!model)
        return std::nullopt;
    model->name = row.text(0);
    model->version = row.text(1);
    if (!row.isNull(5))
        model->properties[property::Stage] = row.text(5);
    return VersionRow{std::move(*model), row.integer(3), row.integer(4)};
}

std::optional<VersionRow> findVersion(Database& database, const std::string& name, const std::string& version)
{
    Statement row(database, versionSelect("AND d.name = ? AND d.version = ?"));
    row.bind(name).bind(version);
    if (!row.next())
        return std::nullopt;
    return readVersionRow(row);
}

std::vector<VersionRow> versionsOf(Database& database, const std::string& name)
{
    Statement row(database, versionSelect("AND d.name = ? ORDER BY CAST(d.version AS INTEGER) DESC, d.serial DESC"));
    row.bind(name);
    std::vector<VersionRow> found;
    while (row.next()) {
        if (auto version = readVersionRow(row))
            found.push_back(std::move(*version));
    }
    return found;
}

Result<> putVersion(Database& database, const api::ModelVersion& model, const std::string& scope)
{
    api::Json json = api::toJson(model, scope);
    if (const auto stage = model.properties.find(property::Stage); stage != model.properties.end()) {  // Azure has a place for it
        json["properties"]["stage"] = stage->second;
        json["properties"]["properties"].erase(property::Stage);
    }
    const auto old = database.text("SELECT json FROM documents WHERE kind = 'model' AND name = ? AND version = ?", model.name, model.version);
    if (old) {  // what others keep in it stays
        api::Json kept = api::Json::parse(*old, nullptr, false);
        for (const char* key : {"modelType", "modelUri", "jobName", "description", "tags", "properties", "stage"})
            kept["properties"][key] = json["properties"][key];
        kept["id"] = json["id"];
        json = std::move(kept);
    }
    const auto kept = putDocument(database, "model", model.name, model.version, json.dump(-1, ' ', false, api::Json::error_handler_t::replace));
    return kept ? Result<>() : Result<>(Failure(kept.error()));
}

} // namespace runyard::local
