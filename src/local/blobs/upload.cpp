#include "upload.h"

#include "core/files.h"
#include "core/hash.h"
#include "core/ids.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr off_t flushEvery = 8 << 20;

} // namespace

// Shared with the work on the pool: the file goes with the last of them.
struct Upload::State {
    ~State()
    {
        if (fd >= 0)
            ::close(fd);
        ::unlink(file.c_str());  // unless it was moved into place
    }

    int write(std::string_view piece)
    {
        sha256.add(piece);
        if (md5)
            md5->add(piece);
        while (!piece.empty()) {
            const ssize_t written = ::pwrite(fd, piece.data(), piece.size(), offset);
            if (written < 0 && errno != EINTR)
                return errno;
            piece.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
            offset += std::max<ssize_t>(written, 0);
        }
        if (offset - flushed >= flushEvery) {  // makes the flush at the end short
            ::sync_file_range(fd, flushed, offset - flushed, SYNC_FILE_RANGE_WRITE);
            flushed = offset;
        }
        return 0;
    }

    int close() const { return ::ftruncate(fd, offset) != 0 || ::fchmod(fd, 0444) != 0 || ::fsync(fd) != 0 ? errno : 0; }

    std::shared_ptr<Shelf> shelf;
    std::string name;
    fs::path file;
    int fd = -1;
    off_t offset = 0;
    off_t flushed = 0;
    Digest sha256;
    std::optional<Digest> md5;
};

Result<std::unique_ptr<Upload>> Upload::begin(std::shared_ptr<Shelf> shelf, const fs::path& folder, Plan plan)
{
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    auto state = std::make_shared<State>();
    state->shelf = std::move(shelf);
    state->name = std::move(plan.name);
    state->file = folder / ("put-" + newGuid());
    state->fd = ::open(state->file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (state->fd < 0)
        return Failure(fileError(state->name, "be written", errno));
    if (plan.expected > 0 && ::fallocate(state->fd, 0, 0, plan.expected) != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
        return Failure(fileError(state->name, "be written", errno));
    if (plan.md5 == Md5::Wanted)
        state->md5.emplace(Digest::Kind::Md5);
    return std::unique_ptr<Upload>(new Upload(std::move(state)));
}

Upload::~Upload() = default;

Task<Result<Upload::Written>> Upload::take(BodyReader& body)
{
    const auto state = m_state;
    const Pump::Take write = [state](std::string_view piece) { return state->write(piece); };
    Pump pump(state->shelf, write);
    auto drained = co_await pump.drain(body);
    if (!drained)
        co_return Failure(std::move(drained).error());
    const std::function<int()> close = [state] { return state->close(); };
    const int fault = co_await pump.finish(close);
    if (fault != 0)
        co_return Failure(fileError(state->name, "be written", fault));
    auto facts = factsOf(state->file);
    if (!facts)
        co_return Failure(facts.error());
    Written written;
    written.file = state->file;
    written.facts = *facts;
    written.sha256 = toHex(state->sha256.finish());
    if (state->md5)
        written.md5 = toBase64(state->md5->finish());
    co_return written;
}

} // namespace runyard::local
