#include "pile.h"

#include "core/files.h"
#include "core/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

namespace runyard::client {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t MostNames = 5;  // of faulty files in a sentence
constexpr std::size_t LongestName = 1024;

class Gatherer {
public:
    Gatherer(const Ignored& ignored, const Wanted& wanted) : m_ignored(ignored), m_wanted(wanted) {}

    Result<Pile> all(const std::vector<fs::path>& sources)
    {
        for (const fs::path& source : sources)
            addSource(source);
        if (!m_faults.empty())
            return failure(Error::Code::Storage, faultSentence(), m_detail);
        std::sort(m_pile.items.begin(), m_pile.items.end(), [](const UploadItem& a, const UploadItem& b) { return a.name < b.name; });
        const auto twice = std::adjacent_find(m_pile.items.begin(), m_pile.items.end(), [](const UploadItem& a, const UploadItem& b) { return a.name == b.name; });
        if (twice != m_pile.items.end())
            return failure(Error::Code::Invalid, "Two of the chosen files would both become “" + twice->name + "”; rename one of them.", twice->file.string() + '\n' + std::next(twice)->file.string());
        return std::move(m_pile);
    }

private:
    using Identity = std::pair<dev_t, ino_t>;

    void addSource(fs::path source)
    {
        while (!source.has_filename() && source.has_relative_path())
            source = source.parent_path();
        struct stat about{};
        if (::stat(source.c_str(), &about) != 0)
            return fault(source, errno == ENOENT ? "does not exist any more" : "cannot be read", errno);
        if (S_ISDIR(about.st_mode))
            walk(source, "", {Identity(about.st_dev, about.st_ino)});
        else
            addFile(source, source.filename().string(), about);
    }

    void walk(const fs::path& folder, const std::string& prefix, std::vector<Identity> above)
    {
        std::error_code wrong;
        fs::directory_iterator entries(folder, wrong);
        if (wrong)
            return fault(folder, "cannot be read", wrong.value());
        if (entries == fs::end(entries) && !prefix.empty())
            note(prefix, "is an empty folder");
        for (const fs::directory_entry& entry : entries) {
            if (!m_wanted())
                return;
            const std::string name = prefix + entry.path().filename().string();
            struct stat about{};
            const int wrongness = ::stat(entry.path().c_str(), &about) == 0 ? 0 : errno;
            const bool isKnown = wrongness == 0;
            if (m_ignored && m_ignored(name, isKnown && S_ISDIR(about.st_mode)))
                continue;
            if (wrongness == ELOOP)
                note(name, "is a link that leads to itself");
            else if (!isKnown)
                fault(entry.path(), wrongness == ENOENT ? "is a link to something that does not exist" : "cannot be read", wrongness);
            else if (S_ISDIR(about.st_mode))
                enter(entry.path(), name, about, above);
            else
                addFile(entry.path(), name, about);
        }
    }

    void enter(const fs::path& folder, const std::string& name, const struct stat& about, const std::vector<Identity>& above)
    {
        const Identity self(about.st_dev, about.st_ino);
        if (std::find(above.begin(), above.end(), self) != above.end())
            return note(name, "is a link that leads back to a folder around it");
        auto chain = above;
        chain.push_back(self);
        walk(folder, name + '/', std::move(chain));
    }

    void addFile(const fs::path& file, const std::string& name, const struct stat& about)
    {
        if (!S_ISREG(about.st_mode))
            return note(name, S_ISFIFO(about.st_mode) ? "is a pipe, not a file" : S_ISSOCK(about.st_mode) ? "is a socket, not a file" : "is a device, not a file");
        if (!isUtf8(name))
            return fault(file, "has a name that is not valid UTF-8; rename it", 0);
        if (name.size() > LongestName)
            return fault(file, "has a path of more than 1024 bytes; shorten it", 0);
        const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (descriptor < 0)
            return fault(file, "cannot be read", errno);
        ::close(descriptor);
        m_pile.items.push_back({file, name, static_cast<std::int64_t>(about.st_size)});
        m_pile.bytes += about.st_size;
    }

    void note(const std::string& name, const std::string& why) { m_pile.notes.push_back("“" + name + "” " + why + " and was left out."); }

    void fault(const fs::path& file, const std::string& why, int number)
    {
        m_faults.push_back("“" + file.filename().string() + "” " + why);
        if (m_faults.size() <= 100)
            m_detail += file.string() + (number != 0 ? std::string(": ") + std::strerror(number) : std::string()) + '\n';
    }

