#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace runyard::local {

class Database;

// What a database was given back from the folders beside it.
struct Reindexed {
    int runs = 0;               // that it did not know, or knew as unfinished and that are sealed
    int documents = 0;          // jobs, models, data, experiments … that it did not know in this form
    std::int64_t points = 0;    // of metrics
    std::vector<std::string> notes;  // sentences: records that cannot be read
};

// Takes up into a restored database what the workspace's folder knows better: DIR/records, and the sealed records DIR/runs/ID/record.
// A run that was under way comes back with its job, to be taken up by the scheduler. Doing it again changes nothing.
Result<Reindexed> reindex(Database& database, const std::filesystem::path& folder);

std::string toSentence(const Reindexed& done);

} // namespace runyard::local
