#pragma once

#include "result.h"
#include "task.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace runyard {

// A program to run: no shell ever. Its standard input is /dev/null.
struct Command {
    std::vector<std::string> argv;               // argv[0] is looked up in PATH
    std::map<std::string, std::string> environment;  // added to ours
    std::filesystem::path folder;                // working directory; empty: ours
    std::chrono::milliseconds limit{0};          // 0: none
    std::size_t outputLimit = 16u << 20;         // bytes kept of each stream
};

struct CommandResult {
    int exitCode = -1;  // 128 + signal where a signal ended it
    std::string output;
    std::string errors;
};

// Runs a program in a process group of its own and answers when it has ended. Cancelling the Task, or the limit,
// kills the whole group. `onErrors` and `onOutput` hear pieces as they come, on the calling executor's thread.
// An error only where it could not be started or overran its limit (Timeout); a bad exit code is a result.
Task<Result<CommandResult>> runCommand(Command command, std::function<void(std::string_view)> onOutput = {}, std::function<void(std::string_view)> onErrors = {});

} // namespace runyard
