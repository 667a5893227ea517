#include "registryrecords.h"

#include "documents.h"
#include "modelrows.h"

#include <nlohmann/json.hpp>

namespace runyard::local {

using Json = nlohmann::json;

namespace {

constexpr const char* Marker = "entries";  // name of the document that says that all have theirs

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

template<typename Key>
Json textsBy(Database& database, const std::string& table, const char* column, const Key& key)
{
    Statement row(database, "SELECT key, value FROM " + table + " WHERE " + column + " = ? ORDER BY key");
    row.bind(key);
    Json texts = Json::object();
    while (row.next())
        texts[row.text(0)] = row.text(1);
    return texts;
}

template<typename Key>
void putTexts(Database& database, const std::string& table, const char* column, const Key& key, const Json& texts)
{
    database.run("DELETE FROM " + table + " WHERE " + column + " = ?", key);
    for (const auto& [name, value] : texts.items())
        database.run("INSERT INTO " + table + "(" + column + ", key, value) VALUES(?, ?, ?)", key, name, value.template get<std::string>());
}

Result<> kept(const Result<Document>& put) { return put ? Result<>() : Result<>(Failure(put.error())); }

bool isKept(Database& database, const char* kind, const std::string& name)
{
    return database.number("SELECT 1 FROM documents WHERE kind = ? AND name = ? AND version = ''", kind, name).has_value();
}

std::vector<std::string> unkept(Database& database, const std::string& column, const std::string& table, const char* kind)
{
    Statement row(database, "SELECT " + column + " FROM " + table + " WHERE NOT EXISTS(SELECT 1 FROM documents WHERE kind = ? AND documents.name = " + column + " AND version = '')");
    row.bind(kind);
    std::vector<std::string> names;
    while (row.next())
        names.push_back(row.text(0));
    return names;
}

// The experiment that the document tells of, by the guid that it had from its beginning; the workspace's first one is made anew with the database.
Result<std::int64_t> placeOf(Database& database, std::int64_t id, const std::string& guid)
{
    if (const auto same = database.number("SELECT id FROM experiments WHERE guid = ?", guid))
        return *same;
    const auto other = findExperiment(database, id);
    if (other && id != 0)
        return failure(Error::Code::Conflict, "the number " + std::to_string(id) + " belongs to the experiment “" + other->name + "”.");
    if (!other)
        database.run("INSERT INTO experiments(id, guid, name, location, created, modified) VALUES(?1, ?2, ?2, '', 0, 0)", id, guid);
    return id;
}

Result<> restoreExperiment(Database& database, const Document& document, const Json& json)
{
    const std::string name = json.at("name").get<std::string>(), guid = json.at("guid").get<std::string>();
    const auto id = placeOf(database, std::strtoll(document.name.c_str(), nullptr, 10), guid);
    if (!id)
        return Failure(id.error());
    // Somebody else had the name in an older database: its own record says what it is called now.
    database.run("UPDATE experiments SET name = name || ' (' || id || ')' WHERE name = ? AND id <> ?", name, *id);
    database.run("UPDATE experiments SET guid = ?, name = ?, location = ?, isDeleted = ?, created = ?, modified = ? WHERE id = ?", guid, name, json.value("location", ""),
                 json.value("isDeleted", 0), json.value("created", Millis(0)), json.value("modified", Millis(0)), *id);
    putTexts(database, "experimentTags", "experiment", *id, json.at("tags"));
    return {};
}

Result<> restoreRegisteredModel(Database& database, const std::string& name, const Json& json)
{
    database.run("INSERT INTO models(name, description, created, modified, lastVersion) VALUES(?, ?, ?, ?, ?)"
                 " ON CONFLICT(name) DO UPDATE SET description = excluded.description, created = excluded.created, modified = excluded.modified,"
                 " lastVersion = max(lastVersion, excluded.lastVersion)",
                 name, json.value("description", ""), json.value("created", Millis(0)), json.value("modified", Millis(0)), json.value("lastVersion", std::int64_t(0)));
    putTexts(database, "modelTags", "name", name, json.at("tags"));
    database.run("DELETE FROM modelAliases WHERE name = ?", name);
    for (const auto& [alias, version] : json.at("aliases").items())
        database.run("INSERT INTO modelAliases(name, alias, version) VALUES(?, ?, ?)", name, alias, version.get<std::string>());
    return {};
}

Result<> restoreLoggedModel(Database& database, const std::string& id, const Json& json)
{
    database.run("INSERT INTO loggedModels(id, experiment, name, type, status, sourceRun, created, modified, isDeleted) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
                 " ON CONFLICT(id) DO UPDATE SET status = excluded.status, modified = excluded.modified, isDeleted = excluded.isDeleted",
                 id, json.at("experiment").get<std::int64_t>(), json.value("name", ""), json.value("type", ""), json.value("status", 1), json.value("sourceRun", ""), json.value("created", Millis(0)),
                 json.value("modified", Millis(0)), json.value("isDeleted", 0));
    const auto serial = database.number("SELECT serial FROM loggedModels WHERE id = ?", id).value_or(0);
    putTexts(database, "loggedModelParams", "model", serial, json.at("params"));
    putTexts(database, "loggedModelTags", "model", serial, json.at("tags"));
    return {};
}

} // namespace

Result<> keepExperiment(Database& database, std::int64_t id)
{
    const auto row = findExperiment(database, id);
    if (!row)
        return {};
    const Json json{{"guid", row->guid}, {"name", row->name}, {"location", row->location}, {"isDeleted", row->isDeleted ? 1 : 0}, {"created", row->created}, {"modified", row->modified},
        {"tags", textsBy(database, "experimentTags", "experiment", id)}};
    return kept(putDocument(database, kind::Experiment, std::to_string(id), "", dump(json)));
}

Result<> keepRegisteredModel(Database& database, const std::string& name)
{
    const auto row = findModel(database, name);
    if (!row)
        return isKept(database, kind::RegisteredModel, name) ? removeDocument(database, kind::RegisteredModel, name, "") : Result<>();
    const Json json{{"description", row->description}, {"created", row->created}, {"modified", row->modified}, {"lastVersion", row->lastVersion}, {"tags", modelTags(database, name)},
        {"aliases", modelAliases(database, name)}};
    return kept(putDocument(database, kind::RegisteredModel, name, "", dump(json)));
}

Result<> keepLoggedModel(Database& database, const std::string& id)
{
    Statement row(database, "SELECT serial, experiment, name, type, status, sourceRun, created, modified, isDeleted FROM loggedModels WHERE id = ?");
    row.bind(id);
    if (!row.next())
        return {};
    const std::int64_t serial = row.integer(0);
    const Json json{{"experiment", row.integer(1)}, {"name", row.text(2)}, {"type", row.text(3)}, {"status", row.integer(4)}, {"sourceRun", row.text(5)}, {"created", row.integer(6)},
        {"modified", row.integer(7)}, {"isDeleted", row.integer(8)}, {"params", textsBy(database, "loggedModelParams", "model", serial)},
        {"tags", textsBy(database, "loggedModelTags", "model", serial)}};
    return kept(putDocument(database, kind::LoggedModel, id, "", dump(json)));
}

Result<> keepMissingEntries(Database& database)
{
    for (const std::string& id : unkept(database, "CAST(experiments.id AS TEXT)", "experiments", kind::Experiment)) {
        if (auto done = keepExperiment(database, std::strtoll(id.c_str(), nullptr, 10)); !done)
            return done;
    }
    for (const std::string& name : unkept(database, "models.name", "models", kind::RegisteredModel)) {
        if (auto done = keepRegisteredModel(database, name); !done)
            return done;
    }
    for (const std::string& id : unkept(database, "loggedModels.id", "loggedModels", kind::LoggedModel)) {
        if (auto done = keepLoggedModel(database, id); !done)
            return done;
    }
    return kept(putDocument(database, "records", Marker, "", "{}"));
}

Result<> keepMissingEntriesOnce(Database& database)
{
    return isKept(database, "records", Marker) ? Result<>() : keepMissingEntries(database);
}

Result<> restoreEntry(Database& database, const Document& document)
{
    const bool isOurs = document.kind == kind::Experiment || document.kind == kind::RegisteredModel || document.kind == kind::LoggedModel;
    if (!isOurs)
        return {};
    try {
        const Json json = Json::parse(document.json);
        if (document.kind == kind::Experiment)
            return restoreExperiment(database, document, json);
        return document.kind == kind::RegisteredModel ? restoreRegisteredModel(database, document.name, json) : restoreLoggedModel(database, document.name, json);
    } catch (const Json::exception& fault) {
        return failure(Error::Code::Protocol, "it is of no form that is known.", fault.what());
    }
}

void forgetEntry(Database& database, const Document& document)
{
    if (document.kind != kind::RegisteredModel)
        return;
    for (const char* table : {"modelTags", "modelAliases", "models"})
        database.run("DELETE FROM " + std::string(table) + " WHERE name = ?", document.name);
}

} // namespace runyard::local
