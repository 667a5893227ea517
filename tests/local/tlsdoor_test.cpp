#include "core/job.h"
#include "core/servicethread.h"
#include "local/server/tlsdoor.h"
#include "support/listening.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t Large = 3 << 20;

// A server behind a TLS door, on a thread of its own; the door has another.
class Bench {
public:
    explicit Bench(const fs::path& folder) : m_files(*ensureCertificates(folder / "tls")), m_log(folder / "access.log"), m_server(m_context, m_router, m_tokens, m_log, settings())
    {
        m_router.add("PUT", "/sink", "test", Route::Access::Public, [](Request& request) -> Task<Response> {
            const auto text = co_await request.text();
            if (!text)
                co_return Response::arm(text.error());
            co_return Response::json(std::to_string(text->size()));
        });
        m_router.add("GET", "/large", "test", Route::Access::Public, [](Request&) -> Task<Response> { co_return Response::json(std::string(Large, 'x')); });
        m_door = std::make_unique<TlsDoor>(m_context, m_server, m_files, listenOnLoopback(m_port, 128));
        m_thread = std::make_unique<ServiceThread>(m_context);
    }
    ~Bench()
    {
        close();
        m_thread.reset();
    }
    void close() { Job(m_context, stop()); }  // the door first, as the service does it
    int port() const { return m_port; }
    const fs::path& authority() const { return m_files.authority; }

private:
    static ServerSettings settings()
    {
        ServerSettings made;
        made.subscriptionId = "s";
        made.tlsUrl = "https://localhost:1";
        return made;
    }
    Task<> stop()
    {
        m_door.reset();
        co_await m_server.stop(200ms);
    }

    Certificates m_files;
    asio::io_context m_context{1};
    Router m_router;
    Tokens m_tokens{"key", "ws"};
    AccessLog m_log;
    Server m_server;
    std::unique_ptr<TlsDoor> m_door;
    std::unique_ptr<ServiceThread> m_thread;
    int m_port = 0;
};

// A client that trusts the workspace's own authority only.
class Client {
public:
    Client(int port, const fs::path& authority) : m_tls(asio::ssl::context::tls_client)
    {
        m_tls.load_verify_file(authority.string());
        m_stream = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket>>(m_context, m_tls);
        m_stream->set_verify_mode(asio::ssl::verify_peer);
        m_stream->set_verify_callback(asio::ssl::host_name_verification("localhost"));
        boost::system::error_code error;
        m_stream->lowest_layer().connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, error);
        if (!error)
            m_stream->handshake(asio::ssl::stream_base::client, error);
        m_isOpen = !error;
    }

    bool isOpen() const { return m_isOpen; }
    // Bytes of the answer's body; nothing where the connection broke off.
    std::optional<std::string> ask(const std::string& head, const std::string& body = {})
    {
        boost::system::error_code error;
        const std::string whole = head + "\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        asio::write(*m_stream, asio::buffer(whole), error);
        std::string have;
        std::vector<char> piece(64 << 10);
        for (std::size_t wanted = std::string::npos; !error && have.size() < wanted;) {
            const std::size_t got = m_stream->read_some(asio::buffer(piece), error);
            have.append(piece.data(), got);
            const auto end = have.find("\r\n\r\n");
            const auto length = have.find("Content-Length: ");
            if (wanted == std::string::npos && end != std::string::npos && length < end)
                wanted = end + 4 + std::stoul(have.substr(length + 16));
        }
        m_isOpen = m_isOpen && !error;
        if (error)
            return std::nullopt;
        return have.substr(have.find("\r\n\r\n") + 4);
    }

private:
    asio::io_context m_context;
    asio::ssl::context m_tls;
    std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> m_stream;
    bool m_isOpen = false;
};

} // namespace

// The TLS port with clients on many threads at once; also under the thread sanitizer.
class TlsDoorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void servesManyClientsAtOnce();
    void outlivesClientsThatBreakOff();
    void closesUnderItsClients();

private:
    fs::path folder() const { return m_folder->path().toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TlsDoorTest::servesManyClientsAtOnce()
{
    Bench bench(folder());
    std::atomic<int> good = 0;
    std::vector<std::jthread> clients;
    for (int number = 0; number < 8; ++number) {
        clients.emplace_back([&, number] {
            Client client(bench.port(), bench.authority());
            for (int turn = 0; turn < 5; ++turn) {
                const std::size_t size = number % 2 ? Large : 100;
                good += client.ask("PUT /sink HTTP/1.1", std::string(size, 'a')) == std::to_string(size) ? 1 : 0;
                good += client.ask("GET /large HTTP/1.1").value_or("").size() == Large ? 1 : 0;
            }
        });
    }
    clients.clear();
    QCOMPARE(good.load(), 80);
}

void TlsDoorTest::outlivesClientsThatBreakOff()
{
    Bench bench(folder());
    std::vector<std::jthread> clients;
    for (int number = 0; number < 6; ++number) {
        clients.emplace_back([&, number] {
            for (int turn = 0; turn < 10; ++turn) {
                asio::io_context context;
                asio::ip::tcp::socket raw(context);
                boost::system::error_code ignored;
                raw.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(bench.port())}, ignored);
                if (number % 3 == 0)
                    asio::write(raw, asio::buffer(std::string(200, 'z')), ignored);  // no TLS
                else if (number % 3 == 1)
                    Client(bench.port(), bench.authority());  // goes without a word
            }
        });
    }
    clients.clear();
    Client after(bench.port(), bench.authority());
    QCOMPARE(after.ask("PUT /sink HTTP/1.1", "abc").value_or(""), std::string("3"));
}

void TlsDoorTest::closesUnderItsClients()
{
    for (int round = 0; round < 5; ++round) {
        auto bench = std::make_unique<Bench>(folder() / std::to_string(round));
        std::atomic<int> begun = 0, ended = 0;
        std::vector<std::jthread> clients;
        for (int number = 0; number < 4; ++number) {
            clients.emplace_back([&] {
                Client client(bench->port(), bench->authority());
                ++begun;
                while (client.isOpen())
                    (void)client.ask("GET /large HTTP/1.1");
                ++ended;
            });
        }
        while (begun < 4)
            std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(std::chrono::milliseconds(20 * round));
        bench->close();
        clients.clear();
        QCOMPARE(ended.load(), 4);
    }
}

QTEST_GUILESS_MAIN(TlsDoorTest)
#include "tlsdoor_test.moc"
