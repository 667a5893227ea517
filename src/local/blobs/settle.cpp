#include "settle.h"

#include "blobs.h"
#include "local/runs/inpool.h"

namespace runyard::local {

namespace {

Task<Result<>> move(Blobs& blobs, const Settling& settling)
{
    std::function<Result<>()> work = [root = blobs.tree().root(settling.container), file = settling.file, place = settling.place, replace = settling.replace] {
        return moveIntoPlace(root, file, place, replace);
    };
    co_return co_await inPool(blobs.context(), blobs.pool(), std::move(work));
}

Task<Result<>> note(Blobs& blobs, const Settling& settling)
{
    std::vector<BlobRecord> records(1, settling.record);
    co_return co_await blobs.digests().put(settling.container, std::move(records));
}

Task<> takeBack(Blobs& blobs, const Settling& settling)
{
    std::function<Result<>()> work = [root = blobs.tree().root(settling.container), place = settling.place] { return removeFile(root, place); };
    co_await inPool(blobs.context(), blobs.pool(), std::move(work));
}

} // namespace

Task<Result<>> settle(Blobs& blobs, Settling settling)
{
    std::error_code error;
    if (std::filesystem::exists(settling.place, error)) {
        // Records of both, and the one that fits the file counts, whichever that is.
        auto noted = co_await note(blobs, settling);
        if (!noted)
            co_return noted;
        co_return co_await move(blobs, settling);
    }
    // A record without a file would tell of one that was taken away; a file without a record tells nothing.
    auto moved = co_await move(blobs, settling);
    if (!moved)
        co_return moved;
    auto noted = co_await note(blobs, settling);
    if (!noted)
        co_await takeBack(blobs, settling);
    co_return noted;
}

} // namespace runyard::local
