#pragma once

#include "core/result.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace runyard {

// What the command line says.
struct Options {
    enum class Mode { Serve, Work, Routes, Backup, Check, Help, Version };
    Mode mode = Mode::Serve;
    std::filesystem::path folder;
    std::string host = "127.0.0.1";
    int port = 0;                             // 0: the one of last time, else any
    std::filesystem::path trace;              // empty: none
    std::chrono::seconds idleLimit{600};      // without runs, windows and clients
    // Only between the two processes of a service: descriptors handed down.
    int tcp = -1;
    int tls = -1;
    int tlsPort = 0;
    int local = -1;
    int lock = -1;
    int life = -1;
    std::string socket;
    std::filesystem::path backup;             // the file to write
    bool isRepairing = false;
    bool isReadingAll = false;
};

Result<Options> parseOptions(const std::vector<std::string>& arguments);
extern const char* const usage;

// Exit codes that mean something.
enum Exit : int { ExitDone = 0, ExitFaults = 1, ExitUsage = 2, ExitCannotStart = 3, ExitCrashed = 4 };

} // namespace runyard
