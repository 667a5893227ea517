#pragma once

#include "core/result.h"
#include "core/task.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace runyard::local {

// A program to run to its end: argv[0] by path, the environment complete.
struct Command {
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment;
    std::filesystem::path folder;
};

// Runs a program in a process group of its own, stdin empty, stdout and stderr as one stream handed on line by line
// (with the newline). Answers its exit status, 128 + signal where one ended it. Cancelling kills the group; so does
// the end of this service.
Task<Result<int>> runCommand(asio::io_context& context, Command command, std::function<void(std::string_view)> line);

// This process's environment as a map.
std::map<std::string, std::string> ownEnvironment();

} // namespace runyard::local
