#pragma once

#include "api/datastore.h"
#include "api/uri.h"
#include "core/result.h"
#include "core/task.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace runyard::local {

class Changes;
class Store;

// The workspace's files: plain files in place, read-only once committed, with their digests in the database.
// Containers: "data" (datastore workspaceblobstore: DIR/data), "azureml" (workspaceartifactstore; blobs ExperimentRun/dcid.{run}/… are
// the run's folder: outputs/, logs/ from work/, user_logs/, system_logs/), "code" (snapshots), "models" (workspacemodels).
class Blobs {
public:
    Blobs(asio::io_context& context, Store& store, std::filesystem::path folder);
    ~Blobs();

    // The file or folder of a blob name, checked against traversal; it need not exist.
    Result<std::filesystem::path> locate(const std::string& container, const std::string& name) const;
    // The file or folder that an asset uri means.
    Result<std::filesystem::path> locate(const api::AssetUri& uri) const;
    Result<api::BlobPage> list(const std::string& container, const std::string& prefix, const std::string& delimiter, const std::string& marker, int limit) const;

    // Copies a folder into content-addressed storage (models): digest of the whole, sizes, files. Work happens off the io thread.
    struct Stored {
        std::string sha256;  // over the sorted lines "sha256  path\n"
        std::int64_t size = 0;
        int files = 0;
    };
    Task<Result<Stored>> store(std::filesystem::path folder, std::string container, std::string prefix);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
