#pragma once

#include "core/result.h"

#include <string>

namespace runyard::local {

class Database;
struct Document;

// What MLflow knows of experiments, registered models and logged models lies in tables of its own. Each of these also is a document of the
// kind below, and so a record beside the database that outlives it. Within an operation of the writer, after the tables were changed.
namespace kind {
constexpr const char* Experiment = "experiment";            // name: its number
constexpr const char* RegisteredModel = "registeredModel";  // name: its name
constexpr const char* LoggedModel = "loggedModel";          // name: its id
} // namespace kind

Result<> keepExperiment(Database& database, std::int64_t id);
Result<> keepRegisteredModel(Database& database, const std::string& name);  // also that it is there no more
Result<> keepLoggedModel(Database& database, const std::string& id);
// Those that have no document yet: a workspace of an earlier version, or one that was taken up from the records of runs.
Result<> keepMissingEntries(Database& database);
Result<> keepMissingEntriesOnce(Database& database);  // looks only where nobody has looked yet

// Puts a document of these kinds back into the tables; nothing for other kinds.
Result<> restoreEntry(Database& database, const Document& document);
void forgetEntry(Database& database, const Document& document);  // that was removed

} // namespace runyard::local
