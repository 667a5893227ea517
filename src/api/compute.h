#pragma once

#include "core/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runyard::api {

// A compute target as ARM answers it (azureml-rest §1.8). `type` is AmlCompute for clusters;
// the local workspace also has "this-computer", which exists without being created.
struct Compute {
    std::string name;
    std::string type = "AmlCompute";
    std::string description;
    std::string location;
    std::string vmSize;
    int minNodes = 0;
    int maxNodes = 1;
    std::int64_t idleSeconds = 120;  // before a node goes
    std::string provisioningState;   // Creating, Updating, Succeeded, Failed, Deleting
    std::string allocationState;     // Steady, Resizing
    int currentNodes = 0;
    int targetNodes = 0;
    int idle = 0;
    int running = 0;
    int preparing = 0;
    int unusable = 0;
    int leaving = 0;
    std::vector<std::string> errors;  // sentences
    Millis created = 0;
    Millis modified = 0;
    std::string meaning;  // local service only: what the size is here, "1 of 2 cores, no GPU"
};

struct ComputeNode {
    std::string id;
    std::string state;  // idle, running, preparing, unusable, leaving, preempted
    std::string runId;
    std::string cpus;   // local service only: "0,3"
};

struct VmSize {
    std::string name;
    int cores = 0;
    int gpus = 0;
    double memoryGb = 0;
    std::string meaning;  // local service only
};

} // namespace runyard::api
