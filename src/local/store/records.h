#pragma once

#include "core/result.h"

#include <filesystem>

namespace runyard::local {

class Database;
struct Document;

// Copies of the documents (jobs, models, data, code, environments, computes) as files beside the database, DIR/records/KIND/HASH.json,
// so that they outlive a destroyed one. A removed document leaves a file that says so. Each call is durable when it returns.

Result<> keepRecord(const std::filesystem::path& folder, const Document& document);
Result<> keepRemoval(const std::filesystem::path& folder, const Document& document);  // `modified` is the moment
// Writes the records of all documents where no folder of records is there yet: a workspace of an earlier version.
Result<> keepAllRecords(Database& database, const std::filesystem::path& folder);

// The folder that a database lies in.
std::filesystem::path folderOf(const Database& database);
std::filesystem::path recordFile(const std::filesystem::path& folder, const Document& document);

} // namespace runyard::local
