#include "stage.h"

#include "blockid.h"
#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <vector>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t readSize = 512 << 10;
constexpr std::int64_t unknownRoom = 4LL << 30;  // for a block whose size its client does not say
constexpr std::int64_t farthest = 1LL << 40;
constexpr std::int64_t flushEvery = 8 << 20;

int writeAt(int fd, std::string_view bytes, off_t offset)
{
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), offset);
        if (written < 0 && errno != EINTR)
            return errno;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
        offset += std::max<ssize_t>(written, 0);
    }
    return 0;
}

// Hands on what lies at [offset, offset + size); an errno.
template<typename Take>
int forEachPiece(int fd, off_t offset, std::int64_t size, Take take)
{
    std::vector<char> buffer(static_cast<std::size_t>(std::min<std::int64_t>(size, readSize)));
    while (size > 0) {
        const ssize_t got = ::pread(fd, buffer.data(), static_cast<std::size_t>(std::min<std::int64_t>(size, readSize)), offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : EIO;
        if (const int fault = take(std::string_view(buffer.data(), static_cast<std::size_t>(got))); fault != 0)
            return fault;
        offset += got;
        size -= got;
    }
    return 0;
}

// "id in hex, offset, size"; a size of -1 takes the block away.
struct IndexLine {
    std::string id;
    off_t offset = 0;
    std::int64_t size = 0;
};

std::optional<IndexLine> readLine(std::string_view text)
{
    IndexLine line;
    const auto first = text.find(' ');
    const auto last = text.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return {};
    for (std::size_t at = 0; at + 1 < first; at += 2) {
        unsigned char byte = 0;
        if (std::from_chars(text.data() + at, text.data() + at + 2, byte, 16).ptr != text.data() + at + 2)
            return {};
        line.id += static_cast<char>(byte);
    }
    const auto offset = std::from_chars(text.data() + first + 1, text.data() + last, line.offset);
    const auto size = std::from_chars(text.data() + last + 1, text.data() + text.size(), line.size);
    return offset.ec == std::errc() && size.ec == std::errc() ? std::optional(line) : std::nullopt;
}

} // namespace

