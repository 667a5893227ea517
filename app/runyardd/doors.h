#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>

namespace runyard {

// A descriptor that is closed when its owner goes.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : m_fd(fd) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : m_fd(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;

    int get() const { return m_fd; }
    int release();

private:
    int m_fd;
};

// Where the unix socket of a data folder is: $XDG_RUNTIME_DIR/runyard/{hash}.sock, else DIR/run/service.sock.
std::filesystem::path socketPath(const std::filesystem::path& folder);

Result<Descriptor> listenLocally(const std::filesystem::path& path);
struct TcpDoor {
    Descriptor socket;
    int port = 0;
};
// An explicit port must be free; without one the remembered port is tried, then any.
Result<TcpDoor> listenOnTcp(const std::string& host, int explicitPort, int rememberedPort);

} // namespace runyard
