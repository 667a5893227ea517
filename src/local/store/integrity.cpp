#include "integrity.h"

#include "core/files.h"
#include "core/time.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

int isOver(void* limit) { return Clock::now() > *static_cast<const Clock::time_point*>(limit) ? 1 : 0; }

bool passes(const fs::path& file, const char* pragma)
{
    auto database = Database::open(file, Database::Mode::ReadOnly);
    return database && (*database)->text(pragma).value_or("") == "ok" && !(*database)->hasFault();
}

Result<> copyPages(Database& from, const fs::path& temporary)
{
    auto to = Database::open(temporary, Database::Mode::ReadWrite);
    if (!to)
        return Failure(to.error());
    sqlite3_backup* backup = sqlite3_backup_init((*to)->handle(), "main", from.handle(), "main");
    if (!backup)
        return failure(Error::Code::Storage, "The backup of the workspace's database could not be started.", sqlite3_errmsg((*to)->handle()));
    sqlite3_backup_step(backup, -1);
    if (const int code = sqlite3_backup_finish(backup); code != SQLITE_OK)
        return failure(Error::Code::Storage, "The backup of the workspace's database could not be written. Is the disk full?", sqlite3_errstr(code));
    return (*to)->execute("PRAGMA journal_mode=DELETE");
}

Result<> publish(const fs::path& temporary, const fs::path& copy)
{
    const int fd = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC);
    const bool isSynced = fd >= 0 && ::fsync(fd) == 0;
    const int fault = errno;
    if (fd >= 0)
        ::close(fd);
    if (!isSynced)
        return Failure(fileError(copy, "be written", fault));
    if (::rename(temporary.c_str(), copy.c_str()) != 0)
        return Failure(fileError(copy, "be written", errno));
    return syncFolder(copy.parent_path());
}

} // namespace

Health quickCheck(Database& database, std::chrono::milliseconds limit)
{
    auto end = Clock::now() + limit;
    if (limit.count() > 0)
        sqlite3_progress_handler(database.handle(), 1000, isOver, &end);
    const auto answer = database.text(limit.count() > 0 ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)");
    sqlite3_progress_handler(database.handle(), 0, nullptr, nullptr);
    const bool isStopped = database.takeFault().has_value() && !database.isDamaged();
    if (isStopped)
        return Health::OutOfTime;
    return answer == "ok" ? Health::Good : Health::Damaged;
}

Result<> copyDatabase(const fs::path& file, const fs::path& copy)
{
    std::error_code error;
    fs::create_directories(copy.parent_path(), error);
    const fs::path temporary = copy.string() + ".partial-" + std::to_string(::getpid());
    fs::remove(temporary, error);
    auto from = Database::open(file, Database::Mode::ReadOnly);
    auto done = from ? copyPages(**from, temporary) : Result<>(Failure(from.error()));
    if (done && !passes(temporary, "PRAGMA integrity_check(1)"))
        done = failure(Error::Code::Storage, "The backup of the workspace's database is not whole and was dropped.", temporary.string());
    if (done)
        done = publish(temporary, copy);
    if (!done)
        fs::remove(temporary, error);
    return done;
}

std::vector<fs::path> backupsOf(const fs::path& file)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(file.parent_path() / "backup", error)) {
        if (entry.path().extension() == ".sqlite")
            found.push_back(entry.path());
    }
    std::sort(found.rbegin(), found.rend());  // the names hold the time
    return found;
}

Result<std::string> restore(const fs::path& file)
{
    const std::string stamp = std::to_string(nowMillis());
    std::error_code error;
    for (const char* part : {"", "-wal", "-shm"}) {
        const fs::path old = file.string() + part;
        if (!fs::exists(old, error))
            continue;
        fs::rename(old, file.string() + ".corrupt-" + stamp + part, error);
        if (error)
            return Failure(fileError(file, "be moved aside", error.value()));
    }
    for (const fs::path& backup : backupsOf(file)) {
        if (!passes(backup, "PRAGMA integrity_check(1)") || !copyDatabase(backup, file))
            continue;
        return "The workspace's database was damaged. It was kept as " + file.filename().string() + ".corrupt-" + stamp + ", and the backup "
            + backup.filename().string() + " was restored.";
    }
    return "The workspace's database was damaged and there was no good backup. It was kept as " + file.filename().string() + ".corrupt-" + stamp
        + ", and an empty one was begun; finished runs keep their records in their folders.";
}

} // namespace runyard::local
