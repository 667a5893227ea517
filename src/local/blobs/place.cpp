// How whole files come to their places and go from them.
#include "upload.h"

#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

std::string shown(const fs::path& root, const fs::path& path)
{
    return "“" + path.lexically_relative(root).string() + "”";
}

// Makes the folders above `place`, each durable in the one above it.
Result<> makeFolders(const fs::path& root, const fs::path& folder)
{
    std::vector<fs::path> missing;
    for (fs::path at = folder;; at = at.parent_path()) {
        struct stat facts {};
        if (::stat(at.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode))
            break;
        if (at == root || !at.has_relative_path())
            return Failure(fileError(at, "be opened", ENOENT));
        missing.push_back(at);
    }
    while (!missing.empty()) {
        const fs::path at = std::move(missing.back());
        missing.pop_back();
        struct stat facts {};
        if (::mkdir(at.c_str(), 0755) != 0 && errno != EEXIST)
            return Failure(fileError(at, "be made", errno));
        if (::stat(at.c_str(), &facts) == 0 && !S_ISDIR(facts.st_mode))
            return failure(Error::Code::Conflict, shown(root, at) + " is a file: nothing can be put below it. Remove it first, or choose another name.");
        if (auto synced = syncFolder(at.parent_path()); !synced)
            return synced;
    }
    return {};
}

int moveWithoutReplacing(const fs::path& file, const fs::path& place)
{
    if (::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    if (::link(file.c_str(), place.c_str()) != 0)
        return errno;
    ::unlink(file.c_str());
    return 0;
}

} // namespace

Result<> moveIntoPlace(const fs::path& root, const fs::path& file, const fs::path& place, Replace replace)
{
    for (int round = 0;; ++round) {
        if (auto made = makeFolders(root, place.parent_path()); !made)
            return made;
        const int fault = replace == Replace::No ? moveWithoutReplacing(file, place) : ::rename(file.c_str(), place.c_str()) != 0 ? errno : 0;
        if (fault == 0)
            return syncFolder(place.parent_path());
        if (fault == ENOENT && round < 3)
            continue;  // the folder was empty and has just been removed
        struct stat facts {};
        if (::stat(place.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode))
            return failure(Error::Code::Conflict, shown(root, place) + " is a folder: no file can have its name. Remove it first, or choose another name.");
        if (fault == EEXIST)
            return failure(Error::Code::Conflict, shown(root, place) + " is there already.", "exists");
        return Failure(fileError(place, "be written", fault));
    }
}

Result<> removeFile(const fs::path& root, const fs::path& file)
{
    if (::unlink(file.c_str()) != 0)
        return Failure(fileError(file, "be removed", errno));
    fs::path folder = file.parent_path();
    while (folder != root && folder.has_relative_path() && ::rmdir(folder.c_str()) == 0)
        folder = folder.parent_path();
    // Whoever removed the last of its files at the same time may have taken the folder with it.
    std::error_code error;
    auto synced = syncFolder(folder);
    while (!synced && folder != root && !fs::exists(folder, error)) {
        folder = folder.parent_path();
        synced = syncFolder(folder);
    }
    return synced;
}

} // namespace runyard::local
