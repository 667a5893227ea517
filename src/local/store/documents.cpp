#include "database.h"
#include "records.h"
#include "registryrecords.h"
#include "store.h"

namespace runyard::local {

namespace {

Document readRow(const Statement& row)
{
    return Document{row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.integer(5)};
}

} // namespace

Result<Document> putDocument(Database& database, const std::string& kind, const std::string& name, const std::string& version, const std::string& json)
{
    const Millis now = nowMillis();
    database.run("INSERT INTO documents(kind, name, version, json, created, modified) VALUES(?1, ?2, ?3, ?4, ?5, ?5)"
                 " ON CONFLICT(kind, name, version) DO UPDATE SET json = excluded.json, modified = excluded.modified",
                 kind, name, version, json, now);
    const auto created = database.number("SELECT created FROM documents WHERE kind = ? AND name = ? AND version = ?", kind, name, version);
    const Document document{kind, name, version, json, created.value_or(now), now};
    if (database.hasFault())
        return document;  // undone by whoever runs this
    if (auto kept = keepRecord(folderOf(database), document); !kept)
        return Failure(kept.error());
    // A new version is news of its registered model too.
    if (auto kept = kind == "model" && document.created == now ? keepRegisteredModel(database, name) : Result<>(); !kept)
        return Failure(kept.error());
    return document;
}

Result<> removeDocument(Database& database, const std::string& kind, const std::string& name, const std::string& version)
{
    const auto gone = database.run("DELETE FROM documents WHERE kind = ? AND name = ? AND version = ?", kind, name, version);
    if (gone == 0 && !database.hasFault())
        return failure(Error::Code::NotFound, "There is no " + kind + " “" + name + "”.", version);
    if (database.hasFault())
        return {};
    return keepRemoval(folderOf(database), Document{kind, name, version, {}, 0, nowMillis()});
}

Task<Result<Document>> Documents::put(std::string kind, std::string name, std::string version, std::string json)
{
    std::function<Result<Document>(Database&)> operation = [=](Database& database) { return putDocument(database, kind, name, version, json); };
    co_return co_await m_store.write<Document>(std::move(operation));
}

Task<Result<>> Documents::remove(std::string kind, std::string name, std::string version)
{
    std::function<Result<>(Database&)> operation = [=](Database& database) { return removeDocument(database, kind, name, version); };
    co_return co_await m_store.write<void>(std::move(operation));
}

std::optional<Document> Documents::get(const std::string& kind, const std::string& name, const std::string& version)
{
    Statement row(m_store.reader(), "SELECT kind, name, version, json, created, modified FROM documents WHERE kind = ? AND name = ? AND version = ?");
    row.bind(kind).bind(name).bind(version);
    if (!row.next())
        return std::nullopt;
    return readRow(row);
}

std::vector<Document> Documents::list(const std::string& kind, const std::string& name)
{
    const char* sql = name.empty() ? "SELECT kind, name, version, json, created, modified FROM documents WHERE kind = ? ORDER BY serial DESC"
                                   : "SELECT kind, name, version, json, created, modified FROM documents WHERE kind = ? AND name = ? ORDER BY serial DESC";
    Statement row(m_store.reader(), sql);
    row.bind(kind);
    if (!name.empty())
        row.bind(name);
    std::vector<Document> found;
    while (row.next())
        found.push_back(readRow(row));
    return found;
}

} // namespace runyard::local
