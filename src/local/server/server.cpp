#include "server.h"

#include "accept.h"
#include "connection.h"
#include "core/ids.h"
#include "core/job.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace runyard::local {

using namespace std::chrono_literals;

// A listening socket.
class Server::Door {
public:
    virtual ~Door() = default;
    virtual void close() = 0;
};

namespace {

template<typename Acceptor, typename Base>
class DoorOf final : public Base {
public:
    DoorOf(asio::io_context& context, const typename Acceptor::protocol_type& protocol, int fd) : acceptor(context, protocol, fd) {}
    void close() override
    {
        boost::system::error_code ignored;
        acceptor.close(ignored);
    }

    Acceptor acceptor;
};

// Whoever got past the permissions of the socket's folder must still be its owner, or root, who can do everything anyway.
bool isOwnUser(int socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == ::geteuid() || peer.uid == 0);
}

} // namespace

Server::Server(asio::io_context& context, const Router& router, const Tokens& tokens, AccessLog& log, ServerSettings settings)
    : m_context(context), m_router(router), m_tokens(tokens), m_log(log), m_settings(std::move(settings)), m_requestPrefix(newGuid().substr(0, 23)), m_tick(context)
{
    detach(m_context, watchDeadlines());
}

Server::~Server() = default;

void Server::listen(int fd, Kind kind)
{
    const auto take = [this, kind](Socket socket) {
        if (kind == Kind::Tcp) {
            const int yes = 1;
            ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        } else if (!isOwnUser(socket.native_handle())) {
            return;
        }
        serve(std::move(socket), kind);
    };
    if (kind == Kind::Tcp) {
        const auto door = std::make_shared<DoorOf<asio::ip::tcp::acceptor, Door>>(m_context, asio::ip::tcp::v4(), fd);
        m_doors.push_back(door);
        detach(m_context, accept(door, take));
    } else {
        const auto door = std::make_shared<DoorOf<asio::local::stream_protocol::acceptor, Door>>(m_context, asio::local::stream_protocol(), fd);
        m_doors.push_back(door);
        detach(m_context, accept(door, take));
    }
}

void Server::serve(Socket socket, Kind kind)
{
    auto connection = std::make_shared<Connection>(*this, std::move(socket), kind);
    const auto run = [](std::shared_ptr<Connection> own) -> Task<> { co_await own->serve(); };
    detach(m_context, run(std::move(connection)));
}

Task<> Server::watchDeadlines()
{
    while (!m_isStopping) {
        m_tick.expires_after(200ms);
        co_await m_tick.async_wait(asio::as_tuple(asio::use_awaitable));
        m_log.flush();
        const auto now = Clock::now();
        for (auto* connection : m_connections) {
            if (connection->deadline() < now)
                connection->cut();
        }
    }
}

Task<> Server::stop(std::chrono::milliseconds grace)
{
    m_isStopping = true;
    m_tick.cancel();
    for (const auto& door : m_doors)
        door->close();
    for (auto* connection : m_connections) {
        if (connection->isIdle())
            connection->cut();
    }
    for (const auto until = Clock::now() + grace; !m_connections.empty() && Clock::now() < until;)
        co_await sleepFor(10ms);
    for (auto* connection : m_connections)
        connection->cut();
    m_log.flush();
}

} // namespace runyard::local
