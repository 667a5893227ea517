#pragma once

#include "api/environment.h"
#include "api/job.h"
#include "runfolder.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace runyard::local {

struct SchedulerParts;

// What a job means on this machine: its ids and uris looked up, its command complete.
struct JobPlan {
    struct Copy {
        std::filesystem::path from, to;
    };

    std::string compute;
    std::filesystem::path code;  // empty: none
    api::EnvironmentRequest environment;
    std::string command;         // for bash
    std::map<std::string, std::string> variables;  // of the environment, for inputs
    std::vector<Copy> downloads;                   // before the start
    std::vector<Copy> uploads;                     // after the end
    std::vector<std::filesystem::path> folders;    // of outputs, to be made
};

// Where a job's output goes that names no place of its own.
std::string outputUri(const std::string& job, const std::string& output);

// An error names the first thing that is missing or makes no sense.
Result<JobPlan> planJob(const api::Job& job, const RunFolder& folder, const SchedulerParts& parts);

} // namespace runyard::local
