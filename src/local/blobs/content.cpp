#include "content.h"

#include "core/files.h"
#include "core/hash.h"
#include "core/ids.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

// The regular files below a folder, by path; links only where they stay inside.
Result<std::map<std::string, fs::path>> filesBelow(const fs::path& folder)
{
    std::map<std::string, fs::path> found;
    std::error_code error;
    if (fs::is_regular_file(folder, error)) {
        found[folder.filename().string()] = folder;
        return found;
    }
    fs::recursive_directory_iterator at(folder, error);
    if (error)
        return failure(Error::Code::NotFound, "“" + folder.filename().string() + "” is not there.", folder.string() + ": " + error.message());
    for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        if (fs::is_regular_file(at->path(), ignored) && isInside(folder, at->path()))
            found[at->path().lexically_relative(folder).string()] = at->path();
    }
    if (error)
        return failure(Error::Code::Storage, "“" + folder.filename().string() + "” cannot be read whole.", error.message());
    return found;
}

class Descriptor {
public:
    Descriptor(const fs::path& path, int flags) : fd(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~Descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    const int fd;
};

// Copies a file and digests what it copies, so that the digest is of the copy whatever happens to the original meanwhile.
Result<std::string> copyDigested(const fs::path& from, const fs::path& to)
{
    const Descriptor source(from, O_RDONLY);
    const Descriptor target(to, O_WRONLY | O_CREAT | O_EXCL);
    if (source.fd < 0 || target.fd < 0)
        return Failure(fileError(source.fd < 0 ? from : to, source.fd < 0 ? "be read" : "be written", errno));
    Digest digest;
    std::vector<char> buffer(1 << 20);
    ssize_t got = 0;
    while ((got = ::read(source.fd, buffer.data(), buffer.size())) > 0) {
        digest.add({buffer.data(), static_cast<std::size_t>(got)});
        for (ssize_t done = 0; done < got;) {
            const ssize_t written = ::write(target.fd, buffer.data() + done, static_cast<std::size_t>(got - done));
            if (written < 0 && errno != EINTR)
                return Failure(fileError(from, "be copied", errno));
            done += std::max<ssize_t>(written, 0);
        }
    }
    if (got < 0 || ::fchmod(target.fd, 0444) != 0 || ::fsync(target.fd) != 0)
        return Failure(fileError(from, "be copied", errno));
    return toHex(digest.finish());
}

Result<Manifest::File> keepObject(const fs::path& from, const fs::path& objects, const fs::path& link)
{
    const fs::path copy = objects / ("copy-" + newGuid());
    auto sha256 = copyDigested(from, copy);
    if (!sha256) {
        ::unlink(copy.c_str());
        return Failure(sha256.error());
    }
    const fs::path object = objects / sha256->substr(0, 2) / *sha256;
    std::error_code error;
    fs::create_directories(object.parent_path(), error);
    const bool isKept = !error && (::link(copy.c_str(), object.c_str()) == 0 || errno == EEXIST);
    const int fault = errno;
    ::unlink(copy.c_str());
    if (!isKept)
        return Failure(fileError(object, "be written", error ? error.value() : fault));
    fs::create_directories(link.parent_path(), error);
    if (::link(object.c_str(), link.c_str()) != 0)
        return Failure(fileError(link, "be written", errno));
    if (auto synced = syncFolder(object.parent_path()); !synced)
        return Failure(synced.error());
    auto facts = factsOf(link);
    if (!facts)
        return Failure(facts.error());
    return Manifest::File{std::move(*sha256), *facts};
}

Result<> syncFolders(const fs::path& root)
{
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
        if (entry.is_directory(error)) {
            if (auto synced = syncFolder(entry.path()); !synced)
                return synced;
        }
    }
    return syncFolder(root);
}

} // namespace

std::string Manifest::sha256() const
{
    Digest digest;
    for (const auto& [path, file] : files)
        digest.add(file.sha256 + "  " + path + "\n");
    return toHex(digest.finish());
}

std::int64_t Manifest::size() const
{
    std::int64_t bytes = 0;
    for (const auto& [path, file] : files)
        bytes += file.facts.size;
    return bytes;
}

Result<Manifest> digestFolder(const fs::path& folder)
{
    auto paths = filesBelow(folder);
    if (!paths)
        return Failure(paths.error());
    Manifest manifest;
    for (const auto& [name, path] : *paths) {
        auto sha256 = sha256OfFile(path);
        auto facts = factsOf(path);
        if (!sha256 || !facts)
            return Failure(!sha256 ? sha256.error() : facts.error());
        manifest.files[name] = Manifest::File{std::move(*sha256), *facts};
    }
    return manifest;
}

Result<Manifest> copyByContent(const fs::path& folder, const fs::path& objects, const fs::path& target)
{
    auto paths = filesBelow(folder);
    if (!paths)
        return Failure(paths.error());
    std::error_code error;
    fs::create_directories(objects, error);
    const fs::path growing = objects / ("tree-" + newGuid());
    fs::create_directories(growing, error);
    Manifest manifest;
    Result<> moved;
    for (const auto& [name, path] : *paths) {
        auto kept = keepObject(path, objects, growing / name);
        if (!kept) {
            moved = Failure(kept.error());
            break;
        }
        manifest.files[name] = std::move(*kept);
    }
    if (moved)
        moved = syncFolders(growing);
    fs::create_directories(target.parent_path(), error);
    if (moved && ::renameat2(AT_FDCWD, growing.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0)
        moved = errno == EEXIST || errno == ENOTEMPTY ? Failure(Error{Error::Code::Conflict, "“" + target.filename().string() + "” is there already with other content.", target.string()})
                                                      : Failure(fileError(target, "be written", errno));
    if (moved)
        moved = syncFolder(target.parent_path());
    if (moved)
        return manifest;
    fs::remove_all(growing, error);
    return Failure(moved.error());
}

Result<> removeContent(const fs::path& target, const fs::path& objects, const std::vector<std::string>& sha256)
{
    std::error_code error;
    fs::remove_all(target, error);
    if (error)
        return Failure(fileError(target, "be removed", error.value()));
    for (const std::string& digest : sha256) {
        const fs::path object = objects / digest.substr(0, 2) / digest;
        struct stat facts {};
        if (::stat(object.c_str(), &facts) == 0 && facts.st_nlink == 1)
            ::unlink(object.c_str());
    }
    for (fs::path above = target.parent_path(); above != objects.parent_path() && fs::remove(above, error); above = above.parent_path()) {
    }  // folders that are empty now
    return {};
}

} // namespace runyard::local
