#pragma once

#include "database.h"
#include "runs.h"

#include <map>

namespace runyard::local {

// Rows of runs and experiments, read by either connection and written inside a write operation. Functions that write leave a
// failing disk to Database's fault and answer an error only for what the caller did wrong.

struct ExperimentRow {
    std::int64_t id = 0;
    std::string guid;
    std::string name;
    std::string location;
    bool isDeleted = false;
    Millis created = 0;
    Millis modified = 0;
};

// A run with what only the service needs to know of it.
struct RunRow : RunRecord {
    std::string creator;  // the run whose token made it
    std::string parent;
    std::string user;
    bool isDeleted = false;
    bool isArchived = false;
};

std::optional<ExperimentRow> findExperiment(Database& database, std::int64_t id);
std::optional<ExperimentRow> findExperiment(Database& database, const std::string& name);
// Conflict where the name is taken, also by a deleted one.
Result<ExperimentRow> insertExperiment(Database& database, std::string name, std::string location);
// By name, made where it is missing.
Result<ExperimentRow> ensureExperiment(Database& database, const std::string& name);

std::optional<RunRow> findRun(Database& database, const std::string& id);
// Runs by a condition on `runs` (its tail may hold ORDER BY and LIMIT), which must be a literal.
template<typename... Values>
std::vector<RunRow> findRuns(Database& database, std::string_view tail, const Values&... values);
Result<RunRow> insertRun(Database& database, RunRow run);
void updateRun(Database& database, const std::string& id, const RunChange& change);

using TextMap = std::map<std::string, std::string>;
enum class TextTable { Params, Tags, Properties };
TextMap textsOf(Database& database, TextTable table, std::int64_t run);
void setText(Database& database, TextTable table, std::int64_t run, const std::string& key, const std::string& value);

// An artifact root that the MLflow client reaches through the tracking server.
std::string artifactUri(const ExperimentRow& experiment, const std::string& runId);

std::string runSelect(std::string_view tail);
RunRow readRun(const Statement& row);

template<typename... Values>
std::vector<RunRow> findRuns(Database& database, std::string_view tail, const Values&... values)
{
    Statement row(database, runSelect(tail));
    (row.bind(values), ...);
    std::vector<RunRow> found;
    while (row.next())
        found.push_back(readRun(row));
    return found;
}

} // namespace runyard::local
