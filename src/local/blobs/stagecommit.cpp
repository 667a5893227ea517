// How the blocks of a stage become a blob.
#include "stage.h"

#include "core/files.h"
#include "pieces.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t flushEvery = 8 << 20;

Result<Upload::Written> madeDurable(const fs::path& file, const std::string& name, int fd, std::string sha256)
{
    if (::fchmod(fd, 0444) != 0 || ::fsync(fd) != 0)
        return Failure(fileError(name, "be written", errno));
    auto facts = factsOf(file);
    if (!facts)
        return Failure(facts.error());
    Upload::Written written;
    written.file = file;
    written.facts = *facts;
    written.sha256 = std::move(sha256);
    return written;
}

} // namespace

bool Stage::digestNext()
{
    std::unique_lock lock(m_mutex);
    const auto next = [this] {
        const auto at = m_extents.find(m_digested);
        return !m_isSealed && at != m_extents.end() && at->second.isWhole ? at->second.size : 0;
    };
    const std::int64_t size = next();
    if (m_isDigesting || size == 0)
        return false;
    m_isDigesting = true;
    const int before = m_changes;
    lock.unlock();
    const int fault = forEachPiece(m_bytes, m_digested, size, [this](std::string_view piece) { return m_sha256.add(piece), 0; });
    lock.lock();
    m_isDigesting = false;
    m_digested += size;
    if (fault != 0 || m_changes != before) {
        m_sha256 = Digest();
        m_digested = 0;
    }
    m_isStill.notify_all();
    return fault == 0 && next() > 0;
}

Result<Upload::Written> Stage::commit(const std::vector<std::string>& ids, const std::string& name)
{
    std::unique_lock lock(m_mutex);
    if (m_isSealed)
        return failure(Error::Code::Conflict, "The blob is being committed already.");
    m_isSealed = true;
    m_isStill.wait(lock, [this] { return m_writing == 0 && !m_isDigesting; });
    Extents extents;
    off_t end = 0;
    bool isInOrder = true;
    for (const std::string& id : ids) {
        const auto found = m_places.find(id);
        if (found == m_places.end())
            return failure(Error::Code::Invalid, "The list names a block that was not sent, or was sent too long ago. Send the file again.", "blocks");
        extents.emplace_back(found->second, m_extents[found->second].size);
        isInOrder = isInOrder && found->second == end;
        end += extents.back().second;
    }
    return isInOrder ? inPlace(end, name) : copied(extents, name);
}

Result<Upload::Written> Stage::inPlace(off_t size, const std::string& name)
{
    const fs::path file = m_folder / "bytes";
    if (m_digested > size) {
        m_sha256 = Digest();
        m_digested = 0;
    }
    int fault = ::ftruncate(m_bytes, size) != 0 ? errno : 0;
    if (fault == 0)
        fault = forEachPiece(m_bytes, m_digested, size - m_digested, [this](std::string_view piece) { return m_sha256.add(piece), 0; });
    if (fault != 0)
        return Failure(fileError(name, "be written", fault));
    return madeDurable(file, name, m_bytes, toHex(m_sha256.finish()));
}

Result<Upload::Written> Stage::copied(const Extents& extents, const std::string& name) const
{
    const fs::path file = m_folder / "ordered";
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return Failure(fileError(name, "be written", errno));
    Digest sha256;
    off_t end = 0, flushed = 0;
    int fault = 0;
    for (auto at = extents.begin(); at != extents.end() && fault == 0; ++at) {
        fault = forEachPiece(m_bytes, at->first, at->second, [&](std::string_view piece) {
            sha256.add(piece);
            const int failed = writeAt(fd, piece, end);
            end += static_cast<off_t>(piece.size());
            if (end - flushed >= flushEvery) {
                ::sync_file_range(fd, flushed, end - flushed, SYNC_FILE_RANGE_WRITE);
                flushed = end;
            }
            return failed;
        });
    }
    auto written = fault != 0 ? Result<Upload::Written>(Failure(fileError(name, "be written", fault))) : madeDurable(file, name, fd, toHex(sha256.finish()));
    ::close(fd);
    return written;
}

} // namespace runyard::local
