#pragma once

#include "database.h"

#include <chrono>

namespace runyard::local {

// How a look at a database's pages ended.
enum class Health { Good, Damaged, OutOfTime };

// PRAGMA quick_check, given up after `limit`; 0: none, and indexes are compared with their tables too.
Health quickCheck(Database& database, std::chrono::milliseconds limit);

// Copies a live database to `copy` (temporary name, verified by integrity_check, fsync, rename). Any thread.
Result<> copyDatabase(const std::filesystem::path& file, const std::filesystem::path& copy);

// The backups beside a database (its folder's backup/store-*.sqlite), newest first.
std::vector<std::filesystem::path> backupsOf(const std::filesystem::path& file);

// Moves a damaged database with its -wal and -shm aside and puts the newest good backup in its place; nothing is there afterwards
// where there is none. Answers the sentence that says what happened.
Result<std::string> restore(const std::filesystem::path& file);

} // namespace runyard::local
