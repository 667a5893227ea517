#pragma once

#include "table.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace runyard::bench {

// What this machine can do without us, measured in the same minute as the figures they are held against.

Samples durableAppends(const std::filesystem::path& folder, int count);             // ms per 4 KiB append + fdatasync
double sqliteRowsPerSecond(const std::filesystem::path& folder, int groups);        // plain loop, 1000 rows a durable commit
double tcpToDisk(const std::filesystem::path& folder, std::int64_t bytes);          // MB/s: file → TCP → file + fsync
Samples programStarts(const std::string& program, const std::string& code, int count);  // ms from spawn to the first byte of output
std::int64_t residentBytes(std::int64_t pid);

} // namespace runyard::bench
