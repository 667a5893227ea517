#include "join.h"

#include "core/files.h"
#include "core/hash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace runyard::local {

namespace {

constexpr std::size_t PieceSize = 1 << 20;
constexpr off_t FlushEvery = 8 << 20;

class Descriptor {
public:
    Descriptor(const std::filesystem::path& file, int flags) : m_fd(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_fd; }

private:
    int m_fd;
};

// Appends to the joined file and its digest, and keeps the flush at the end short.
class Joint {
public:
    explicit Joint(int fd) : m_fd(fd) {}

    bool add(std::string_view bytes)
    {
        m_digest.add(bytes);
        while (!bytes.empty()) {
            const ssize_t written = ::write(m_fd, bytes.data(), bytes.size());
            if (written < 0 && errno != EINTR)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
            m_size += std::max<ssize_t>(written, 0);
        }
        if (m_size - m_flushed >= FlushEvery) {
            ::sync_file_range(m_fd, m_flushed, m_size - m_flushed, SYNC_FILE_RANGE_WRITE);
            m_flushed = m_size;
        }
        return true;
    }

    std::string digest() { return toHex(m_digest.finish()); }

private:
    int m_fd;
    off_t m_size = 0;
    off_t m_flushed = 0;
    Digest m_digest;
};

} // namespace

Scratch::~Scratch()
{
    ::unlink(m_file.c_str());
}

Result<Upload::Written> joinBlocks(const std::vector<std::filesystem::path>& blocks, const Scratch& into, const std::string& name)
{
    const Descriptor target(into.file(), O_WRONLY | O_CREAT | O_EXCL);
    if (target.get() < 0)
        return Failure(fileError(name, "be written", errno));
    Joint joint(target.get());
    std::vector<char> piece(PieceSize);
    for (const auto& block : blocks) {
        const Descriptor source(block, O_RDONLY);
        ssize_t got = 0;
        while (source.get() >= 0 && (got = ::read(source.get(), piece.data(), piece.size())) > 0) {
            if (!joint.add(std::string_view(piece.data(), static_cast<std::size_t>(got))))
                return Failure(fileError(name, "be written", errno));
        }
        if (source.get() < 0 || got < 0)
            return Failure(fileError(name, "be read", errno));
    }
    if (::fchmod(target.get(), 0444) != 0 || ::fsync(target.get()) != 0)
        return Failure(fileError(name, "be written", errno));
    auto facts = factsOf(into.file());
    if (!facts)
        return Failure(facts.error());
    Upload::Written written;
    written.file = into.file();
    written.facts = *facts;
    written.sha256 = joint.digest();
    return written;
}

} // namespace runyard::local
