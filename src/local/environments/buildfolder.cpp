#include "buildfolder.h"

#include "core/files.h"
#include "core/ids.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

const std::string prefix = ".building-";

fs::path markerOf(const fs::path& environment) { return environment / ".runyard-environment"; }

std::string bootId()
{
    const auto text = readFile("/proc/sys/kernel/random/boot_id");
    return text ? text->substr(0, 36) : std::string();
}

int openLock(const fs::path& root, const std::string& key) { return ::open((root / ("." + key + ".lock")).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); }

// Whether the build that this folder was made for has ended: its lock can be had.
bool isForsaken(const fs::path& root, const std::string& key)
{
    const int lock = openLock(root, key);
    const bool isFree = lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0;
    if (lock >= 0)
        ::close(lock);
    return isFree;
}

} // namespace

BuildFolder::BuildFolder(fs::path root, std::string key, int lock)
    : m_root(std::move(root)), m_key(std::move(key)), m_folder(m_root / (prefix + m_key + "-" + randomHex(4))), m_lock(lock)
{
}

BuildFolder::BuildFolder(BuildFolder&& other) noexcept
    : m_root(std::move(other.m_root)), m_key(std::move(other.m_key)), m_folder(std::move(other.m_folder)), m_lock(std::exchange(other.m_lock, -1))
{
}

BuildFolder& BuildFolder::operator=(BuildFolder&& other) noexcept
{
    std::swap(m_root, other.m_root);
    std::swap(m_key, other.m_key);
    std::swap(m_folder, other.m_folder);
    std::swap(m_lock, other.m_lock);
    return *this;
}

BuildFolder::~BuildFolder()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

Result<BuildFolder> BuildFolder::open(const fs::path& root, const std::string& key)
{
    std::error_code fault;
    fs::create_directories(root, fault);
    if (fault)
        return Failure(fileError(root, "be made", fault.value()));
    const int lock = openLock(root, key);
    if (lock < 0)
        return Failure(fileError(root, "be written", errno));
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        return failure(Error::Code::Conflict, "Another process is building this environment.");
    }
    return BuildFolder(root, key, lock);
}

std::vector<fs::path> BuildFolder::leftovers() const
{
    std::vector<fs::path> result;
    std::error_code fault;
    for (fs::directory_iterator entry(m_root, fault), end; !fault && entry != end; entry.increment(fault)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix) || entry->path() == m_folder)
            continue;
        const std::string key = name.substr(prefix.size(), name.rfind('-') - prefix.size());
        if (key == m_key || isForsaken(m_root, key))
            result.push_back(entry->path());
    }
    if (fs::exists(target(), fault) && !isWhole(target()))
        result.push_back(target());
    return result;
}

Result<> BuildFolder::commit() const
{
    if (auto written = writeFileDurably(markerOf(m_folder), "built " + bootId() + "\n"); !written)
        return written;
    std::error_code fault;
    fs::rename(m_folder, target(), fault);
    if (fault)
        return Failure(fileError(target(), "be made", fault.value()));
    return syncFolder(m_root);
}

bool BuildFolder::isWhole(const fs::path& environment)
{
    const auto marker = readFile(markerOf(environment), 4096);
    return marker && (marker->starts_with("kept") || *marker == "built " + bootId() + "\n");
}

Result<> BuildFolder::confirm(const fs::path& environment) { return writeFileDurably(markerOf(environment), "kept\n"); }

} // namespace runyard::local
