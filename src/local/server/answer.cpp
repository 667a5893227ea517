// How a connection writes its answers.
#include "connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

namespace runyard::local {

namespace {

constexpr std::size_t pieceSize = 1 << 20;
constexpr std::size_t filePiece = 512 << 10;

std::string headOf(const Request& request, const Response& response, bool goesOn)
{
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' + std::string(reason.data(), reason.size()) + "\r\n";
    char date[40];
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&now, &parts));
    head += "Date: " + std::string(date) + "\r\nServer: runyardd\r\nx-ms-request-id: " + request.correlation + "\r\n";
    if (const std::string client = request.header("x-ms-client-request-id"); !client.empty())
        head += "x-ms-client-request-id: " + client + "\r\n";
    for (const auto& [name, value] : response.headers) {
        if (value.find_first_of("\r\n") == std::string::npos)
            head += name + ": " + value + "\r\n";
    }
    if (response.more)
        head += "Transfer-Encoding: chunked\r\n";
    else if (response.status != 204 && response.status != 304)
        head += "Content-Length: " + std::to_string(response.file ? response.file->length : static_cast<std::int64_t>(response.body.size())) + "\r\n";
    if (!goesOn)
        head += "Connection: close\r\n";
    return head + "\r\n";
}

// An open file, closed when it goes.
class OpenFile {
public:
    explicit OpenFile(const std::filesystem::path& path) : m_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~OpenFile()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int fd() const { return m_fd; }

private:
    int m_fd;
};

} // namespace

Task<bool> Server::Connection::write(const Request& request, const Response& response, bool goesOn)
{
    allow(m_server.m_settings.stallLimit);
    const bool hasBody = request.method != "HEAD" && response.status != 204 && response.status != 304;
    std::string head = headOf(request, response, goesOn);
    if (!hasBody || response.file || response.more || response.body.size() > pieceSize) {
        if (!co_await writeAll(head))
            co_return false;
        if (!hasBody)
            co_return true;
        if (response.file)
            co_return co_await sendFile(*response.file);
        if (response.more)
            co_return co_await sendParts(response);
        co_return co_await writeAll(response.body);
    }
    const std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(response.body)};
    const auto [error, sent] = co_await asio::async_write(m_socket, both, asio::as_tuple(asio::use_awaitable));
    co_return !error;
}

Task<bool> Server::Connection::sendParts(const Response& response)
{
    std::string part = response.body;
    for (;;) {
        if (!part.empty()) {
            char size[24];
            std::snprintf(size, sizeof size, "%zx\r\n", part.size());
            const std::string chunk = size + part + "\r\n";
            const bool isSent = co_await writeAll(chunk);
            if (!isSent)
                co_return false;
        }
        auto next = co_await response.more();
        if (!next)
            co_return false;
        part = std::move(*next);
        if (part.empty())
            break;
    }
    co_return co_await writeAll("0\r\n\r\n");
}

Task<bool> Server::Connection::writeAll(std::string_view bytes)
{
    while (!bytes.empty()) {
        allow(m_server.m_settings.stallLimit);
        const auto piece = asio::buffer(bytes.data(), std::min(bytes.size(), pieceSize));
        const auto [error, sent] = co_await asio::async_write(m_socket, piece, asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return false;
        bytes.remove_prefix(sent);
    }
    co_return true;
}

Task<bool> Server::Connection::sendFile(const FileBody& file)
{
    const OpenFile source(file.path);
    if (source.fd() < 0)
        co_return false;
    m_socket.native_non_blocking(true);
    off_t at = file.offset;
    const off_t end = file.offset + file.length;
    while (at < end) {
        const ssize_t sent = ::sendfile(m_socket.native_handle(), source.fd(), &at, std::min(static_cast<std::size_t>(end - at), filePiece));
        if (sent == 0)  // the file became shorter than was promised
            co_return false;
        if (sent > 0) {
            allow(m_server.m_settings.stallLimit);
            co_await asio::post(asio::use_awaitable);  // others get their turn, however fast this client is
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            co_return false;
        const auto [error] = co_await m_socket.async_wait(Socket::wait_write, asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return false;
    }
    co_return true;
}

} // namespace runyard::local
