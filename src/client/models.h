#pragma once

#include "api/model.h"
#include "connection.h"
#include "core/sink.h"
#include "transfer.h"

#include <filesystem>
#include <vector>

namespace runyard::client {

struct RegisterRequest {
    std::string runId;
    std::string path;   // "outputs/model"
    std::string name;   // "tf-mnist"
    std::string description;
    std::map<std::string, std::string> tags;
};

class Models {
public:
    explicit Models(Connection& connection) : m_connection(connection) {}

    Task<Result<std::vector<api::ModelContainer>>> list();
    Task<Result<std::vector<api::ModelVersion>>> versions(std::string name);  // newest first
    // The next version is the service's to give; answers with it.
    Task<Result<api::ModelVersion>> registerFromRun(RegisterRequest request);
    // Into a temporary folder beside `folder`, verified by digest, renamed into place only when whole.
    // Conflict where `folder` exists and Overwrite::No.
    Task<Result<>> download(std::string name, std::string version, std::filesystem::path folder, Overwrite overwrite, Sink<TransferProgress> sink);

private:
    Connection& m_connection;
};

} // namespace runyard::client
