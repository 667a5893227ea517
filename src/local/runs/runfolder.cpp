#include "runfolder.h"

#include "core/files.h"
#include "core/time.h"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

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

Result<> RunFolder::sealOutputs() const
{
    auto files = nlohmann::json::array();
    for (const char* folder : {"outputs", "logs"})
        forEachFile(work() / folder, [&](const fs::directory_entry& entry) {
            struct stat info {};
            if (::stat(entry.path().c_str(), &info) == 0)
                files.push_back({{"name", entry.path().lexically_relative(work()).string()},
                                 {"size", info.st_size},
                                 {"modified", static_cast<Millis>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000}});
        });
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a["name"] < b["name"]; });
    if (auto made = makeFolder(record()); !made)
        return made;
    return writeFileDurably(record() / "outputs.json", files.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

bool isRunId(const std::string& id)
{
    const auto isPlain = [](unsigned char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
    };
    return !id.empty() && id.size() <= 255 && id.front() != '.' && std::all_of(id.begin(), id.end(), isPlain);
}

} // namespace runyard::local
