#include "snapshot.h"

#include "core/files.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

struct Descriptor {
    explicit Descriptor(int opened) : number(opened) {}
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    const int number;
};

bool copyBytes(int from, int to)
{
    if (::ioctl(to, FICLONE, from) == 0)
        return true;
    char buffer[1 << 16];
    for (;;) {
        const ssize_t got = ::read(from, buffer, sizeof buffer);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        for (ssize_t done = 0; done < got;) {
            const ssize_t written = ::write(to, buffer + done, static_cast<std::size_t>(got - done));
            if (written < 0 && errno != EINTR)
                return false;
            done += written > 0 ? written : 0;
        }
    }
}

Result<> copyFile(const fs::path& from, const fs::path& to)
{
    struct stat info {};
    const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (source.number < 0 || ::fstat(source.number, &info) != 0)
        return Failure(fileError(from, "be read", errno));
    ::unlink(to.c_str());
    const Descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (target.number < 0 || !copyBytes(source.number, target.number))
        return Failure(fileError(to, "be written", errno));
    ::fchmod(target.number, (info.st_mode & 0777) | 0600);
    return {};
}

Result<> makeFolder(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return Failure(fileError(folder, "be created", error.value()));
    return {};
}

} // namespace

Result<> mergeTree(const fs::path& from, const fs::path& to)
{
    if (auto made = makeFolder(to); !made)
        return made;
    std::error_code error;
    fs::recursive_directory_iterator at(from, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const fs::path target = to / at->path().lexically_relative(from);
        std::error_code unknown;
        Result<> done;
        if (at->is_directory(unknown)) {
            if (!at->is_symlink(unknown))
                done = makeFolder(target);
        } else if (at->is_regular_file(unknown)) {
            done = copyFile(at->path(), target);
        }
        if (!done)
            return done;
    }
    if (error)
        return Failure(fileError(from, "be read", error.value()));
    return {};
}

Result<> copyTree(const fs::path& from, const fs::path& to)
{
    std::error_code error;
    fs::remove_all(to, error);
    if (error)
        return Failure(fileError(to, "be emptied", error.value()));
    return mergeTree(from, to);
}

} // namespace runyard::local
