#pragma once

#include "tree.h"

#include <map>
#include <vector>

namespace runyard::local {

// A folder as the digests of its files. All functions here block: for a pool.
struct Manifest {
    struct File {
        std::string sha256;
        FileFacts facts;
    };
    std::map<std::string, File> files;  // by path below the folder

    std::string sha256() const;  // over the sorted lines "sha256  path\n"
    std::int64_t size() const;
};

// Digests what is there; a file stands for a folder with that one file.
Result<Manifest> digestFolder(const std::filesystem::path& folder);

// Copies every file into DIR/…/objects, named by its digest, and builds `target` of links to them; durably, whole or not at all.
Result<Manifest> copyByContent(const std::filesystem::path& folder, const std::filesystem::path& objects, const std::filesystem::path& target);

// Removes a folder that copyByContent() built, and of the contents named those that nothing else links to.
Result<> removeContent(const std::filesystem::path& target, const std::filesystem::path& objects, const std::vector<std::string>& sha256);

} // namespace runyard::local
