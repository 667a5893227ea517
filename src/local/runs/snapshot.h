#pragma once

#include "core/result.h"

#include <filesystem>

namespace runyard::local {

// Makes `to` a private copy of `from`: what was in it goes, files become writable by their owner and share blocks where the file system can.
// A link to a file becomes that file; links to folders, which may lead back up, and what is neither file nor folder are left out. Blocks.
Result<> copyTree(const std::filesystem::path& from, const std::filesystem::path& to);

// The same, added to what `to` holds.
Result<> mergeTree(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace runyard::local
