#include "runfolder.h"

#include "core/files.h"
#include "core/hash.h"
#include "core/time.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

Result<> makeFolder(const fs::path& folder)
{
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return Failure(fileError(folder, "be created", errno));
    return syncFolder(folder.parent_path());
}

template<typename Take>
void forEachFile(const fs::path& folder, Take take)
{
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        std::error_code unknown;
        if (at->is_regular_file(unknown) && !at->is_symlink(unknown))
            take(*at);
    }
}

// As Azure does it: a file put at once has an MD5, one put in blocks has none.
constexpr std::int64_t largestForMd5 = 64 << 20;

bool isSame(const FileFacts& one, const FileFacts& two)
{
    return one.size == two.size && one.mtime == two.mtime && one.inode == two.inode;
}

// Flushes a file, or with Whole::Disk all of its file system.
enum class Whole { File, Disk };
Result<> flush(const fs::path& path, Whole whole)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == EACCES ? Result<>() : Result<>(Failure(fileError(path, "be read", errno)));
    const bool isFlushed = (whole == Whole::Disk ? ::syncfs(fd) : ::fsync(fd)) == 0 || errno == EINVAL;
    const int fault = errno;
    ::close(fd);
    return isFlushed ? Result<>() : Result<>(Failure(fileError(path, "be written", fault)));
}

// Leaves the digests empty where the file cannot be read whole, or is still being written.
void digest(const fs::path& path, KeptFile& kept)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    const bool withMd5 = kept.facts.size <= largestForMd5;
    Digest sha256, md5(Digest::Kind::Md5);
    std::vector<char> buffer(256 << 10);
    ssize_t got = 0;
    while ((got = ::read(file, buffer.data(), buffer.size())) > 0) {
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
        sha256.add(bytes);
        if (withMd5)
            md5.add(bytes);
    }
    ::close(file);
    const auto after = factsOf(path);
    if (got < 0 || !after || !isSame(*after, kept.facts))
        return;
    kept.sha256 = toHex(sha256.finish());
    if (withMd5)
        kept.md5 = toBase64(md5.finish());
}

nlohmann::json toJson(const KeptFile& file)
{
    nlohmann::json object = {{"name", file.name}, {"size", file.facts.size}, {"modified", static_cast<Millis>(file.facts.mtime / 1'000'000)}};
    if (!file.sha256.empty())
        object["sha256"] = file.sha256;
    if (!file.md5.empty())
        object["md5"] = file.md5;
    return object;
}

} // namespace

int RunFolder::lastAttempt() const
{
    int last = 0;
    std::error_code error;
    for (fs::directory_iterator at(m_path / "attempts", error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        int number = 0;
        std::from_chars(name.data(), name.data() + name.size(), number);
        last = std::max(last, number);
    }
    return last;
}

Result<> RunFolder::create(int number) const
{
    std::error_code error;
    fs::create_directories(m_path.parent_path(), error);
    for (const fs::path& folder : {m_path, userLogs(), systemLogs(), work(), record(), m_path / "attempts", attempt(number)})
        if (auto made = makeFolder(folder); !made)
            return made;
    return {};
}

std::map<std::string, std::int64_t> RunFolder::logSizes() const
{
    std::map<std::string, std::int64_t> sizes;
    for (const char* folder : {"user_logs", "system_logs"})
        forEachFile(m_path / folder, [&](const fs::directory_entry& entry) {
            std::error_code error;
            const auto size = entry.file_size(error);
            if (!error)
                sizes[entry.path().lexically_relative(m_path).string()] = static_cast<std::int64_t>(size);
        });
    return sizes;
}

Result<std::vector<KeptFile>> RunFolder::sealOutputs() const
{
    std::vector<KeptFile> files;
    const std::pair<fs::path, const char*> places[] = {{work(), "outputs"}, {work(), "logs"}, {m_path, "user_logs"}, {m_path, "system_logs"}};
    for (const auto& [root, folder] : places)
        forEachFile(root / folder, [&](const fs::directory_entry& entry) {
            const auto facts = factsOf(entry.path());
            if (!facts)
                return;
            files.push_back({entry.path().lexically_relative(root).string(), *facts, {}, {}});
            digest(entry.path(), files.back());
        });
    // What the record names must be on the disk before it.
    for (const auto& [root, folder] : places)
        if (auto flushed = flushTree(root / folder); !flushed)
            return Failure(flushed.error());
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    auto list = nlohmann::json::array();
    for (const auto& file : files)
        list.push_back(toJson(file));
    if (auto made = makeFolder(record()); !made)
        return Failure(made.error());
    if (auto written = writeFileDurably(record() / "outputs.json", list.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n'); !written)
        return Failure(written.error());
    return files;
}

Result<> flushTree(const fs::path& top)
{
    constexpr std::size_t many = 200;
    std::error_code error;
    if (!fs::is_directory(top, error))
        return {};
    std::vector<fs::path> all{top.parent_path(), top};
    for (fs::recursive_directory_iterator at(top, error), end; !error && at != end && all.size() <= many; at.increment(error)) {
        std::error_code unknown;
        if (!at->is_symlink(unknown) && (at->is_regular_file(unknown) || at->is_directory(unknown)))
            all.push_back(at->path());
    }
    if (all.size() > many)
        return flush(top, Whole::Disk);
    for (const auto& path : all)
        if (auto flushed = flush(path, Whole::File); !flushed)
            return flushed;
    return {};
}

bool isRunId(const std::string& id)
{
    const auto isPlain = [](unsigned char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
    };
    return !id.empty() && id.size() <= 255 && id.front() != '.' && std::all_of(id.begin(), id.end(), isPlain);
}

} // namespace runyard::local
