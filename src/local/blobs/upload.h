#pragma once

#include "pump.h"
#include "tree.h"

namespace runyard::local {

// A file that grows beside its place until it is whole, written and digested on the pool; dropping it leaves nothing.
class Upload {
public:
    enum class Md5 { None, Wanted };
    struct Plan {
        std::string name;            // of the blob, for sentences
        std::int64_t expected = -1;  // bytes that are reserved on the disk at once where they are known, so that a full disk is heard of first
        Md5 md5 = Md5::None;
    };
    static Result<std::unique_ptr<Upload>> begin(std::shared_ptr<Shelf> shelf, const std::filesystem::path& folder, Plan plan);
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    struct Written {
        std::filesystem::path file;  // read-only and on the disk, to be moved into place
        FileFacts facts;
        std::string sha256;  // hex
        std::string md5;     // base64, where wanted
    };
    // Takes all of the body and waits until it is flushed.
    Task<Result<Written>> take(BodyReader& body);

private:
    struct State;
    explicit Upload(std::shared_ptr<State> state) : m_state(std::move(state)) {}

    std::shared_ptr<State> m_state;
};

enum class Replace { Yes, No };

// Moves a written file to its place, making the folders above it, durably. Blocks; for a pool.
// Conflict where a file stands in the way of a folder or the other way round, or where Replace::No finds the place taken.
Result<> moveIntoPlace(const std::filesystem::path& root, const std::filesystem::path& file, const std::filesystem::path& place, Replace replace);

// Removes a file and the folders above it that are empty then. Blocks.
Result<> removeFile(const std::filesystem::path& root, const std::filesystem::path& file);

} // namespace runyard::local
