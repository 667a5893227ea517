#include "upload.h"

#include "core/files.h"
#include "core/hash.h"
#include "core/ids.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <optional>
#include <vector>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t pieceSize = 1 << 20;
constexpr int piecesAhead = 4;
constexpr off_t flushEvery = 8 << 20;

using Piece = std::vector<char>;

} // namespace

// Shared with the work on the pool: the file goes with the last of them.
struct Upload::State {
    State(asio::io_context& service, asio::thread_pool& pool) : context(service), strand(pool.get_executor()), moved(service) {}
    ~State()
    {
        if (fd >= 0)
            ::close(fd);
        ::unlink(file.c_str());  // unless it was moved into place
    }

    // On the strand.
    void write(const Piece& piece)
    {
        std::size_t done = 0;
        while (fault == 0 && done < piece.size()) {
            const ssize_t written = ::pwrite(fd, piece.data() + done, piece.size() - done, offset);
            if (written < 0 && errno != EINTR)
                fault = errno;
            if (written > 0) {
                done += static_cast<std::size_t>(written);
                offset += written;
            }
        }
        if (kind == Kind::Blob)
            sha256.add({piece.data(), piece.size()});
        if (md5)
            md5->add({piece.data(), piece.size()});
        if (kind == Kind::Blob && offset - flushed >= flushEvery) {  // makes the flush at the end short
            ::sync_file_range(fd, flushed, offset - flushed, SYNC_FILE_RANGE_WRITE);
            flushed = offset;
        }
    }

    void close()
    {
        if (fault == 0 && (::ftruncate(fd, offset) != 0 || (kind == Kind::Blob && (::fchmod(fd, 0444) != 0 || ::fsync(fd) != 0))))
            fault = errno;
    }

    asio::io_context& context;
    asio::strand<asio::thread_pool::executor_type> strand;
    fs::path file;
    fs::path name;
    Kind kind = Kind::Blob;
    int fd = -1;
    std::atomic<int> fault{0};
    off_t offset = 0;
    off_t flushed = 0;
    Digest sha256;
    std::optional<Digest> md5;
    // Io thread only.
    std::vector<std::unique_ptr<Piece>> free;
    std::unique_ptr<Piece> filling;
    int underWay = 0;
    Event moved;
};

Result<std::unique_ptr<Upload>> Upload::begin(asio::io_context& context, asio::thread_pool& pool, const fs::path& folder, Plan plan)
{
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    auto state = std::make_shared<State>(context, pool);
    state->name = plan.name;
    state->kind = plan.kind;
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

Task<Result<>> Upload::add(std::string_view bytes)
{
    const auto state = m_state;
    while (!bytes.empty()) {
        if (!state->filling) {
            if (state->free.empty()) {
                state->filling = std::make_unique<Piece>();
            } else {
                state->filling = std::move(state->free.back());
                state->free.pop_back();
            }
        }
        const auto part = std::min(bytes.size(), pieceSize - state->filling->size());
        state->filling->insert(state->filling->end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
        bytes.remove_prefix(part);
        if (state->filling->size() < pieceSize)
            break;
        ++state->underWay;
        asio::post(state->strand, [state, piece = std::shared_ptr<Piece>(std::move(state->filling))]() mutable {
            state->write(*piece);
            auto& service = state->context;
            asio::post(service, [state = std::move(state), piece = std::move(piece)] {
                --state->underWay;
                piece->clear();
                state->free.push_back(std::make_unique<Piece>(std::move(*piece)));
                state->moved.set();
            });
        });
        while (state->underWay >= piecesAhead)
            co_await state->moved.wait();
    }
    if (const int fault = state->fault; fault != 0)
        co_return Failure(fileError(state->name, "be written", fault));
    co_return Result<>();
}

Task<Result<Upload::Written>> Upload::finish()
{
    const auto state = m_state;
    ++state->underWay;
    asio::post(state->strand, [state]() mutable {
        if (state->filling)
            state->write(*state->filling);
        state->close();
        auto& service = state->context;
        asio::post(service, [state = std::move(state)] {
            --state->underWay;
            state->moved.set();
        });
    });
    while (state->underWay > 0)
        co_await state->moved.wait();
    if (const int fault = state->fault; fault != 0)
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
