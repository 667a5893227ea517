#pragma once

#include "core/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace runyard::local {

// A Python found on this computer.
struct Interpreter {
    std::filesystem::path path;  // its real path, links resolved
    std::string version;         // "3.11.2"
};

// -1, 0 or 1 as the numbers of `a` come before, equal or follow those of `b`; a missing one counts as 0.
int compareVersions(const std::string& a, const std::string& b);
// Whether `version` is `wanted` or refines it: "3.11.2" does "3.11" and "3", not "3.1". Everything refines "".
bool refines(const std::string& version, const std::string& wanted);

// The machine's interpreters: the system's first, then those of pyenv, conda and uv, newest first. Each is asked for its
// version once and remembered in a file for as long as the binary stays the same.
class Interpreters {
public:
    // `environment` says HOME, PYENV_ROOT, CONDA_PREFIX …
    Interpreters(std::filesystem::path memory, std::map<std::string, std::string> environment);

    std::vector<Interpreter> all();

private:
    std::vector<std::filesystem::path> candidates() const;
    void remember() const;

    std::filesystem::path m_memory;
    std::map<std::string, std::string> m_environment;
    std::map<std::string, std::string> m_versions;  // by path, size and time of the binary; empty where it does not run
};

// The first that refines `wanted` and lies in [least, most] (both may be empty); NotFound with what there is.
Result<Interpreter> chooseInterpreter(const std::vector<Interpreter>& found, const std::string& wanted, const std::string& least,
                                      const std::string& most, const std::string& forWhat);

} // namespace runyard::local
