#include "stages.h"

#include "core/files.h"

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr auto keptOpen = std::chrono::minutes(10);
constexpr std::string_view mark = "blocks-";

const std::string& thisBoot()
{
    static const std::string id = sha256Hex(readFile("/proc/sys/kernel/random/boot_id", 64).value_or("")).substr(0, 12);
    return id;
}

fs::path folderOf(const fs::path& uploads, const std::string& container, const std::string& blob)
{
    return uploads / (std::string(mark) + thisBoot() + '-' + sha256Hex(container + '/' + blob));
}

} // namespace

Result<std::shared_ptr<Stage>> Stages::of(const fs::path& uploads, const std::string& container, const std::string& blob)
{
    const fs::path folder = folderOf(uploads, container, blob);
    auto found = m_open.find(folder);
    if (found == m_open.end()) {
        closeUnused();
        auto stage = Stage::open(folder);
        if (!stage)
            return stage;
        found = m_open.emplace(folder, Open{std::move(*stage), {}}).first;
    }
    found->second.used = Clock::now();
    return found->second.stage;
}

std::shared_ptr<Stage> Stages::find(const fs::path& uploads, const std::string& container, const std::string& blob)
{
    std::error_code error;
    if (!fs::exists(folderOf(uploads, container, blob), error))
        return nullptr;
    auto stage = of(uploads, container, blob);
    return stage ? *stage : nullptr;
}

fs::path Stages::drop(const fs::path& uploads, const std::string& container, const std::string& blob)
{
    fs::path folder = folderOf(uploads, container, blob);
    m_open.erase(folder);
    return folder;
}

bool Stages::isOfAnEarlierBoot(const std::string& folderName)
{
    return folderName.starts_with(mark) && !folderName.substr(mark.size()).starts_with(thisBoot() + '-');
}

// Their files stay: they are opened again when more comes.
void Stages::closeUnused()
{
    const auto since = Clock::now() - keptOpen;
    std::erase_if(m_open, [since](const auto& entry) { return entry.second.used < since && entry.second.stage.use_count() == 1; });
}

} // namespace runyard::local
