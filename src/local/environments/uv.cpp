#include "uv.h"

#include "core/files.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

namespace runyard::local {

namespace {

namespace fs = std::filesystem;

std::string value(const std::map<std::string, std::string>& environment, const char* name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

bool areOnOneFileSystem(fs::path a, const fs::path& b)
{
    std::error_code fault;
    while (!fs::exists(a, fault) && a.has_relative_path())
        a = a.parent_path();
    struct stat first {};
    struct stat second {};
    return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev;
}

// The cache is shared by all workspaces of a user where its files can be linked into the environments.
fs::path cacheFolder(const std::map<std::string, std::string>& environment, const fs::path& environments)
{
    if (const auto given = value(environment, "RUNYARD_UV_CACHE"); !given.empty())
        return given;
    const std::string xdg = value(environment, "XDG_CACHE_HOME");
    const std::string home = value(environment, "HOME");
    const fs::path shared = (xdg.empty() ? fs::path(home) / ".cache" : fs::path(xdg)) / "runyard/uv";
    const bool isUsable = !(xdg.empty() && home.empty()) && areOnOneFileSystem(shared, environments);
    return isUsable ? shared : environments / ".cache";
}

std::vector<fs::path> places(const std::map<std::string, std::string>& environment)
{
    std::vector<fs::path> result;
    if (const auto given = value(environment, "RUNYARD_UV"); !given.empty())
        result.emplace_back(given);
    result.push_back(defaultDataFolder() / "tools/bin/uv");
    std::istringstream path(value(environment, "PATH"));
    for (std::string folder; std::getline(path, folder, ':');) {
        if (!folder.empty())
            result.push_back(fs::path(folder) / "uv");
    }
    return result;
}

// From the first line that says "error", prefixes and hints left out, on one line.
std::string plainWords(const std::string& output)
{
    std::string words;
    std::istringstream lines(output);
    bool isError = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("hint:"))
            break;
        isError = isError || line.starts_with("error:");
        if (!isError)
            continue;
        line.erase(0, line.find_first_not_of(' ') == std::string::npos ? line.size() : line.find_first_not_of(' '));
        for (const std::string prefix : {"error: ", "cause: ", "Caused by: "}) {
            if (line.starts_with(prefix))
                line = (words.empty() || words.ends_with(": ") ? "" : "\b: ") + line.substr(prefix.size());
        }
        if (line.starts_with("\b"))
            line.erase(0, 1);
        else if (!words.empty() && !line.empty())
            line.insert(0, " ");
        words += line;
    }
    return words;
}

} // namespace

Result<Uv> Uv::find(const std::map<std::string, std::string>& environment, const fs::path& environments)
{
    const auto candidates = places(environment);
    const auto found = std::find_if(candidates.begin(), candidates.end(), [](const fs::path& p) { return ::access(p.c_str(), X_OK) == 0; });
    if (found == candidates.end())
        return failure(Error::Code::NotFound, "The package installer “uv” is not there: run packaging/build once, which puts it into Runyard's own folder.");
    Uv uv;
    uv.m_program = *found;
    uv.m_environments = environments;
    uv.m_environment = environment;
    for (const char* name : {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX", "UV_PYTHON", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT"})
        uv.m_environment.erase(name);
    uv.m_environment["UV_PYTHON_DOWNLOADS"] = "never";
    uv.m_environment["UV_CACHE_DIR"] = cacheFolder(environment, environments).string();
    uv.m_environment["UV_LINK_MODE"] = "hardlink";
    uv.m_environment["UV_NO_PROGRESS"] = "1";
    uv.m_environment["NO_COLOR"] = "1";
    uv.m_environment.emplace("UV_SYSTEM_CERTS", "1"); // an authority of the company's own is in the system's store
    return uv;
}

Command Uv::command(std::vector<std::string> arguments) const
{
    arguments.insert(arguments.begin(), m_program.string());
    return {std::move(arguments), m_environment, m_environments};
}

Command Uv::venv(const fs::path& python, const fs::path& folder) const
{
    return command({"venv", "--quiet", "--no-project", "--relocatable", "--python", python.string(), folder.string()});
}

Command Uv::install(const fs::path& folder, const fs::path& requirements) const
{
    return command({"pip", "install", "--python", (folder / "bin/python").string(), "-r", requirements.string()});
}

Command Uv::freeze(const fs::path& folder) const
{
    return command({"pip", "freeze", "--quiet", "--python", (folder / "bin/python").string()});
}

Error uvError(int status, const std::string& output)
{
    const auto says = [&](std::string_view words) { return output.find(words) != std::string::npos; };
    if (says("No space left on device") || says("Disk quota exceeded") || says("os error 28)"))
        return {Error::Code::Storage, "There is no space left on the disk for the environment: free some, then submit again.", output};
    if (status > 128)
        return {Error::Code::Server, "The installer of the environment was ended by signal " + std::to_string(status - 128) + ": submit again.", output};
    std::string words = plainWords(output).substr(0, 1000);
    if (words.empty())
        words = "uv ended with exit code " + std::to_string(status) + ".";
    if (says("error sending request") || says("dns error") || says("Could not connect") || says("tcp connect error"))
        return {Error::Code::Network, "The package index could not be reached: " + words, output};
    return {Error::Code::Invalid, "The environment could not be built: " + words, output};
}

} // namespace runyard::local