    std::string faultSentence() const
    {
        std::string sentence;
        for (std::size_t i = 0; i < std::min(m_faults.size(), MostNames); ++i)
            sentence += (i > 0 ? ", " : "") + m_faults[i];
        if (m_faults.size() > MostNames)
            sentence += " and " + std::to_string(m_faults.size() - MostNames) + " more";
        return sentence + "; nothing was sent. Correct this or leave it out, and try again.";
    }

    const Ignored& m_ignored;
    const Wanted& m_wanted;
    Pile m_pile;
    std::vector<std::string> m_faults;
    std::string m_detail;
};

// '*' within a segment, '**' over segments, '?' and [sets], as in .gitignore.
bool glob(std::string_view pattern, std::string_view text)
{
    while (!pattern.empty()) {
        if (pattern.starts_with("**")) {
            pattern.remove_prefix(2);
            if (pattern.starts_with('/'))
                pattern.remove_prefix(1);
            for (std::size_t i = 0; i <= text.size(); ++i) {
                if (glob(pattern, text.substr(i)))
                    return true;
            }
            return false;
        }
        if (pattern.front() == '*') {
            pattern.remove_prefix(1);
            for (std::size_t i = 0; i <= text.size(); ++i) {
                if (glob(pattern, text.substr(i)))
                    return true;
                if (i < text.size() && text[i] == '/')
                    return false;
            }
            return false;
        }
        if (text.empty())
            return false;
        if (pattern.front() == '[' && pattern.find(']', 1) != std::string_view::npos) {
            const auto end = pattern.find(']', 1);
            std::string_view set = pattern.substr(1, end - 1);
            const bool isNegated = set.starts_with('!') || set.starts_with('^');
            if (isNegated)
                set.remove_prefix(1);
            bool isIn = false;
            for (std::size_t i = 0; i < set.size(); ++i) {
                const bool isRange = i + 2 < set.size() && set[i + 1] == '-';
                isIn = isIn || (isRange ? text.front() >= set[i] && text.front() <= set[i + 2] : text.front() == set[i]);
                i += isRange ? 2 : 0;
            }
            if (isIn == isNegated)
                return false;
            pattern.remove_prefix(end + 1);
        } else if (pattern.front() == '?' ? text.front() != '/' : pattern.front() == text.front()) {
            pattern.remove_prefix(1);
        } else {
            return false;
        }
        text.remove_prefix(1);
    }
    return text.empty();
}

} // namespace

Result<Pile> gather(const std::vector<fs::path>& sources, const Ignored& ignored, const Wanted& wanted)
{
    return Gatherer(ignored, wanted).all(sources);
}

IgnoreRules::IgnoreRules(const fs::path& folder)
{
    std::string text = ".git\n.venv\n__pycache__\n.ipynb_checkpoints\n.mypy_cache\n.pytest_cache\n.DS_Store\n.amlignore\n.gitignore\n";
    auto own = readFile(folder / ".amlignore", 1 << 20);
    if (!own)
        own = readFile(folder / ".gitignore", 1 << 20);
    text += own.value_or(std::string());
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find('\n', from), text.size());
        std::string line = text.substr(from, end - from);
        from = end + 1;
        while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t'))
            line.pop_back();
        if (line.empty() || line.front() == '#')
            continue;
        Rule rule;
        rule.isException = line.front() == '!';
        if (rule.isException)
            line.erase(0, 1);
        rule.isFolderOnly = line.ends_with('/');
        if (rule.isFolderOnly)
            line.pop_back();
        rule.isAnchored = line.find('/') != std::string::npos && !line.starts_with("**/");
        if (line.starts_with('/'))
            line.erase(0, 1);
        rule.pattern = line;
        if (!rule.pattern.empty())
            m_rules.push_back(std::move(rule));
    }
}

bool IgnoreRules::matches(const Rule& rule, const std::string& relative)
{
    if (rule.isAnchored || rule.pattern.starts_with("**/"))
        return glob(rule.pattern, relative);
    return glob(rule.pattern, relative.substr(relative.rfind('/') + 1));
}

bool IgnoreRules::operator()(const std::string& relative, bool isFolder) const
{
    bool isIgnored = false;
    for (const Rule& rule : m_rules) {
        if ((isFolder || !rule.isFolderOnly) && isIgnored == rule.isException && matches(rule, relative))
            isIgnored = !rule.isException;
    }
    return isIgnored;
}

} // namespace runyard::client
