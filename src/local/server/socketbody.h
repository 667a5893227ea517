#pragma once

#include "http.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>

namespace runyard::local {

using Socket = asio::generic::stream_protocol::socket;  // TCP and unix alike

// A request's body straight from its socket: what is already in the connection's buffer first, then read raw.
// Knows Content-Length and chunked bodies.
class SocketBody final : public BodyReader {
public:
    enum class Framing { Length, Chunked };
    enum class Step { Moved, Ended };
    using Progress = std::function<void(Step)>;  // called whenever the client moves on

    SocketBody(Socket& socket, boost::beast::flat_buffer& buffer, Framing framing, std::int64_t length, Progress progress);

    // The client waits for "100 Continue" before it sends.
    void holdForContinue() { m_isHeld = true; }
    std::int64_t left() const override;  // unknown in chunks: then 1 until the end
    bool isWhole() const { return m_isEnded; }
    // The client has sent its last byte, or is gone: to read on would wait for ever.
    bool isBroken() const { return m_isBroken; }
    Task<Result<std::string_view>> next() override;
    Task<Result<std::size_t>> read(char* to, std::size_t most) override;
    // Throws away what is left, up to `limit` bytes; true if that was all.
    Task<bool> drain(std::int64_t limit);

private:
    Task<Result<std::string_view>> nextOfChunks();
    Task<Result<std::string>> line();
    Task<Result<std::string_view>> piece(std::int64_t most);
    Task<Result<>> fill();

    Socket& m_socket;
    boost::beast::flat_buffer& m_buffer;
    Framing m_framing;
    std::int64_t m_left;  // of the body, or of the current chunk
    Progress m_progress;
    std::size_t m_given = 0;  // bytes of the buffer that the last piece lies in
    bool m_isHeld = false;
    bool m_isEnded = false;
    bool m_isBroken = false;
    bool m_isInChunk = false;
};

} // namespace runyard::local
