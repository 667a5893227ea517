#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace runyard::local {

enum class Depth { Sample, All };

struct Checked {
    std::vector<std::string> faults;  // sentences for a person
    std::vector<std::string> hints;   // remarkable, but nothing is lost
    bool isDatabaseDamaged = false;
    std::int64_t pages = 0;
    std::int64_t runs = 0;
    std::int64_t points = 0;
    std::int64_t files = 0;           // with a digest
    std::int64_t filesRead = 0;       // whose bytes were compared with it
};

// Looks a workspace over, also while its service runs: the pages of its database, rows against folders and records, files against
// their digests (a sample of 50, or all). Reads only.
Result<Checked> checkWorkspace(const std::filesystem::path& folder, Depth depth);

// Moves a damaged database aside, restores the newest good backup and takes up what was sealed; takes up records that a good one does
// not know. Only while no service runs. Answers what it did, in sentences.
Result<std::vector<std::string>> repairWorkspace(const std::filesystem::path& folder);

} // namespace runyard::local
