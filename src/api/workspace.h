#pragma once

#include <cstdint>
#include <string>

namespace runyard::api {

// A workspace as ARM answers it (azureml-rest §1.6).
struct Workspace {
    std::string subscriptionId;
    std::string resourceGroup;
    std::string name;
    std::string guid;           // properties.workspaceId
    std::string location;
    std::string description;
    std::string discoveryUrl;   // answers {"api": base of the data plane}
    std::string trackingUri;    // properties.mlFlowTrackingUri

    // "/subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.MachineLearningServices/workspaces/{w}"
    std::string path() const;
    // Sets the addresses of a local service for who found it under `url`, "http://127.0.0.1:PORT".
    void reachedAt(const std::string& url);
};

// What a local service writes to DIR/service.json (mode 0600) once it listens.
struct ServiceInfo {
    std::int64_t pid = 0;  // of the worker
    std::string socket;    // path of the unix socket
    std::string url;       // "http://127.0.0.1:PORT", the base of all its TCP URLs
    std::string tlsUrl;    // "https://localhost:PORT", for clients that insist on TLS
    std::string caFile;    // PEM of the authority that signed its certificate
    std::string mlflowUrl; // what MLFLOW_TRACKING_URI is set to
    std::string token;     // the owner's bearer token
    std::string subscriptionId;
    std::string resourceGroup;
    std::string workspaceName;

    std::string workspacePath() const;
};

} // namespace runyard::api
