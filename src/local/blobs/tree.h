#pragma once

#include "core/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace runyard::local {

// What tells whether a file is still the one whose digest was taken.
struct FileFacts {
    std::int64_t size = 0;
    std::int64_t mtime = 0;  // ns since 1970
    std::int64_t inode = 0;
};

struct FoundBlob {
    std::string name;  // whole name from the container's root; a folder's ends with '/'
    bool isFolder = false;
    FileFacts facts;
};

// The containers of a workspace as folders: names in, paths out. Any thread; knows no state but the disk's.
//   "data" → DIR/data · "models" → DIR/models · "code" → DIR/code · "code-{guid}" → an upload of a snapshot under way
//   others → DIR/containers/{name}, where a user made one
//   "azureml" → DIR/runs: ExperimentRun/dcid.{run}/{outputs,logs} lie in work/, user_logs and system_logs beside it
class Tree {
public:
    explicit Tree(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    enum class Use { Read, Write };
    // The file or folder of a name, "" for the root. Refuses traversal, links that lead out, and for writing whatever is read-only.
    Result<std::filesystem::path> locate(const std::string& container, const std::string& name, Use use = Use::Read) const;
    // Where files of a container grow until they are whole: on its own file system, never listed.
    std::filesystem::path uploads(const std::string& container) const;
    std::filesystem::path root(const std::string& container) const;  // empty where there is no such container
    std::vector<std::string> containers() const;                      // the workspace's own and the users', by name
    std::filesystem::path userRoot(const std::string& container) const;  // where a container that users make lies, there or not
    static bool isReserved(const std::string& container);             // the workspace's own names

    struct Page {
        std::vector<FoundBlob> blobs;  // in the order of their names' bytes
        std::string next;              // marker of the next page
    };
    Page list(const std::string& container, const std::string& prefix, const std::string& delimiter, const std::string& marker, std::size_t limit) const;

private:
    class Walk;
    std::vector<FoundBlob> children(const std::string& container, const std::string& folder) const;

    std::filesystem::path m_folder;
};

// Size, time and inode of a regular file; an error where there is none.
Result<FileFacts> factsOf(const std::filesystem::path& file);

// Whether a name can be a container's: 3 to 63 small letters, digits and single hyphens between them.
bool isContainerName(const std::string& name);

// Whether a name can be a blob's: UTF-8, no empty, "." or ".." parts, none of more than 255 bytes.
Result<> checkBlobName(const std::string& name);

} // namespace runyard::local
