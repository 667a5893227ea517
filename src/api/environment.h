#pragma once

#include "core/result.h"

#include <map>
#include <string>
#include <vector>

namespace runyard::api {

// What a run's Python environment is made from. On the wire it is an environment version whose
// condaFile holds it and whose image names the framework (src/api/environmentjson.cpp says how).
struct EnvironmentRequest {
    std::string framework = "tensorflow";  // tensorflow, pytorch, scikit-learn, or "" for none
    std::string frameworkVersion;          // "2.21"; empty: newest
    std::string pythonVersion;             // "3.11"; empty: any that fits
    std::vector<std::string> pipPackages;  // PEP 508 lines
    bool useGpu = false;
};

struct EnvironmentVersion {
    std::string name;
    std::string version;
    std::string image;
    std::string condaFile;  // YAML text
    std::string description;
    std::map<std::string, std::string> tags;
    bool isAnonymous = false;
};

// The request as the environment version that asks for it, and back. A condaFile of any origin is read
// (python=…, packages that PyPI has too, pip lists); a curated TensorFlow or PyTorch image sets the framework. Invalid, with the reason,
// where only conda or a container engine could make it.
EnvironmentVersion toEnvironmentVersion(const EnvironmentRequest& request, const std::string& name, const std::string& version);
Result<EnvironmentRequest> toEnvironmentRequest(const EnvironmentVersion& version);

} // namespace runyard::api
