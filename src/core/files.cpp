#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace runyard {

namespace fs = std::filesystem;

Error fileError(const fs::path& file, std::string_view action, int fault)
{
    const std::string name = "“" + file.filename().string() + "”";
    std::string sentence;
    switch (fault) {
    case ENOSPC:
    case EDQUOT:
        sentence = "There is no space left on the disk: " + name + " could not " + std::string(action) + ". Free some space and try again.";
        break;
    case EACCES:
    case EPERM:
        sentence = name + " cannot " + std::string(action) + ": permission is missing.";
        break;
    case EROFS:
        sentence = name + " cannot " + std::string(action) + ": the disk is read-only.";
        break;
    case ENOENT:
        sentence = name + " cannot " + std::string(action) + ": it is not there.";
        break;
    default:
        sentence = name + " cannot " + std::string(action) + ": " + std::strerror(fault) + ".";
    }
    return Error{Error::Code::Storage, std::move(sentence), file.string() + ": " + std::strerror(fault)};
}

namespace {

Result<> writeAll(int fd, std::string_view content, const fs::path& file)
{
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno != EINTR)
            return Failure(fileError(file, "be written", errno));
        if (written > 0)
            content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd) != 0)
        return Failure(fileError(file, "be written", errno));
    return {};
}

} // namespace

Result<std::string> readFile(const fs::path& file, std::size_t limit)
{
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return Failure(fileError(file, "be read", errno));
    std::string content;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = ::read(fd, buffer, sizeof buffer)) > 0 && content.size() <= limit)
        content.append(buffer, static_cast<std::size_t>(got));
    const int fault = errno;
    ::close(fd);
    if (got < 0)
        return Failure(fileError(file, "be read", fault));
    if (content.size() > limit)
        return failure(Error::Code::Storage, "“" + file.filename().string() + "” is larger than expected.", file.string());
    return content;
}

Result<> writeFileDurably(const fs::path& file, std::string_view content, unsigned mode)
{
    const fs::path temporary = file.string() + ".tmp" + std::to_string(::getpid());
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return Failure(fileError(file, "be written", errno));
    ::fchmod(fd, mode);
    auto written = writeAll(fd, content, file);
    ::close(fd);
    if (written && ::rename(temporary.c_str(), file.c_str()) != 0)
        written = Failure(fileError(file, "be written", errno));
    if (!written) {
        ::unlink(temporary.c_str());
        return written;
    }
    return syncFolder(file.parent_path());
}

Result<> syncFolder(const fs::path& folder)
{
    const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return Failure(fileError(folder, "be opened", errno));
    const bool isSynced = ::fsync(fd) == 0 || errno == EINVAL;
    const int fault = errno;
    ::close(fd);
    if (!isSynced)
        return Failure(fileError(folder, "be written", fault));
    return {};
}

bool isInside(const fs::path& folder, const fs::path& child)
{
    std::error_code error;
    const fs::path base = fs::weakly_canonical(folder, error);
    if (error)
        return false;
    const fs::path inner = fs::weakly_canonical(child, error);
    if (error)
        return false;
    auto at = inner.begin();
    for (const auto& part : base) {
        if (part.empty())
            break;
        if (at == inner.end() || *at != part)
            return false;
        ++at;
    }
    return true;
}

fs::path binaryFolder()
{
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path();
}

fs::path resourceFolder()
{
    if (const char* given = std::getenv("RUNYARD_RESOURCES"); given && *given)
        return given;
    return binaryFolder().parent_path() / "share" / "runyard";
}

fs::path defaultDataFolder()
{
    if (const char* given = std::getenv("XDG_DATA_HOME"); given && *given == '/')
        return fs::path(given) / "runyard";
    const char* home = std::getenv("HOME");
    return fs::path(home ? home : "/") / ".local" / "share" / "runyard";
}

} // namespace runyard
