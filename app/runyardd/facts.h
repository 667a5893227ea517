#pragma once

#include "api/workspace.h"
#include "core/result.h"

#include <filesystem>
#include <string>

namespace runyard {

// What a data folder remembers of its workspace over all lives of the service: DIR/workspace.json and DIR/key (mode 0600).
struct Facts {
    std::string subscriptionId;  // random: SDKs cache by the workspace's path
    std::string guid;
    std::string key;             // signs tokens and addresses
    std::string resourceGroup = "local";
    std::string workspaceName = "runyard";
    int port = 0;                // 0: none yet
    int tlsPort = 0;

    api::Workspace workspace(const std::string& url) const;
};

Result<Facts> loadFacts(const std::filesystem::path& folder);  // makes them on the first start
Result<> savePorts(const std::filesystem::path& folder, Facts facts, int port, int tlsPort);

} // namespace runyard
