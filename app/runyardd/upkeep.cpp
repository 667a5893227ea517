#include "upkeep.h"

#include "local/store/check.h"
#include "local/store/integrity.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace runyard {

namespace fs = std::filesystem;

namespace {

int complain(const std::string& sentence)
{
    std::fprintf(stderr, "runyardd: %s\n", sentence.c_str());
    return ExitFaults;
}

std::string counted(std::int64_t count, const char* what) { return std::to_string(count) + " " + what; }

// The same lock that a service holds; kept until the program ends.
bool lockOut(const fs::path& folder)
{
    const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0;
}

int report(const local::Checked& checked)
{
    for (const auto& fault : checked.faults)
        std::printf("%s\n", fault.c_str());
    const std::string seen = counted(checked.pages, "pages, ") + counted(checked.runs, "runs, ") + counted(checked.points, "metric values, ") + counted(checked.files, "files, ")
        + counted(checked.filesRead, "of them read");
    std::printf("%s: %s.\n", checked.faults.empty() ? "All is well" : "Something is wrong", seen.c_str());
    return checked.faults.empty() ? ExitDone : ExitFaults;
}

} // namespace

int backUp(const Options& options)
{
    const fs::path file = options.folder / "store.sqlite";
    std::error_code error;
    ::umask(0077);
    if (!fs::exists(file, error))
        return complain("There is no workspace in “" + options.folder.string() + "”. Name its data folder with --data.");
    if (fs::exists(fs::symlink_status(options.backup, error)))
        return complain("“" + options.backup.string() + "” is there already. Name a file that is not there yet.");
    if (!fs::is_directory(options.backup.parent_path(), error))
        return complain("The folder “" + options.backup.parent_path().string() + "” is not there. Make it, or name another file.");
    if (const auto done = local::copyDatabase(file, options.backup); !done)
        return complain(done.error().message + (done.error().detail.empty() ? "" : " (" + done.error().detail + ")"));
    std::printf("The database of “%s” was copied to “%s”, %lld bytes.\n", options.folder.c_str(), options.backup.c_str(), static_cast<long long>(fs::file_size(options.backup, error)));
    return ExitDone;
}

int check(const Options& options)
{
    const auto depth = options.isReadingAll ? local::Depth::All : local::Depth::Sample;
    if (options.isRepairing) {
        std::error_code error;
        ::umask(0077);
        if (fs::exists(options.folder / "store.sqlite", error) && !lockOut(options.folder))
            return complain("The service for “" + options.folder.string() + "” is running. End it first: close Runyard, or stop runyardd.");
        const auto done = local::repairWorkspace(options.folder);
        if (!done)
            return complain(done.error().message);
        for (const auto& sentence : *done)
            std::printf("%s\n", sentence.c_str());
    }
    const auto checked = local::checkWorkspace(options.folder, depth);
    if (!checked)
        return complain(checked.error().message);
    return report(*checked);
}

} // namespace runyard
