#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace runyard {

// What an attempt is to do, as the service wrote it down before it started the shim. Times in milliseconds.
struct Intent {
    std::string runId;
    std::vector<std::string> argv;
    std::vector<std::string> environment;  // "NAME=value", all of it
    std::string folder;                    // working directory
    std::string log;                       // stdout and stderr, as written
    std::string times;                     // records of 16 bytes: size of the log, moment it was seen; empty for none
    std::vector<int> cpus;                 // empty for all
    int nice = 10;
    std::int64_t timeout = 0;    // 0 for none
    std::int64_t grace = 30'000; // between SIGTERM and SIGKILL
    std::int64_t linger = 2'000; // how long descendants may outlive the main process
};

// Throws std::runtime_error with a sentence where the file cannot be read or makes no sense.
Intent readIntent(const char* file);

} // namespace runyard
