#pragma once

#include "database.h"
#include "runs.h"

#include <filesystem>

namespace runyard::local {

// The record of a run, sealed into its folder at its end: run, params, tags, properties, metrics, entries, datasets as JSON.
Result<std::string> runRecord(Database& database, const std::string& id);
// How it ended, as record/state.json has it: known only after the record was sealed.
std::string stateRecord(const RunChange& end);

// Puts a record into the database. A run that is there and ended stays as it is. Answers the points of metrics that were new; an
// error where it is no record.
Result<std::int64_t> addRunRecord(Database& database, const std::string& record, const std::string& state);

} // namespace runyard::local
