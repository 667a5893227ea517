#pragma once

#include "core/time.h"

#include <map>
#include <string>

namespace runyard::api {

struct ModelContainer {
    std::string name;
    std::string latestVersion;
    std::string nextVersion;
    std::string description;
    std::map<std::string, std::string> tags;
    Millis created = 0;
};

struct ModelVersion {
    std::string name;
    std::string version;
    std::string type = "custom_model";  // custom_model, mlflow_model, triton_model
    std::string uri;      // on creation azureml://jobs/{job}/outputs/artifacts/paths/outputs/model; in answers a datastore path
    std::string jobName;  // the run it came from
    std::string description;
    std::map<std::string, std::string> tags;
    std::map<std::string, std::string> properties;  // "runyard.sha256": digest of the whole folder, "runyard.size", "runyard.files"
    Millis created = 0;
};

struct CodeVersion {
    std::string name;     // a guid
    std::string version = "1";
    std::string uri;      // blob URL of the folder
    std::string sha256;   // properties.hash_sha256
};

// Where to put the files of a code snapshot: answer to startPendingUpload.
struct PendingUpload {
    std::string blobUri;
    std::string sasUri;  // of a container
};

} // namespace runyard::api
