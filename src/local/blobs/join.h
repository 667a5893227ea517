#pragma once

#include "tree.h"
#include "upload.h"

#include <memory>
#include <vector>

namespace runyard::local {

// A file that is gone with this, unless it was moved to its place.
class Scratch {
public:
    explicit Scratch(std::filesystem::path file) : m_file(std::move(file)) {}
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const std::filesystem::path& file() const { return m_file; }

private:
    std::filesystem::path m_file;
};

// Puts blocks together into one durable file with its digest; `name` is the blob's, for sentences. Blocks; for a pool.
Result<Upload::Written> joinBlocks(const std::vector<std::filesystem::path>& blocks, const Scratch& into, const std::string& name);

} // namespace runyard::local
