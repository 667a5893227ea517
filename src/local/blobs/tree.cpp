#include "tree.h"

#include "core/files.h"
#include "core/text.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view uploadsName = ".uploads";
constexpr std::string_view runPrefix = "ExperimentRun/dcid.";

constexpr std::array<std::string_view, 4> ownNames{"azureml", "code", "data", "models"};

// An upload of a snapshot under way.
bool isStaging(const std::string& container)
{
    return container.starts_with("code-") && container.find_first_not_of("0123456789abcdef-", 5) == std::string::npos;
}

// Whether no part of the name can lead out of its folder.
bool isTame(std::string_view name)
{
    if (name.find('\0') != std::string_view::npos)
        return false;
    while (!name.empty()) {
        const auto end = std::min(name.find('/'), name.size());
        const auto part = name.substr(0, end);
        if (part.empty() || part == "." || part == "..")
            return false;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return true;
}

Failure notThere(const std::string& container, const std::string& name)
{
    return failure(Error::Code::NotFound, "There is no file “" + name + "” in container “" + container + "”.");
}

} // namespace

bool isContainerName(const std::string& name)
{
    const bool isSpelt = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos && name.find("--") == std::string::npos;
    return isSpelt && name.size() >= 3 && name.size() <= 63 && name.front() != '-' && name.back() != '-';
}

Result<> checkBlobName(const std::string& name)
{
    if (name.empty() || !isTame(name))
        return failure(Error::Code::Invalid, "“" + name + "” cannot be the name of a file here: no part of it may be empty, “.” or “..”.");
    if (!isUtf8(name))
        return failure(Error::Code::Invalid, "The file's name is not valid UTF-8; rename it first.");
    if (name.size() > 3000)
        return failure(Error::Code::Invalid, "“" + name.substr(0, 40) + "…” is too long: a path may have 3000 bytes.");
    for (std::size_t from = 0; from <= name.size();) {
        const auto end = std::min(name.find('/', from), name.size());
        if (end - from > 255)
            return failure(Error::Code::Invalid, "“" + name.substr(from, 40) + "…” is too long: a name may have 255 bytes.");
        from = end + 1;
    }
    return {};
}

Result<FileFacts> factsOf(const fs::path& file)
{
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0)
        return Failure(fileError(file, "be read", errno));
    if (!S_ISREG(facts.st_mode))
        return failure(Error::Code::NotFound, "“" + file.filename().string() + "” is not a file.");
    return FileFacts{facts.st_size, facts.st_mtim.tv_sec * 1'000'000'000LL + facts.st_mtim.tv_nsec, static_cast<std::int64_t>(facts.st_ino)};
}

fs::path Tree::root(const std::string& container) const
{
    if (container == "data" || container == "models" || container == "code")
        return m_folder / container;
    if (container == "azureml")
        return m_folder / "runs";
    if (isStaging(container))
        return m_folder / "code" / uploadsName / container;
    std::error_code error;
    return isContainerName(container) && fs::is_directory(userRoot(container), error) ? userRoot(container) : fs::path();
}

fs::path Tree::userRoot(const std::string& container) const
{
    return m_folder / "containers" / container;
}

bool Tree::isReserved(const std::string& container)
{
    return std::ranges::find(ownNames, container) != ownNames.end() || isStaging(container);
}

