#include "script.h"

#include "core/files.h"
#include "core/text.h"
#include "pile.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace runyard::client {

namespace fs = std::filesystem;

namespace {

constexpr int MostFiles = 20'000;
constexpr auto LongestLook = std::chrono::milliseconds(300);

// Counts what a snapshot of the folder would take, by the same rules: links are followed unless they lead back.
class Walk {
public:
    Walk(const fs::path& folder, const Wanted& wanted) : m_ignored(folder), m_wanted(wanted) {}

    FolderLook look(const fs::path& folder)
    {
        struct stat about{};
        m_look.exists = ::stat(folder.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
        if (m_look.exists)
            enter(folder, "", about);
        std::sort(m_look.scripts.begin(), m_look.scripts.end());
        std::sort(m_prints.begin(), m_prints.end());
        for (const std::string& print : m_prints)
            m_look.fingerprint += print + '\n';
        return std::move(m_look);
    }

private:
    using Identity = std::pair<dev_t, ino_t>;

    void enter(const fs::path& folder, const std::string& prefix, const struct stat& about)
    {
        const Identity self(about.st_dev, about.st_ino);
        if (std::find(m_above.begin(), m_above.end(), self) != m_above.end())
            return;
        m_above.push_back(self);
        std::error_code fault;
        fs::directory_iterator entries(folder, fault);
        if (fault)
            blame(prefix.empty() ? folder.filename().string() : prefix.substr(0, prefix.size() - 1), "cannot be read");
        for (auto entry = fs::begin(entries); entry != fs::end(entries) && !fault && goesOn(); entry.increment(fault))
            take(entry->path(), prefix + entry->path().filename().string());
        m_above.pop_back();
    }

    bool goesOn()
    {
        m_look.isWhole = m_look.isWhole && m_look.files < MostFiles && std::chrono::steady_clock::now() < m_end;
        return m_look.isWhole && m_wanted();
    }

    void take(const fs::path& path, const std::string& relative)
    {
        struct stat about{};
        const bool isThere = ::stat(path.c_str(), &about) == 0;
        const int fault = errno;
        if (m_ignored(relative, isThere && S_ISDIR(about.st_mode)))
            return;
        if (!isThere && fault != ELOOP)
            return blame(relative, fault == ENOENT ? "is a link to something that does not exist" : "cannot be read");
        if (isThere && S_ISDIR(about.st_mode))
            return enter(path, relative + '/', about);
        if (isThere && S_ISREG(about.st_mode))
            count(path, relative, about);
    }

    void count(const fs::path& path, const std::string& relative, const struct stat& about)
    {
        if (!isUtf8(relative))
            return blame(relative, "has a name that is not valid UTF-8");
        if (::access(path.c_str(), R_OK) != 0)
            return blame(relative, "cannot be read");
        ++m_look.files;
        m_look.bytes += about.st_size;
        if (!relative.ends_with(".py"))
            return;
        m_look.scripts.push_back(relative);
        m_prints.push_back(relative + '|' + std::to_string(about.st_size) + '|' + std::to_string(about.st_mtim.tv_sec) + '.' + std::to_string(about.st_mtim.tv_nsec));
    }

    void blame(const std::string& relative, const std::string& why)
    {
        if (m_look.fault.empty())
            m_look.fault = "“" + relative + "” " + why + ". Correct this, or name it in .amlignore to leave it out.";
    }

    const IgnoreRules m_ignored;
    const Wanted& m_wanted;
    const std::chrono::steady_clock::time_point m_end = std::chrono::steady_clock::now() + LongestLook;
    std::vector<Identity> m_above;
    std::vector<std::string> m_prints;
    FolderLook m_look;
};

} // namespace

FolderLook lookAtFolder(const fs::path& folder, const Wanted& wanted)
{
    return Walk(folder, wanted).look(folder);
}

} // namespace runyard::client
