#pragma once

#include "api/datastore.h"
#include "connection.h"
#include "core/sink.h"
#include "transfer.h"

#include <filesystem>
#include <vector>

namespace runyard::client {

struct UploadRequest {
    std::vector<std::filesystem::path> sources;  // files and folders; a folder's content goes in, not the folder itself
    std::string datastore;                       // empty: the default one
    std::string target;                          // path in the datastore, "mnist"
    Overwrite overwrite = Overwrite::No;
};

struct UploadSummary {
    int uploaded = 0;
    int skipped = 0;
    std::int64_t bytes = 0;
    std::vector<std::string> notes;  // sentences: what was left out, and why
};

class Datastores {
public:
    explicit Datastores(Connection& connection) : m_connection(connection) {}

    Task<Result<std::vector<api::Datastore>>> list();
    // One level: folders and blobs right below `prefix` ("" or "mnist/"); with their metadata.
    Task<Result<std::vector<api::Blob>>> browse(std::string datastore, std::string prefix);
    // All blobs below a prefix.
    Task<Result<std::vector<api::Blob>>> walk(std::string datastore, std::string prefix);
    Task<Result<>> remove(std::string datastore, std::string path);  // a blob, or all below a path ending with '/'
    // First `limit` bytes of a blob, for a preview.
    Task<Result<std::string>> head(std::string datastore, std::string path, std::int64_t limit);

    // Every file is checked before the first byte is sent: unreadable or vanished ones are named in the error, and nothing is half done.
    // Up to four files at once; SHA-256 of each travels with it and is verified by the service.
    Task<Result<UploadSummary>> upload(UploadRequest request, Sink<TransferProgress> sink);
    // Writes all blobs below `path` to `folder`: into a temporary folder beside it, verified by digest, renamed into place when whole.
    Task<Result<>> download(std::string datastore, std::string path, std::filesystem::path folder, Overwrite overwrite, Sink<TransferProgress> sink);

private:
    Task<Result<std::string>> containerOf(std::string datastore);  // empty: of the default one

    Connection& m_connection;
};

} // namespace runyard::client
