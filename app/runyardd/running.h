#pragma once

#include <filesystem>

namespace runyard {

// Whether a service for this folder answers: its service.json is read, its socket asked for its health. Blocks for 2 s at most.
bool answersNow(const std::filesystem::path& folder);

} // namespace runyard