Result<std::shared_ptr<Stage>> Stage::open(const fs::path& folder)
{
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    ::chmod((folder / "bytes").c_str(), 0600);  // a commit that was broken off may have made it read-only
    const int bytes = ::open((folder / "bytes").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const int index = ::open((folder / "index").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int fault = errno;
    const std::shared_ptr<Stage> stage(new Stage(folder, bytes, index));
    if (bytes < 0 || index < 0)
        return Failure(fileError(folder, "be written", fault));
    stage->load();
    return stage;
}

Stage::~Stage()
{
    ::close(m_bytes);
    ::close(m_index);
}

void Stage::load()
{
    struct stat facts {};
    const auto text = readFile(m_folder / "index").value_or("");
    if (::fstat(m_bytes, &facts) != 0)
        return;
    std::map<std::string, IndexLine> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        if (end == std::string::npos)
            break;  // torn
        if (const auto line = readLine(std::string_view(text).substr(at, end - at)))
            lines[line->id] = *line;
        at = end + 1;
    }
    for (const auto& [id, line] : lines) {
        if (line.size <= 0 || line.offset + line.size > facts.st_size)
            continue;  // taken away, or the bytes have become a blob
        m_extents[line.offset] = Extent{id, line.size, true};
        m_places[id] = line.offset;
        m_end = std::max<off_t>(m_end, line.offset + line.size);
        m_unit = std::max(m_unit, line.size);
    }
}

bool Stage::isFree(off_t offset, std::int64_t size) const
{
    auto after = m_extents.lower_bound(offset);
    if (after != m_extents.end() && after->first < offset + size)
        return false;
    return after == m_extents.begin() || std::prev(after)->first + std::prev(after)->second.size <= offset;
}

int Stage::note(const std::string& id, off_t offset, std::int64_t size)
{
    const std::string line = toHex(id) + ' ' + std::to_string(offset) + ' ' + std::to_string(size) + '\n';
    return ::write(m_index, line.data(), line.size()) == static_cast<ssize_t>(line.size()) ? 0 : errno == 0 ? EIO : errno;
}

void Stage::forget(const std::string& id)
{
    const auto found = m_places.find(id);
    if (found == m_places.end())
        return;
    if (found->second <= m_digested) {
        ++m_changes;
        if (!m_isDigesting) {
            m_sha256 = Digest();
            m_digested = 0;
        }
    }
    m_extents.erase(found->second);
    m_places.erase(found);
}

// Where the block should stand; a block that comes again stands where it stood.
off_t Stage::placeFor(const std::string& id, std::int64_t size)
{
    const auto found = m_places.find(id);
    if (found != m_places.end() && m_extents[found->second].size == size) {
        const off_t place = found->second;
        forget(id);
        static_cast<void>(note(id, place, -1));
        return place;
    }
    if (m_unit == 0)
        m_unit = size;
    const BlockPlace told = placeOfBlock(id);
    if (told.kind == BlockPlace::Kind::Offset && told.value < farthest && isFree(told.value, size))
        return told.value;
    const off_t place = told.value * m_unit;
    return told.kind == BlockPlace::Kind::Number && place < farthest && size <= m_unit && isFree(place, size) ? place : m_end;
}

std::unique_ptr<Stage::Block> Stage::begin(const std::string& id, std::int64_t size)
{
    const std::lock_guard lock(m_mutex);
    if (m_isSealed)
        return nullptr;
    const off_t offset = size < 0 ? m_end : placeFor(id, size);
    const std::int64_t room = size < 0 ? unknownRoom : size;
    m_extents[offset] = Extent{id, room, false};
    m_end = std::max<off_t>(m_end, offset + room);
    return std::unique_ptr<Block>(new Block(shared_from_this(), id, offset, room));
}

int Stage::Block::write(std::string_view bytes)
{
    {
        const std::lock_guard lock(m_stage->m_mutex);
        if (m_stage->m_isSealed || m_size + static_cast<std::int64_t>(bytes.size()) > m_room)
            return m_stage->m_isSealed ? ECANCELED : EFBIG;
        ++m_stage->m_writing;
    }
    const int fault = writeAt(m_stage->m_bytes, bytes, m_offset + m_size);
    m_size += static_cast<std::int64_t>(bytes.size());
    const std::lock_guard lock(m_stage->m_mutex);
    if (--m_stage->m_writing == 0)
        m_stage->m_isStill.notify_all();
    return fault;
}

int Stage::Block::keep()
{
    Stage& stage = *m_stage;
    ::sync_file_range(stage.m_bytes, m_offset, m_size, SYNC_FILE_RANGE_WRITE);  // makes the flush at the end short
    const std::lock_guard lock(stage.m_mutex);
    if (stage.m_isSealed || m_size == 0)
        return stage.m_isSealed ? ECANCELED : EINVAL;
    if (const int fault = stage.note(m_id, m_offset, m_size); fault != 0)
        return fault;
    stage.forget(m_id);
    stage.m_extents[m_offset] = Extent{m_id, m_size, true};
    stage.m_places[m_id] = m_offset;
    if (stage.m_end == m_offset + m_room)
        stage.m_end = m_offset + m_size;
    m_isKept = true;
    return 0;
}

Stage::Block::~Block()
{
    if (m_isKept)
        return;
    const std::lock_guard lock(m_stage->m_mutex);
    m_stage->m_extents.erase(m_offset);
    if (m_stage->m_end == m_offset + m_room)
        m_stage->m_end = m_offset;
}

std::vector<Stage::Known> Stage::blocks()
{
    const std::lock_guard lock(m_mutex);
    std::vector<Known> known;
    for (const auto& [id, offset] : m_places)
        known.push_back({id, m_extents[offset].size});
    return known;
}

bool Stage::hasAll(const std::vector<std::string>& ids)
{
    const std::lock_guard lock(m_mutex);
    return std::ranges::all_of(ids, [this](const std::string& id) { return m_places.contains(id); });
}

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

namespace {

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