std::vector<std::string> Tree::containers() const
{
    std::vector<std::string> names(ownNames.begin(), ownNames.end());
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(m_folder / "containers", error)) {
        if (const std::string name = entry.path().filename().string(); isContainerName(name) && !isReserved(name))
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

fs::path Tree::uploads(const std::string& container) const
{
    return isStaging(container) ? m_folder / "code" / uploadsName : root(container) / uploadsName;
}

Result<fs::path> Tree::locate(const std::string& container, const std::string& name, Use use) const
{
    fs::path base = root(container);
    if (base.empty())
        return failure(Error::Code::NotFound, "There is no container “" + container + "”.");
    if (use == Use::Write && container != "data" && isReserved(container) && !isStaging(container))
        return failure(Error::Code::Forbidden, "Container “" + container + "” is read-only: its files are written by runs and by registering models.");
    std::string inner = name;
    while (inner.ends_with('/') && use == Use::Read)
        inner.pop_back();
    if (!isTame(inner) || inner == uploadsName || inner.starts_with(std::string(uploadsName) + "/"))
        return notThere(container, name);
    if (container == "azureml" && !inner.empty()) {
        if (!inner.starts_with(runPrefix))
            return inner == "ExperimentRun" ? Result<fs::path>(base) : notThere(container, name);
        const auto slash = std::min(inner.find('/', runPrefix.size()), inner.size());
        base /= inner.substr(runPrefix.size(), slash - runPrefix.size());
        inner.erase(0, std::min(slash + 1, inner.size()));
        const std::string first = inner.substr(0, inner.find('/'));
        if (first == "outputs" || first == "logs")
            inner = "work/" + inner;
        else if (!first.empty() && first != "user_logs" && first != "system_logs")
            return notThere(container, name);
    }
    const fs::path path = inner.empty() ? base : base / inner;
    if (!inner.empty() && !isInside(base, path))
        return notThere(container, name);
    return path;
}

std::vector<FoundBlob> Tree::children(const std::string& container, const std::string& folder) const
{
    std::vector<FoundBlob> found;
    const auto add = [&](const std::string& name, const fs::path& path, bool mayBeLink) {
        struct stat facts {};
        if (::lstat(path.c_str(), &facts) != 0)
            return;
        const bool isLink = S_ISLNK(facts.st_mode);
        // A link to a file within is that file; a link to a folder could lead in circles.
        if (isLink && (!mayBeLink || !isInside(root(container), path) || ::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)))
            return;
        if (S_ISDIR(facts.st_mode))
            found.push_back({folder + name + '/', true, {}});
        else if (S_ISREG(facts.st_mode))
            found.push_back({folder + name, false, {facts.st_size, facts.st_mtim.tv_sec * 1'000'000'000LL + facts.st_mtim.tv_nsec, static_cast<std::int64_t>(facts.st_ino)}});
    };
    const bool isRuns = container == "azureml";
    if (isRuns && folder.empty()) {
        add("ExperimentRun", root(container), false);
        return found;
    }
    const auto path = locate(container, folder);
    if (!path)
        return found;
    if (isRuns && folder.starts_with(runPrefix) && std::ranges::count(folder, '/') == 2) {
        for (const char* name : {"logs", "outputs"})
            add(name, *path / "work" / name, false);
        for (const char* name : {"system_logs", "user_logs"})
            add(name, *path / name, false);
        return found;
    }
    std::error_code error;
    for (fs::directory_iterator at(*path, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        const bool isTop = folder.empty() || (isRuns && folder == "ExperimentRun/");
        if (!isTop || name != uploadsName)
            add(isRuns && folder == "ExperimentRun/" ? "dcid." + name : name, at->path(), true);
    }
    std::ranges::sort(found, {}, &FoundBlob::name);
    return found;
}

// Goes through the folders in the order of the blobs' names and leaves out what cannot be wanted.
class Tree::Walk {
public:
    Walk(const Tree& tree, const std::string& container, const std::string& prefix, const std::string& delimiter, const std::string& marker, std::size_t limit)
        : m_tree(tree), m_container(container), m_prefix(prefix), m_marker(marker), m_limit(limit), m_isFlat(delimiter.empty()) {}

    bool into(const std::string& folder)  // false once the page is full
    {
        for (auto& child : m_tree.children(m_container, folder)) {
            const std::string& name = child.name;
            const bool isBelow = name.starts_with(m_prefix);
            const bool isDone = !m_marker.empty() && name <= m_marker;
            if (child.isFolder && !isBelow && !m_prefix.starts_with(name))
                continue;
            if (child.isFolder && (m_isFlat || name.size() <= m_prefix.size())) {
                if ((!isDone || m_marker.starts_with(name)) && !into(name))
                    return false;
                continue;
            }
            if (!isBelow || isDone)
                continue;
            if (page.blobs.size() == m_limit) {
                page.next = page.blobs.back().name;
                return false;
            }
            page.blobs.push_back(std::move(child));
        }
        return true;
    }

    Page page;

private:
    const Tree& m_tree;
    const std::string& m_container;
    const std::string& m_prefix;
    const std::string& m_marker;
    std::size_t m_limit;
    bool m_isFlat;
};

Tree::Page Tree::list(const std::string& container, const std::string& prefix, const std::string& delimiter, const std::string& marker, std::size_t limit) const
{
    Walk walk(*this, container, prefix, delimiter, marker, std::max<std::size_t>(limit, 1));
    // Whole folders of the prefix need no search from the root.
    const auto slash = prefix.rfind('/');
    walk.into(slash == std::string::npos ? std::string() : prefix.substr(0, slash + 1));
    return std::move(walk.page);
}

} // namespace runyard::local
