#include "records.h"

#include "core/files.h"
#include "core/hash.h"
#include "database.h"
#include "store.h"

#include <nlohmann/json.hpp>
#include <sqlite3.h>

namespace runyard::local {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

Json keyOf(const Document& document)
{
    return {{"kind", document.kind}, {"name", document.name}, {"version", document.version}, {"modified", document.modified}};
}

Result<> write(const fs::path& file, const Json& record)
{
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error)
        return Failure(fileError(file.parent_path(), "be made", error.value()));
    return writeFileDurably(file, record.dump(1, ' ', false, Json::error_handler_t::replace) + '\n', 0600);
}

} // namespace

fs::path folderOf(const Database& database)
{
    const char* file = sqlite3_db_filename(database.handle(), "main");
    return fs::path(file ? file : "").parent_path();
}

fs::path recordFile(const fs::path& folder, const Document& document)
{
    const std::string key = document.kind + '\n' + document.name + '\n' + document.version;
    return folder / "records" / document.kind / (sha256Hex(key).substr(0, 32) + ".json");
}

Result<> keepRecord(const fs::path& folder, const Document& document)
{
    Json record = keyOf(document);
    record["created"] = document.created;
    record["json"] = document.json;
    return write(recordFile(folder, document), record);
}

Result<> keepRemoval(const fs::path& folder, const Document& document)
{
    Json record = keyOf(document);
    record["isRemoved"] = true;
    return write(recordFile(folder, document), record);
}

Result<> keepAllRecords(Database& database, const fs::path& folder)
{
    std::error_code error;
    const fs::path whole = folder / "records";
    if (fs::exists(whole, error))
        return {};
    // Made under another name first: a folder that is there is a whole one.
    const fs::path begun = folder / "records.begun";
    fs::remove_all(begun, error);
    fs::create_directories(begun / "records", error);
    Statement row(database, "SELECT kind, name, version, json, created, modified FROM documents");
    while (row.next()) {
        if (auto kept = keepRecord(begun, Document{row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.integer(5)}); !kept)
            return kept;
    }
    if (auto fault = database.takeFault())
        return Failure(*fault);
    fs::rename(begun / "records", whole, error);
    if (error)
        return Failure(fileError(whole, "be made", error.value()));
    fs::remove_all(begun, error);
    return syncFolder(folder);
}

} // namespace runyard::local
