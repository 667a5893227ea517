#pragma once

#include "api/datastore.h"
#include "api/uri.h"
#include "core/result.h"
#include "core/task.h"

#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace runyard::local {

class Digests;
class Shelf;
class Stages;
class Store;
class Tree;
class Turns;

// The workspace's files: plain files in place, read-only once committed, with their digests in the database.
// Containers: "data" (datastore workspaceblobstore: DIR/data), "azureml" (workspaceartifactstore; blobs ExperimentRun/dcid.{run}/… are
// the run's folder: outputs/, logs/ from work/, user_logs/, system_logs/), "code" (snapshots), "models" (workspacemodels).
class Blobs {
public:
    Blobs(asio::io_context& context, Store& store, std::filesystem::path folder);
    ~Blobs();

    // Makes the folders and clears away what uploads of an earlier life left.
    Result<> open();

    // The file or folder of a blob name, checked against traversal; it need not exist.
    Result<std::filesystem::path> locate(const std::string& container, const std::string& name) const;
    // The file or folder that an asset uri means. Outputs of a job: "artifacts" and "default" are its run's own, others DIR/data/azureml/{job}/{output}.
    Result<std::filesystem::path> locate(const api::AssetUri& uri) const;
    // The same for a blob's URL, "{base}/runyard/{container}/{blob}", such as a code version's codeUri.
    Result<std::filesystem::path> locateUrl(const std::string& url) const;
    Result<api::BlobPage> list(const std::string& container, const std::string& prefix, const std::string& delimiter, const std::string& marker, int limit) const;

    // Copies a folder (or a file) into content-addressed storage (models): digest of the whole, sizes, files. Work happens off the io thread.
    // Conflict where the prefix holds other content; the same content again is no error.
    struct Stored {
        std::string sha256;  // over the sorted lines "sha256  path\n"
        std::int64_t size = 0;
        int files = 0;
    };
    Task<Result<Stored>> store(std::filesystem::path folder, std::string container, std::string prefix);
    // Removes what a model version's uri ("azureml://datastores/workspacemodels/paths/…") means, and contents that nothing else names.
    Task<Result<>> discardModel(std::string uri);
    // Seals an uploaded snapshot, container "code-{guid}" from `below` down, as container "code", folder {sha256}; the same one again costs nothing.
    Task<Result<Stored>> sealSnapshot(std::string upload, std::string below);

    const Tree& tree() const;
    Digests& digests() const;
    Turns& turns() const;
    Stages& stages() const;
    std::shared_ptr<Shelf> shelf() const;
    asio::thread_pool& pool() const;
    asio::io_context& context() const;

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
