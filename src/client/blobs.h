#pragma once

#include "api/datastore.h"
#include "connection.h"
#include "core/sink.h"
#include "transfer.h"

#include <filesystem>
#include <set>
#include <vector>

namespace runyard::client {

// A container of blobs: its path or URL without the query, and a SAS where it has one.
struct Container {
    std::string base;   // "/runyard/data"
    std::string query;  // "sv=…&sig=…" or empty

    std::string blob(const std::string& name, const std::string& extra = {}) const;
    std::string itself(const std::string& extra) const;
    static Container ofService(const std::string& name);     // path style, by the owner's token
    static Container ofSas(const std::string& url);          // splits a URL with a SAS
};

// A folder of blobs.
struct BlobPlace {
    Container container;
    std::string prefix;  // ends with '/' unless it is empty
    // Reads the URL of a folder; `base` is the service's own, whose account is the first segment of the path.
    static BlobPlace ofUrl(std::string url, const std::string& base);
};

// One page of a listing, as Blob storage answers it.
Result<api::BlobPage> readPage(const std::string& xml);

// What the areas share of Blob storage.
class BlobStore {
public:
    explicit BlobStore(Connection& connection) : m_connection(connection) {}

    // All pages. `delimiter` "/" makes it one level.
    Task<Result<std::vector<api::Blob>>> list(Container container, std::string prefix, std::string delimiter);
    // The first `limit` bytes.
    Task<Result<std::string>> read(Container container, std::string name, std::int64_t limit);
    Task<Result<>> remove(Container container, std::string name);

private:
    Connection& m_connection;
};

// One file on its way to a container.
struct UploadItem {
    std::filesystem::path file;
    std::string name;  // of the blob
    std::int64_t size = 0;
};

enum class Existing { Skip, Replace };

struct UploadTotals {
    int uploaded = 0;
    int skipped = 0;
    std::int64_t bytes = 0;
};

// Sends files to a container: four at once, larger ones by blocks, each with its SHA-256. `report` hears bytes that are confirmed.
Task<Result<UploadTotals>> uploadAll(Connection& connection, Container container, std::vector<UploadItem> items, Existing existing,
                                     std::function<void(const TransferProgress&)> report);

// A blob to be written to `path` below the target folder.
struct DownloadItem {
    api::Blob blob;
    std::string path;
};

// What arrived: path → SHA-256.
using Digests = std::map<std::string, std::string>;

enum class Changed { Allowed, Refused };  // files that no longer match the digest they were stored with

// Writes blobs to `folder`: into a temporary folder beside it, checked by digest, flushed, renamed into place when whole.
// `verify` looks at the digests of all before that.
Task<Result<>> downloadAll(Connection& connection, Container container, std::vector<DownloadItem> items, std::filesystem::path folder, Overwrite overwrite, Changed changed,
                           std::function<Result<>(const Digests&)> verify, std::function<void(const TransferProgress&)> report);

// The items of a download of all below `path`; a single blob keeps its last name.
std::vector<DownloadItem> itemsBelow(const std::vector<api::Blob>& blobs, const std::string& path);

} // namespace runyard::client
