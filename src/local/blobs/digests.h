#pragma once

#include "local/store/store.h"
#include "tree.h"

#include <map>

namespace runyard::local {

// What the database knows of a file: its digest when it was committed, and what its writer said of it.
struct BlobRecord {
    std::string name;
    FileFacts facts;
    std::string sha256;  // hex
    std::string md5;     // base64, where the writer gave it
    std::map<std::string, std::string> metadata;
    std::map<std::string, std::string> properties = {};  // Content-Type and its like: blobproperties.h; and "revision", ms, when one was last set
};

// The digests of the workspace's files. A name may have several records, one for each inode that stood or is about to stand there:
// the one that fits the file counts, so that a crash between database and rename makes no file look changed.
class Digests {
public:
    using Metadata = std::map<std::string, std::string>;

    explicit Digests(Store& store) : m_store(store) {}

    Task<Result<>> put(std::string container, std::vector<BlobRecord> records);
    Task<Result<>> remove(std::string container, std::string name);
    // Those below a folder, and what their digests were.
    Task<Result<>> removeBelow(std::string container, std::string folder);
    std::vector<std::string> below(const std::string& container, const std::string& folder);
    Task<Result<>> removeAll(std::string container);
    // What is known of a file, looked up by a connection of the store.
    struct Known {
        BlobRecord record;  // that fits the file; without a digest where none does
        Metadata metadata;  // as below
    };
    static Known known(Database& database, const std::string& container, const FoundBlob& blob);
    // The same for a page of files, off the io thread.
    Task<Result<std::vector<Known>>> known(std::string container, std::vector<FoundBlob> blobs);
    // The record that fits the file; one without a digest where none does.
    BlobRecord of(const std::string& container, const FoundBlob& blob);
    // What a client gets to see: the writer's metadata, "sha256", and "changed" where the file no longer is what was digested.
    Metadata metadata(const std::string& container, const FoundBlob& blob);

private:
    Store& m_store;
};

} // namespace runyard::local
