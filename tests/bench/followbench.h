#pragma once

#include "world.h"

namespace runyard::bench {

// How old a run's line is when a follower of its log has it.
void logFollow(World& world, const std::filesystem::path& folder);

} // namespace runyard::bench
