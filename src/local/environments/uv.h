#pragma once

#include "core/result.h"
#include "process.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace runyard::local {

// The program that installs packages, as every environment uses it.
class Uv {
public:
    // $RUNYARD_UV, else tools/bin/uv of the default data folder, else on PATH; NotFound with a sentence.
    static Result<Uv> find(const std::map<std::string, std::string>& environment, const std::filesystem::path& environments);

    Command venv(const std::filesystem::path& python, const std::filesystem::path& folder) const;
    Command install(const std::filesystem::path& folder, const std::filesystem::path& requirements) const;
    Command freeze(const std::filesystem::path& folder) const;

private:
    Command command(std::vector<std::string> arguments) const;

    std::filesystem::path m_program;
    std::filesystem::path m_environments;
    std::map<std::string, std::string> m_environment;
};

// What uv's last words mean: the resolver's own words, a full disk, an index that is not reached.
Error uvError(int status, const std::string& output);

} // namespace runyard::local
