#pragma once

#include "core/result.h"

#include <filesystem>

namespace runyard::bench {

// What each run of the store holds.
constexpr int MetricsARun = 10;
constexpr int ParamsARun = 10;
constexpr int TagsARun = 3;
constexpr int ExperimentsOfMany = 8;

// Fills the database of a data folder that no service uses with runs as the service writes them: every tenth is a job, nine of ten are over.
Result<> fillWithRuns(const std::filesystem::path& folder, int runs);

} // namespace runyard::bench
