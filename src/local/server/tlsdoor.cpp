#include "tlsdoor.h"

#include "accept.h"
#include "core/job.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

namespace runyard::local {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using Inner = asio::local::stream_protocol::socket;
using Outer = asio::ssl::stream<asio::ip::tcp::socket>;

namespace {

constexpr auto handshakeLimit = 10s;
constexpr auto farewellLimit = 2s;
constexpr std::size_t pieceSize = 64 << 10;
const auto asTuple = asio::as_tuple(asio::use_awaitable);

// One client: its TLS connection, and the inner one that the server sees.
struct Link {
    Link(asio::ip::tcp::socket socket, asio::ssl::context& tls) : outer(std::move(socket), tls), inner(outer.get_executor()) {}

    void cut()
    {
        boost::system::error_code ignored;
        outer.lowest_layer().close(ignored);
        inner.close(ignored);
    }

    Outer outer;
    Inner inner;
};

using Shared = std::shared_ptr<Link>;

Task<bool> shakeHands(Shared link)
{
    const auto hands = [](Shared own) -> Task<bool> {
        const auto [error] = co_await own->outer.async_handshake(asio::ssl::stream_base::server, asTuple);
        co_return !error;
    };
    const auto done = co_await (hands(link) || sleepFor(handshakeLimit));
    co_return done.index() == 0 && std::get<0>(done);
}

// From the client to the server, until the client has said all.
Task<> inwards(Shared link)
{
    std::vector<char> bytes(pieceSize);
    for (;;) {
        const auto [error, got] = co_await link->outer.async_read_some(asio::buffer(bytes), asTuple);
        if (error)
            break;
        const auto piece = asio::buffer(bytes.data(), got);
        const auto [failed, written] = co_await asio::async_write(link->inner, piece, asTuple);
        if (failed)
            break;
    }
    boost::system::error_code ignored;
    link->inner.shutdown(Inner::shutdown_send, ignored);
}

// From the server to the client, until the server closes; then the client hears the end, for as long as it listens.
Task<> outwards(Shared link)
{
    std::vector<char> bytes(pieceSize);
    for (;;) {
        const auto [error, got] = co_await link->inner.async_read_some(asio::buffer(bytes), asTuple);
        if (error)
            break;
        const auto piece = asio::buffer(bytes.data(), got);
        const auto [failed, written] = co_await asio::async_write(link->outer, piece, asTuple);
        if (failed)
            break;
    }
    const auto farewell = [](Shared own) -> Task<> { co_await own->outer.async_shutdown(asTuple); };
    co_await (farewell(link) || sleepFor(farewellLimit));
    link->cut();
}

} // namespace

// The thread and its context: made for the first client.
class TlsDoor::Terminator {
public:
    explicit Terminator(const Certificates& certificates) : m_tls(asio::ssl::context::tls_server)
    {
        m_tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 | SSL_OP_IGNORE_UNEXPECTED_EOF);
        m_tls.use_certificate_chain_file(certificates.chain.string());
        m_tls.use_private_key_file(certificates.key.string(), asio::ssl::context::pem);
        ::SSL_CTX_set_mode(m_tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
        m_thread = std::thread([this] { m_context.run(); });
    }

    ~Terminator()
    {
        m_context.stop();
        m_thread.join();
    }

    // Takes the client's socket; the server's end of the pair comes back.
    Result<int> take(int fd)
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            ::close(fd);
            return failure(Error::Code::Server, "A TLS connection could not be taken.", std::strerror(errno));
        }
        asio::post(m_context, [this, fd, inner = ends[0]] { begin(fd, inner); });
        return ends[1];
    }

private:
    void begin(int fd, int inner)
    {
        const int yes = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        const auto link = std::make_shared<Link>(asio::ip::tcp::socket(m_context, asio::ip::tcp::v4(), fd), m_tls);
        link->inner.assign(asio::local::stream_protocol(), inner);
        detach(m_context, serve(link));
    }

    static Task<> serve(Shared link)
    {
        const bool isOpen = co_await shakeHands(link);
        if (isOpen)
            co_await (inwards(link) && outwards(link));
        link->cut();
    }

    asio::io_context m_context{1};
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_context.get_executor()};
    asio::ssl::context m_tls;
    std::thread m_thread;
};

struct TlsDoor::State {
    State(asio::io_context& context, Server& to, Certificates files, int fd) : server(to), certificates(std::move(files)), acceptor(context, asio::ip::tcp::v4(), fd) {}

    Terminator& terminator()
    {
        if (!made)
            made = std::make_unique<Terminator>(certificates);
        return *made;
    }

    void admit(int fd)
    {
        const auto inner = terminator().take(fd);
        if (inner)
            server.serve(Socket(acceptor.get_executor(), asio::generic::stream_protocol(AF_UNIX, 0), *inner), Server::Kind::Tls);
        else
            std::fprintf(stderr, "%s %s\n", inner.error().message.c_str(), inner.error().detail.c_str());
    }

    Server& server;
    Certificates certificates;
    asio::ip::tcp::acceptor acceptor;
    std::unique_ptr<Terminator> made;
};

TlsDoor::TlsDoor(asio::io_context& context, Server& server, Certificates certificates, int listening)
    : m_state(std::make_shared<State>(context, server, std::move(certificates), listening))
{
    detach(context, accept(m_state, [state = m_state.get()](asio::ip::tcp::socket socket) { state->admit(socket.release()); }));
}

TlsDoor::~TlsDoor()
{
    boost::system::error_code ignored;
    m_state->acceptor.close(ignored);
    m_state->made.reset();
}

} // namespace runyard::local
