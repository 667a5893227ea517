#pragma once

#include "core/hash.h"
#include "upload.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace runyard::local {

// The blocks of one blob that wait for their list, in one file: where they stand there in the list's order, that file becomes the blob
// without a byte being copied, and its digest is taken while they come. Otherwise they are copied into that order.
// Any thread. What is whole survives the service (a folder: "bytes" and "index"), not the computer.
class Stage : public std::enable_shared_from_this<Stage> {
public:
    // Makes the folder, or takes up what an earlier life of the service left in it.
    static Result<std::shared_ptr<Stage>> open(const std::filesystem::path& folder);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // A block while it is written; dropped before keep(), it never was.
    class Block {
    public:
        ~Block();
        Block(const Block&) = delete;
        Block& operator=(const Block&) = delete;
        int write(std::string_view bytes);  // an errno; behind the bytes before
        int keep();                         // it is whole

    private:
        friend class Stage;
        Block(std::shared_ptr<Stage> stage, std::string id, off_t offset, std::int64_t room) : m_stage(std::move(stage)), m_id(std::move(id)), m_offset(offset), m_room(room) {}

        std::shared_ptr<Stage> m_stage;
        std::string m_id;
        off_t m_offset;
        std::int64_t m_room;
        std::int64_t m_size = 0;
        bool m_isKept = false;
    };
    // Of `size` bytes, -1 where that is not known. Ids tell where most clients mean a block to stand; those of others stand in the order in
    // which they came. Nothing while the blob is being committed.
    std::unique_ptr<Block> begin(const std::string& id, std::int64_t size);

    struct Known {
        std::string id;
        std::int64_t size = 0;
    };
    std::vector<Known> blocks();
    bool hasAll(const std::vector<std::string>& ids);

    // Digests what has become whole in one piece from the start, one block at a time; true where there is more. For a pool.
    bool digestNext();

    // The blob, durable and read-only, in the stage's folder. From then on no block can be written any more. `name` is for sentences. Blocks; for a pool.
    Result<Upload::Written> commit(const std::vector<std::string>& ids, const std::string& name);

private:
    struct Extent {
        std::string id;
        std::int64_t size = 0;  // reserved, or written once it is whole
        bool isWhole = false;
    };
    using Extents = std::vector<std::pair<off_t, std::int64_t>>;

    Stage(std::filesystem::path folder, int bytes, int index) : m_folder(std::move(folder)), m_bytes(bytes), m_index(index) {}
    void load();
    off_t placeFor(const std::string& id, std::int64_t size);
    bool isFree(off_t offset, std::int64_t size) const;
    void forget(const std::string& id);
    int note(const std::string& id, off_t offset, std::int64_t size);
    Result<Upload::Written> inPlace(off_t size, const std::string& name);
    Result<Upload::Written> copied(const Extents& extents, const std::string& name) const;

    std::filesystem::path m_folder;
    int m_bytes, m_index;
    std::mutex m_mutex;
    std::condition_variable m_isStill;
    std::map<off_t, Extent> m_extents;
    std::map<std::string, off_t> m_places;  // of whole blocks, by id
    std::int64_t m_unit = 0;  // size of the first block: of all but the last, with most clients
    off_t m_end = 0;
    int m_writing = 0;
    bool m_isSealed = false;
    // The digest of the blob so far.
    Digest m_sha256;
    off_t m_digested = 0;
    int m_changes = 0;  // of what was digested or is
    bool m_isDigesting = false;
};

} // namespace runyard::local
