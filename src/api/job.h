#pragma once

#include "core/time.h"

#include <cstdint>
#include <map>
#include <string>

namespace runyard::api {

struct JobInput {
    std::string type = "literal";  // literal, uri_file, uri_folder, …
    std::string value;             // of a literal
    std::string uri;               // azureml://datastores/{ds}/paths/{path} and the other forms of azureml-rest §1.10
    std::string mode = "ReadOnlyMount";  // ReadOnlyMount, ReadWriteMount, Download, Direct
};

struct JobOutput {
    std::string type = "uri_folder";
    std::string uri;
    std::string mode = "ReadWriteMount";  // ReadWriteMount, Upload
};

// A command job as ARM speaks it (azureml-rest §1.11). Its name is also the run id and MLflow's run id.
struct Job {
    std::string name;
    std::string displayName;
    std::string experimentName;
    std::string description;
    std::string command;        // "python train.py --data-folder ${{inputs.data_folder}}"
    std::string codeId;         // ARM id of a code version; may be empty
    std::string environmentId;  // ARM id of an environment version
    std::string computeId;      // ARM id of a compute
    std::string status;         // one of Azure's states; set by the service
    std::map<std::string, std::string> tags;
    std::map<std::string, std::string> properties;
    std::map<std::string, std::string> environmentVariables;
    std::map<std::string, JobInput> inputs;
    std::map<std::string, JobOutput> outputs;
    int instanceCount = 1;
    std::int64_t timeoutSeconds = 0;  // 0: none
    bool isArchived = false;
    Millis created = 0;  // systemData.createdAt
};

// Completed, Failed, Canceled, NotResponding and Paused end a job.
bool isTerminal(const std::string& status);

} // namespace runyard::api
