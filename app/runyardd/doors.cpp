#include "doors.h"

#include "core/files.h"
#include "core/hash.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace runyard {

namespace fs = std::filesystem;

namespace {

constexpr int waitingLine = 1024;

// -1 and errno where the port cannot be had.
int bindTcp(const std::string& host, int port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool isAddress = ::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1;
    if (isAddress && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, waitingLine) == 0)
        return fd;
    const int fault = isAddress ? errno : EINVAL;
    ::close(fd);
    errno = fault;
    return -1;
}

// A folder that only its owner can look into.
Result<> privateFolder(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder.parent_path(), error);
    struct stat facts {};
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return Failure(fileError(folder, "be made", errno));
    if (::lstat(folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode) || facts.st_uid != ::geteuid())
        return failure(Error::Code::Storage, "“" + folder.string() + "” must be a folder of your own; it is not safe to put the service's socket there.");
    ::chmod(folder.c_str(), 0700);
    return {};
}

} // namespace

Descriptor::~Descriptor()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept
{
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = other.release();
    return *this;
}

int Descriptor::release() { return std::exchange(m_fd, -1); }

fs::path socketPath(const fs::path& folder)
{
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    std::error_code error;
    if (runtime && *runtime == '/' && fs::is_directory(runtime, error))
        return fs::path(runtime) / "runyard" / (sha256Hex(fs::weakly_canonical(folder, error).string()).substr(0, 16) + ".sock");
    return folder / "run" / "service.sock";
}

Result<Descriptor> listenLocally(const fs::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof address.sun_path)
        return failure(Error::Code::Invalid, "The data folder's path is too long: its socket “" + path.string() + "” may have 107 bytes. Choose a shorter folder, or set XDG_RUNTIME_DIR.");
    if (auto made = privateFolder(path.parent_path()); !made)
        return Failure(made.error());
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ::unlink(path.c_str());  // of a service that is gone: the lock is ours
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), waitingLine) != 0)
        return Failure(fileError(path, "be made", errno));
    return socket;
}

Result<TcpDoor> listenOnTcp(const std::string& host, int explicitPort, int rememberedPort)
{
    int fd = explicitPort > 0 || rememberedPort > 0 ? bindTcp(host, explicitPort > 0 ? explicitPort : rememberedPort) : -1;
    if (fd < 0 && explicitPort > 0) {
        const std::string where = host + ":" + std::to_string(explicitPort);
        const std::string why = errno == EADDRINUSE ? "Another program uses " + where + "." : "The service cannot listen on " + where + ": " + std::strerror(errno) + ".";
        return failure(Error::Code::Conflict, why + " Choose another port with --listen, or leave it out.");
    }
    if (fd < 0)
        fd = bindTcp(host, 0);
    if (fd < 0)
        return failure(Error::Code::Network, "The service cannot listen on " + host + ": " + std::strerror(errno) + ".");
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return TcpDoor{Descriptor(fd), ntohs(address.sin_port)};
}

} // namespace runyard
