#include "arrival.h"

#include "core/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <vector>

namespace runyard::client {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t Piece = 4ll << 20;

} // namespace

Result<std::shared_ptr<Arrival>> Arrival::create(const fs::path& file)
{
    std::error_code fault;
    fs::create_directories(file.parent_path(), fault);
    if (fault)
        return Failure(fileError(file.parent_path(), "be created", fault.value()));
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return Failure(fileError(file, "be written", errno));
    return std::shared_ptr<Arrival>(new Arrival(file, descriptor));
}

Arrival::~Arrival()
{
    ::close(m_descriptor);
}

bool Arrival::isWorthFollowing(std::int64_t size)
{
    if (size < m_followed + Piece)
        return false;
    m_followed = size;
    return true;
}

void Arrival::follow(std::int64_t size)
{
    const std::unique_lock lock(m_mutex, std::try_to_lock);
    if (!lock.owns_lock())
        return;
    const std::int64_t from = m_read;
    (void)readTo(size);  // a fault shows again at the end
    ::sync_file_range(m_descriptor, from, m_read - from, SYNC_FILE_RANGE_WRITE);
}

void Arrival::restart()
{
    m_followed = 0;
    const std::lock_guard lock(m_mutex);
    m_read = 0;
    m_digest = Digest();
}

Result<std::string> Arrival::finish()
{
    const std::lock_guard lock(m_mutex);
    if (auto read = readTo(std::numeric_limits<std::int64_t>::max()); !read)
        return Failure(read.error());
    if (::fsync(m_descriptor) != 0)
        return Failure(fileError(m_file, "be written", errno));
    return toHex(m_digest.finish());
}

Result<> Arrival::readTo(std::int64_t size)
{
    std::vector<char> buffer(static_cast<std::size_t>(std::clamp<std::int64_t>(size - m_read, 1, 1 << 20)));
    while (m_read < size) {
        const auto wanted = std::min<std::int64_t>(size - m_read, static_cast<std::int64_t>(buffer.size()));
        const ssize_t got = ::pread(m_descriptor, buffer.data(), static_cast<std::size_t>(wanted), m_read);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return Failure(fileError(m_file, "be read", errno));
        if (got == 0)
            break;
        m_digest.add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
        m_read += got;
    }
    return {};
}

} // namespace runyard::client
