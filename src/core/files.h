#pragma once

#include "result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace runyard {

// The error for a file operation that just failed with `fault` (an errno), in words a person can act on:
// "There is no space left on the disk (…)." for ENOSPC and EDQUOT, and so on. `action` is a verb phrase: "be written".
Error fileError(const std::filesystem::path& file, std::string_view action, int fault);

// Reads a whole file of at most `limit` bytes.
Result<std::string> readFile(const std::filesystem::path& file, std::size_t limit = 64u << 20);

// Puts `content` in place of a file so that after a crash or a power cut either the old or the new one is there
// whole: temporary file beside it, fsync, rename, fsync of the folder.
Result<> writeFileDurably(const std::filesystem::path& file, std::string_view content, unsigned mode = 0644);

// fsync of a folder, after a rename in it.
Result<> syncFolder(const std::filesystem::path& folder);

// Whether `child`, after resolving links as far as they exist, lies in `folder` or is it.
bool isInside(const std::filesystem::path& folder, const std::filesystem::path& child);

// Where the programs' read-only files are: $RUNYARD_RESOURCES, else share/runyard beside the folder of the running binary.
std::filesystem::path resourceFolder();

// The folder of the running binary.
std::filesystem::path binaryFolder();

// Where a workspace's data live unless told otherwise: $XDG_DATA_HOME/runyard, else ~/.local/share/runyard.
std::filesystem::path defaultDataFolder();

} // namespace runyard
