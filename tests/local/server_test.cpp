#include "core/job.h"
#include "core/servicethread.h"
#include "local/server/changes.h"
#include "local/server/server.h"

#include <boost/asio/post.hpp>

#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace fs = std::filesystem;
namespace asio = boost::asio;
using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

namespace {

// A client that sends exactly the bytes it is told.
class Wire {
public:
    explicit Wire(int port)
    {
        m_fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_isOpen = ::connect(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    explicit Wire(const fs::path& path)
    {
        m_fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        m_isOpen = ::connect(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~Wire() { ::close(m_fd); }

    bool isOpen() const { return m_isOpen; }
    bool send(const std::string& bytes)
    {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t sent = ::send(m_fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            done += static_cast<std::size_t>(sent);
        }
        return true;
    }
    // One whole answer, head and body; what there is when the other side closes or the time is over.
    std::string answer(std::chrono::milliseconds limit = 5s, bool isHead = false)
    {
        const auto until = std::chrono::steady_clock::now() + limit;
        for (;;) {
            if (const auto end = m_have.find("\r\n\r\n"); end != std::string::npos) {
                const auto at = m_have.find("Content-Length: ");
                const std::size_t length = !isHead && at < end ? std::stoul(m_have.substr(at + 16)) : 0;
                if (m_have.size() >= end + 4 + length) {
                    const std::string whole = m_have.substr(0, end + 4 + length);
                    m_have.erase(0, whole.size());
                    return whole;
                }
            }
            pollfd wanted{m_fd, POLLIN, 0};
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            if (left.count() <= 0 || ::poll(&wanted, 1, static_cast<int>(left.count())) <= 0)
                return std::exchange(m_have, {});
            char buffer[65536];
            const ssize_t got = ::recv(m_fd, buffer, sizeof buffer, 0);
            if (got <= 0) {
                m_isOpen = false;
                return std::exchange(m_have, {});
            }
            m_have.append(buffer, static_cast<std::size_t>(got));
        }
    }
    bool closesWithin(std::chrono::milliseconds limit)
    {
        pollfd wanted{m_fd, POLLIN, 0};
        char byte = 0;
        return ::poll(&wanted, 1, static_cast<int>(limit.count())) > 0 && ::recv(m_fd, &byte, 1, 0) <= 0;
    }

private:
    int m_fd = -1;
    bool m_isOpen = false;
    std::string m_have;
};

int listening(const fs::path& path, int& port)
{
    const int fd = ::socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (path.empty()) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
        socklen_t size = sizeof address;
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    } else {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    ::listen(fd, 128);
    return fd;
}

// A server with a few routes, on a thread of its own.
class Bench {
public:
    Bench()
    {
        folder = fs::temp_directory_path() / ("runyard-server-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
        fs::create_directories(folder);
        std::ofstream(folder / "file", std::ios::binary) << std::string(3 << 20, 'f');
        addRoutes();
        ServerSettings settings{"11111111-1111-1111-1111-111111111111", "local", "home", {}, {}, 300ms, 2000ms, 400ms};
        log = std::make_unique<AccessLog>(folder / "access.log");
        server = std::make_unique<Server>(context, router, tokens, *log, settings);
        server->listen(listening({}, port), Server::Kind::Tcp);
        int none = 0;
        server->listen(listening(folder / "s", none), Server::Kind::Unix);
        thread = std::make_unique<ServiceThread>(context);
    }
    ~Bench()
    {
        Job(context, stop());
        thread.reset();
        fs::remove_all(folder);
    }
    Task<> stop()
    {
        changes.release();
        co_await server->stop(500ms);
    }
    void addRoutes()
    {
        router.add("GET", "/ping", "test", Route::Access::Public, [](Request&) -> Task<Response> { co_return Response::json("\"pong\""); });
        router.add("GET", "/mine", "test", Route::Access::OwnerOnly, [](Request&) -> Task<Response> { co_return Response::json("1"); });
        router.add("GET", "/ours/{name}", "test", Route::Access::RunToo, [](Request& r) -> Task<Response> { co_return Response::json(r.who.runId + "|" + r.params["name"]); });
        router.add("GET", "$WS/things/{name}", "test", Route::Access::OwnerOnly, [](Request& r) -> Task<Response> { co_return Response::json(r.params["name"]); });
        router.add("PUT", "/sink", "test", Route::Access::Public, [](Request& r) -> Task<Response> {
            const auto text = co_await r.text();
            if (!text)
                co_return Response::arm(text.error());
            co_return Response::json(std::to_string(text->size()) + "|" + text->substr(0, 20));
        });
        router.add("PUT", "/refuse", "test", Route::Access::Public, [](Request&) -> Task<Response> { co_return Response::arm(Error{Error::Code::Conflict, "No.", {}}); });
        router.add("GET", "/throw", "test", Route::Access::Public, [](Request&) -> Task<Response> {
            throw std::runtime_error("on purpose");
            co_return Response();
        });
        router.add("GET", "/file", "test", Route::Access::Public, [this](Request&) -> Task<Response> {
            Response response;
            response.file = FileBody{folder / "file", 1, (3 << 20) - 1};
            co_return response;
        });
        router.add("GET", "/held", "test", Route::Access::Public, [this](Request& r) -> Task<Response> { return held(r); });
    }
    Task<Response> held(Request& request)
    {
        const struct Ended {
            std::atomic<int>& count;
            ~Ended() { ++count; }
        } ended{heldEnded};
        ++heldBegun;
        co_await changes.wait("run/a", changes.version("run/a"), request.wait());
        co_return Response::json(changes.version("run/a"));
    }

    static inline int count = 0;
    fs::path folder;
    asio::io_context context{1};
    Router router;
    Tokens tokens{"key", "ws"};
    Changes changes{context};
    std::unique_ptr<AccessLog> log;
    std::unique_ptr<Server> server;
    std::unique_ptr<ServiceThread> thread;
    int port = 0;
    std::atomic<int> heldBegun{0};
    std::atomic<int> heldEnded{0};
};

std::string get(const std::string& target, const std::string& more = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

bool begins(const std::string& answer, int status)
{
    return answer.starts_with("HTTP/1.1 " + std::to_string(status) + ' ');
}

bool waitFor(const std::function<bool()>& condition, std::chrono::milliseconds limit = 3s)
{
    for (const auto until = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < until;) {
        if (condition())
            return true;
        ::usleep(2000);
    }
    return condition();
}

} // namespace

class ServerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersOnBothSockets();
    void keepsAliveAndTakesRequestsSentAhead();
    void asksForTheToken();
    void refusesForeignHostsAndPages();
    void findsTheMostFixedRoute();
    void knowsItsWorkspace();
    void readsLongAndChunkedBodies();
    void answersBeforeTheBodyCame();
    void cutsTheSlow();
    void refusesHugeHeads();
    void survivesAThrowingRoute();
    void sendsFiles();
    void cancelsWhatIsHeldWhenItsClientGoes();
    void answersWhatIsHeldWhenItStops();
    void logsEachAnswer();
    void tokensAreBoundToKeyRunAndTime();
};

void ServerTest::answersOnBothSockets()
{
    Bench bench;
    Wire tcp(bench.port);
    QVERIFY(tcp.send(get("/ping", "x-ms-client-request-id: abc\r\n")));
    const std::string answer = tcp.answer();
    QVERIFY(begins(answer, 200));
    QVERIFY(answer.ends_with("\r\n\r\n\"pong\""));
    QVERIFY(answer.find("x-ms-request-id: ") != std::string::npos);
    QVERIFY(answer.find("x-ms-client-request-id: abc\r\n") != std::string::npos);
    Wire local(bench.folder / "s");
    QVERIFY(local.send(get("/PING")));
    QVERIFY(begins(local.answer(), 200));
}

void ServerTest::keepsAliveAndTakesRequestsSentAhead()
{
    Bench bench;
    Wire wire(bench.port);
    QVERIFY(wire.send(get("/ping") + "PUT /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc" + get("/nothing") + get("/ping")));
    QVERIFY(begins(wire.answer(), 200));
    QVERIFY(wire.answer().ends_with("3|abc"));
    QVERIFY(begins(wire.answer(), 404));
    QVERIFY(begins(wire.answer(), 200));
    QVERIFY(wire.send("POST /ping HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nxx"));
    QVERIFY(begins(wire.answer(), 405));
    QVERIFY(wire.send("HEAD /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const std::string head = wire.answer(5s, true);
    QVERIFY(begins(head, 200));
    QVERIFY(head.find("Content-Length: 6\r\n") != std::string::npos && head.ends_with("\r\n\r\n"));
    QVERIFY(wire.send(get("/ping")));
    QVERIFY(begins(wire.answer(), 200));
}

void ServerTest::asksForTheToken()
{
    Bench bench;
    Wire wire(bench.port);
    const auto with = [&](const std::string& target, const std::string& token) {
        wire.send(get(target, "Authorization: Bearer " + token + "\r\n"));
        return wire.answer();
    };
    wire.send(get("/mine"));
    const std::string bare = wire.answer();
    QVERIFY(begins(bare, 401));
    QVERIFY(bare.find("WWW-Authenticate: Bearer") != std::string::npos);
    QVERIFY(begins(with("/mine", "nonsense"), 401));
    QVERIFY(begins(with("/mine", bench.tokens.owner()), 200));
    QVERIFY(begins(with("/mine", bench.tokens.forRun("a")), 403));
    QVERIFY(with("/ours/x%2Fy", bench.tokens.forRun("a")).ends_with("a|x/y"));
    QVERIFY(begins(with("/mine", Tokens("other", "ws").owner()), 401));
    QVERIFY(begins(with("/mine", Tokens("key", "other").owner()), 401));
}

void ServerTest::refusesForeignHostsAndPages()
{
    Bench bench;
    const auto status = [&](const std::string& head) {
        Wire wire(bench.port);
        wire.send("GET /ping HTTP/1.1\r\n" + head + "\r\n");
        return wire.answer().substr(9, 3);
    };
    for (const char* good : {"Host: 127.0.0.1:80\r\n", "Host: [::1]:9\r\n", "Host: LocalHost\r\n", "Host: localhost:1\r\nOrigin: http://localhost:1\r\n"})
        QCOMPARE(status(good), std::string("200"));
    for (const char* bad : {"Host: evil.example\r\n", "Host: 127.0.0.1.evil.example\r\n", "Host: localhost:1.evil\r\n", "Host: 127.0.0.2\r\n", ""})
        QCOMPARE(status(bad), std::string("421"));
    for (const char* bad : {"Host: localhost\r\nOrigin: http://evil.example\r\n", "Host: localhost\r\nOrigin: null\r\n", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", "Host: localhost:1\r\nOrigin: http://localhost:2\r\n"})
        QCOMPARE(status(bad), std::string("403"));
}

void ServerTest::findsTheMostFixedRoute()
{
    Router router;
    const Handler none = [](Request&) -> Task<Response> { co_return Response(); };
    for (const char* pattern : {"/runyard/{container}/{blob*}", "/runyard/v1/health", "/a/{x}/c", "/a/b/{y}", "/mlflow$WS/runs/get"})
        router.add("GET", pattern, "test", Route::Access::Public, none);
    router.add("PUT", "/a/b/{y}", "test", Route::Access::Public, none);
    const auto pattern = [&](const std::string& method, const std::string& path) {
        const auto found = router.find(method, path);
        return found ? found->first->pattern : std::to_string(statusOf(found.error().code));
    };
    QCOMPARE(pattern("GET", "/Runyard/V1/Health"), std::string("/runyard/v1/health"));
    QCOMPARE(pattern("GET", "/runyard/data"), std::string("/runyard/{container}/{blob*}"));
    QCOMPARE(router.find("GET", "/runyard/v1/a%20b/c%2Fd")->second.at("blob"), std::string("a b/c/d"));
    QCOMPARE(router.find("GET", "/runyard/data/x/")->second.at("blob"), std::string("x/"));
    QCOMPARE(router.find("GET", "/runyard/data")->second.at("blob"), std::string());
    QCOMPARE(pattern("GET", "/a/b/c"), std::string("/a/b/{y}"));
    QCOMPARE(pattern("GET", "/a/z/c"), std::string("/a/{x}/c"));
    QCOMPARE(pattern("HEAD", "/a/z/c"), std::string("/a/{x}/c"));
    QCOMPARE(pattern("DELETE", "/a/b/c"), std::string("400"));
    QCOMPARE(pattern("GET", "/a/b/c/d"), std::string("404"));
    QCOMPARE(router.find("GET", "/mlflow/Subscriptions/S/resourcegroups/G/Providers/microsoft.machinelearningservices/workspaces/W/runs/get")->second.at("sub"), std::string("S"));
}

void ServerTest::knowsItsWorkspace()
{
    Bench bench;
    const auto ask = [&](const std::string& subscription, const std::string& query) {
        Wire wire(bench.port);
        wire.send(get("/subscriptions/" + subscription + "/resourcegroups/LOCAL/providers/Microsoft.MachineLearningServices/workspaces/Home/things/t" + query, "Authorization: Bearer " + bench.tokens.owner() + "\r\n"));
        return wire.answer();
    };
    const std::string own = "11111111-1111-1111-1111-111111111111";
    QVERIFY(begins(ask(own, "?api-version=2025-12-01"), 200));
    QVERIFY(begins(ask(own, ""), 400));
    QVERIFY(begins(ask("22222222-1111-1111-1111-111111111111", "?api-version=1"), 404));
}

void ServerTest::readsLongAndChunkedBodies()
{
    Bench bench;
    Wire wire(bench.port);
    const std::string big(5 << 20, 'b');
    QVERIFY(wire.send("PUT /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(big.size()) + "\r\n\r\n" + big));
    QVERIFY(wire.answer().find(std::to_string(big.size()) + "|bbbb") != std::string::npos);
    QVERIFY(wire.send("PUT /sink HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n"));
    ::usleep(20'000);
    QVERIFY(wire.send("6\r\n world\r"));
    ::usleep(20'000);
    QVERIFY(wire.send("\n0\r\nTrailer: x\r\n\r\n" + get("/ping")));
    QVERIFY(wire.answer().ends_with("11|hello world"));
    QVERIFY(wire.answer().ends_with("\"pong\""));
    QVERIFY(wire.send("PUT /sink HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"));
    QVERIFY(begins(wire.answer(), 400));
}

void ServerTest::answersBeforeTheBodyCame()
{
    Bench bench;
    Wire asking(bench.port);
    QVERIFY(asking.send("PUT /sink HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    QVERIFY(begins(asking.answer(), 100));
    QVERIFY(asking.send("ok"));
    QVERIFY(asking.answer().ends_with("2|ok"));
    Wire sending(bench.port);
    QVERIFY(sending.send("PUT /refuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n\r\n" + std::string(8 << 20, 'x')));
    const std::string answer = sending.answer();
    QVERIFY(begins(answer, 409));
    QVERIFY(answer.find("Connection: close") != std::string::npos);
}

void ServerTest::cutsTheSlow()
{
    Bench bench;
    Wire head(bench.port);
    QVERIFY(head.send("GET /ping HTTP/1.1\r\nHost:"));
    Wire body(bench.port);
    QVERIFY(body.send("PUT /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc"));
    QVERIFY(head.closesWithin(1500ms));
    body.answer(2s);
    QVERIFY(body.closesWithin(2s));
}

void ServerTest::refusesHugeHeads()
{
    Bench bench;
    Wire wire(bench.port);
    wire.send(get("/ping", "X: " + std::string(70'000, 'x') + "\r\n"));
    QVERIFY(begins(wire.answer(), 431));
    Wire nonsense(bench.port);
    nonsense.send("\x16\x03\x01 hello\r\n\r\n");
    QVERIFY(begins(nonsense.answer(), 400));
    Wire path(bench.port);
    path.send(get("/" + std::string(20'000, 'a')));
    QVERIFY(begins(path.answer(), 414));
}

void ServerTest::survivesAThrowingRoute()
{
    Bench bench;
    Wire wire(bench.port);
    wire.send(get("/throw") + get("/ping"));
    QVERIFY(begins(wire.answer(), 500));
    QVERIFY(begins(wire.answer(), 200));
}

void ServerTest::sendsFiles()
{
    Bench bench;
    for (const bool isLocal : {false, true}) {
        const auto wire = isLocal ? std::make_unique<Wire>(bench.folder / "s") : std::make_unique<Wire>(bench.port);
        wire->send(get("/file") + get("/ping"));
        const std::string answer = wire->answer();
        QCOMPARE(answer.size() - answer.find("\r\n\r\n") - 4, std::size_t((3 << 20) - 1));
        QVERIFY(wire->answer().ends_with("\"pong\""));
    }
}

void ServerTest::cancelsWhatIsHeldWhenItsClientGoes()
{
    Bench bench;
    {
        Wire wire(bench.port);
        wire.send(get("/held", "Prefer: wait=30\r\n"));
        QVERIFY(waitFor([&] { return bench.heldBegun == 1; }));
    }
    QVERIFY(waitFor([&] { return bench.heldEnded == 1; }));
    Wire wire(bench.folder / "s");
    wire.send(get("/held", "Prefer: wait=30\r\n"));
    QVERIFY(waitFor([&] { return bench.heldBegun == 2; }));
    QCOMPARE(bench.heldEnded.load(), 1);
    asio::post(bench.context, [&] { bench.changes.touch("run/a"); });
    QVERIFY(wire.answer().ends_with("-1\""));
    wire.send(get("/ping"));
    QVERIFY(begins(wire.answer(), 200));
}

void ServerTest::answersWhatIsHeldWhenItStops()
{
    auto bench = std::make_unique<Bench>();
    Wire wire(bench->port);
    wire.send(get("/held", "Prefer: wait=30\r\n"));
    QVERIFY(waitFor([&] { return bench->heldBegun == 1; }));
    const auto since = std::chrono::steady_clock::now();
    bench.reset();
    QVERIFY(std::chrono::steady_clock::now() - since < 2s);
    const std::string answer = wire.answer();
    QVERIFY(begins(answer, 200));
    QVERIFY(answer.find("Connection: close") != std::string::npos);
}

void ServerTest::logsEachAnswer()
{
    Bench bench;
    Wire wire(bench.port);
    wire.send(get("/ping?sig=secret&x=1", "x-ms-client-request-id: tour-7\r\n"));
    const std::string answer = wire.answer();
    const std::string id = answer.substr(answer.find("x-ms-request-id: ") + 17, 36);
    std::string text;
    QVERIFY(waitFor([&] {
        std::ifstream file(bench.folder / "access.log");
        text.assign(std::istreambuf_iterator<char>(file), {});
        return !text.empty();
    }));
    QVERIFY(text.find(" GET /ping?sig=*&x=1 200 ") != std::string::npos);
    QVERIFY(text.find(id) != std::string::npos);
    QVERIFY(text.find("tour-7") != std::string::npos);
    QVERIFY(text.find("secret") == std::string::npos);
}

void ServerTest::tokensAreBoundToKeyRunAndTime()
{
    Tokens tokens("key", "ws");
    QCOMPARE(tokens.owner(), Tokens("key", "ws").owner());
    const std::string token = "Bearer " + tokens.forRun("calm_otter");
    QVERIFY(tokens.check(token).kind == Identity::Kind::Run);
    QCOMPARE(tokens.check(token).runId, std::string("calm_otter"));
    tokens.use([](const std::string&) { return nowMillis() - 23LL * 3600 * 1000; });
    QVERIFY(tokens.check(token).kind == Identity::Kind::Run);
    tokens.use([](const std::string&) { return nowMillis() - 25LL * 3600 * 1000; });
    QVERIFY(tokens.check(token).kind == Identity::Kind::Nobody);
    QVERIFY(tokens.check("Bearer a.b").kind == Identity::Kind::Nobody);
    QVERIFY(tokens.check("Bearer ..").kind == Identity::Kind::Nobody);
    QVERIFY(tokens.check("Basic eA==").kind == Identity::Kind::Nobody);
}

QTEST_GUILESS_MAIN(ServerTest)
#include "server_test.moc"
