#include "interpreters.h"

#include "core/files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <sstream>

#include <sys/stat.h>

namespace runyard::local {

namespace {

namespace fs = std::filesystem;

int takeNumber(std::string_view& text)
{
    int number = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        number = number * 10 + (text.front() - '0');
        text.remove_prefix(1);
    }
    text.remove_prefix(std::min<std::size_t>(text.size(), text.find('.') == text.npos ? text.size() : text.find('.') + 1));
    return number;
}

std::string value(const std::map<std::string, std::string>& environment, const std::string& name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

// "python3" or "python3.11", nothing like python3-config.
bool isInterpreterName(const std::string& name)
{
    const std::string prefix = "python3";
    if (!name.starts_with(prefix))
        return false;
    const std::string rest = name.substr(prefix.size());
    return rest.empty() || (rest.front() == '.' && rest.find_first_not_of("0123456789.") == std::string::npos);
}

void addFrom(const fs::path& folder, std::vector<fs::path>& result)
{
    std::error_code fault;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
        if (isInterpreterName(entry->path().filename().string()))
            found.push_back(entry->path());
    }
    std::sort(found.begin(), found.end());  // python3 before python3.11
    result.insert(result.end(), found.begin(), found.end());
}

void addEach(const fs::path& folder, std::vector<fs::path>& result)
{
    std::error_code fault;
    for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault))
        result.push_back(entry->path() / "bin/python3");
}

std::string askVersion(const fs::path& python)
{
    std::string quoted = "'";
    for (const char c : python.string())
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    quoted += "'";
    const std::string line = "exec " + quoted + " -I -S -c 'import sys; print(\"%d.%d.%d\" % sys.version_info[:3])' 2>/dev/null </dev/null";
    FILE* answer = ::popen(line.c_str(), "re");
    if (!answer)
        return {};
    std::array<char, 64> text{};
    const std::size_t count = std::fread(text.data(), 1, text.size() - 1, answer);
    if (::pclose(answer) != 0)
        return {};
    std::string version(text.data(), count);
    version.erase(version.find_last_not_of(" \r\n") + 1);
    return version.find_first_not_of("0123456789.") == std::string::npos ? version : std::string();
}

std::string identity(const fs::path& file)
{
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 0111) == 0)
        return {};
    std::ostringstream text;
    text << info.st_size << ':' << info.st_mtim.tv_sec << '.' << info.st_mtim.tv_nsec << ':' << info.st_ino << ' ' << file.string();
    return text.str();
}

} // namespace

int compareVersions(const std::string& a, const std::string& b)
{
    std::string_view left = a;
    std::string_view right = b;
    while (!left.empty() || !right.empty()) {
        const int first = takeNumber(left);
        const int second = takeNumber(right);
        if (first != second)
            return first < second ? -1 : 1;
    }
    return 0;
}

bool refines(const std::string& version, const std::string& wanted)
{
    return wanted.empty() || version == wanted || version.starts_with(wanted + ".");
}

Interpreters::Interpreters(fs::path memory, std::map<std::string, std::string> environment)
    : m_memory(std::move(memory)), m_environment(std::move(environment))
{
    const auto text = readFile(m_memory);
    std::istringstream lines(text ? *text : std::string());
    for (std::string line; std::getline(lines, line);) {
        const auto tab = line.find('\t');
        if (tab != std::string::npos)
            m_versions[line.substr(tab + 1)] = line.substr(0, tab);
    }
}

std::vector<fs::path> Interpreters::candidates() const
{
    const fs::path home = value(m_environment, "HOME");
    const std::string pyenv = value(m_environment, "PYENV_ROOT");
    std::vector<fs::path> others;
    addEach((pyenv.empty() ? home / ".pyenv" : fs::path(pyenv)) / "versions", others);
    addEach(home / ".local/share/uv/python", others);
    std::vector<fs::path> condas{home / "miniconda3", home / "anaconda3", home / "miniforge3", home / "mambaforge", "/opt/conda", "/opt/miniconda3"};
    if (const std::string prefix = value(m_environment, "CONDA_PREFIX"); !prefix.empty())
        condas.insert(condas.begin(), prefix);
    for (const auto& conda : condas) {
        others.push_back(conda / "bin/python3");
        addEach(conda / "envs", others);
    }
    std::vector<fs::path> result;
    for (const char* folder : {"/usr/bin", "/usr/local/bin"})
        addFrom(folder, result);
    result.emplace_back();  // the system's end here
    result.insert(result.end(), others.begin(), others.end());
    return result;
}

std::vector<Interpreter> Interpreters::all()
{
    std::vector<Interpreter> result;
    std::set<fs::path> seen;
    std::ptrdiff_t ofSystem = 0;
    bool isNew = false;
    for (const auto& candidate : candidates()) {
        if (candidate.empty())
            ofSystem = static_cast<std::ptrdiff_t>(result.size());
        std::error_code fault;
        const fs::path real = fs::canonical(candidate, fault);
        const std::string id = fault ? std::string() : identity(real);
        if (id.empty() || !seen.insert(real).second)
            continue;
        if (!m_versions.contains(id)) {
            m_versions[id] = askVersion(real);
            isNew = true;
        }
        if (!m_versions[id].empty())
            result.push_back({real, m_versions[id]});
    }
    if (isNew)
        remember();
    std::stable_sort(result.begin() + ofSystem, result.end(),
                     [](const Interpreter& a, const Interpreter& b) { return compareVersions(a.version, b.version) > 0; });
    return result;
}

void Interpreters::remember() const
{
    std::string text;
    for (const auto& [id, version] : m_versions)
        text += version + "\t" + id + "\n";
    [[maybe_unused]] const auto saved = writeFileDurably(m_memory, text);  // else each is asked again next time
}

Result<Interpreter> chooseInterpreter(const std::vector<Interpreter>& found, const std::string& wanted, const std::string& least,
                                      const std::string& most, const std::string& forWhat)
{
    std::string list;
    for (const auto& one : found) {
        const bool isInRange = (least.empty() || compareVersions(one.version, least) >= 0) &&
                               (most.empty() || refines(one.version, most) || compareVersions(one.version, most) <= 0);
        if (refines(one.version, wanted) && isInRange)
            return one;
        list += (list.empty() ? "" : ", ") + one.version;
    }
    if (found.empty())
        return failure(Error::Code::NotFound, "There is no Python 3 on this computer: install the package python3.");
    if (!wanted.empty())
        return failure(Error::Code::NotFound, "There is no Python " + wanted + (least.empty() ? "" : " that " + forWhat + " runs on") +
                                                  " on this computer: choose one of " + list + ", or install it.");
    return failure(Error::Code::NotFound, forWhat + " needs a Python from " + least + " to " + most + ", and this computer has " + list +
                                              ": choose another version of it, or install such a Python.");
}

} // namespace runyard::local
