#include "http/client.h"
#include "http/gate.h"
#include "http/retry.h"
#include "support/backend.h"
#include "support/loopbackserver.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <thread>

using namespace runyard;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(stream)), {});
}

std::string digits(std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += static_cast<char>('0' + i % 10);
    return text;
}

Task<int> standInLine(std::shared_ptr<http::Gate> gate, std::vector<int>& order, int number, std::chrono::milliseconds stay)
{
    const auto place = co_await gate->enter();
    order.push_back(number);
    co_await sleepFor(stay);
    co_return number;
}

} // namespace

class HttpClientTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_place;
    fs::path file(const char* name) const { return fs::path(m_place.path().toStdString()) / name; }

private Q_SLOTS:
    void asksOverTcpAndUnixSocket()
    {
        LoopbackServer server(file("socket"));
        Backend backend;
        auto tcp = backend.wait(backend.transport.send(http::Request::get(server.base() + "/ping")));
        QVERIFY(tcp);
        QCOMPARE(tcp->body, std::string("pong"));
        auto local = backend.wait(backend.transport.send(http::Request::get("http://127.0.0.1:1/ping").via(file("socket"))));
        QVERIFY(local);
        QCOMPARE(local->body, std::string("pong"));
    }

    void headHasHeadersOnly()
    {
        LoopbackServer server;
        Backend backend;
        for (int i = 0; i < 3; ++i) {  // the connection must stay usable
            auto reply = backend.wait(backend.transport.send(http::Request::head(server.base() + "/range?n=5000").within(2s)));
            QVERIFY(reply);
            QCOMPARE(reply->status, 200);
            QVERIFY(reply->body.empty());
            QCOMPARE(reply->headers["content-length"], std::string("5000"));
        }
    }

    void resumesADownload()
    {
        LoopbackServer server;
        Backend backend;
        const fs::path target = file("part");
        for (int round = 0; round < 30 && (!fs::exists(target) || fs::file_size(target) < 100'000); ++round) {
            const auto have = fs::exists(target) ? fs::file_size(target) : 0;
            auto request = http::Request::get(server.base() + "/half?n=100000").appendedTo(target).bulk();
            if (have > 0)
                request.headers.push_back("Range: bytes=" + std::to_string(have) + "-");
            (void)backend.wait(backend.transport.send(std::move(request)));
        }
        QCOMPARE(contentOf(target), digits(100'000));
        // A server that sends all of it again must not append it.
        auto whole = backend.wait(backend.transport.send(http::Request::get(server.base() + "/range?n=1000").appendedTo(target)));
        QVERIFY(whole);
        QCOMPARE(contentOf(target), digits(1000));
        // What is no file must not land in it.
        auto missing = backend.wait(backend.transport.send(http::Request::get(server.base() + "/nothing").appendedTo(target)));
        QCOMPARE(missing->status, 404);
        QCOMPARE(contentOf(target), digits(1000));
    }

    void hearsABodyPieceByPiece()
    {
        LoopbackServer server;
        Backend backend;
        auto heard = std::make_shared<std::string>();
        auto reply = backend.wait(backend.transport.send(http::Request::get(server.base() + "/range?n=3000000").into([heard](std::string_view piece) { heard->append(piece); })));
        QVERIFY(reply);
        QVERIFY(reply->body.empty());
        QCOMPARE(*heard, digits(3'000'000));
    }

    void heldRequestsBlockNobody()
    {
        LoopbackServer server;
        Backend backend;
        std::vector<Job> held;
        for (int i = 0; i < 20; ++i)
            held.push_back(backend.start(backend.transport.send(http::Request::get(server.base() + "/hang").held().within(0ms))));
        for (int i = 0; i < 10; ++i) {
            auto reply = backend.wait(backend.transport.send(http::Request::get(server.base() + "/ping").within(2s)));
            QVERIFY(reply);
        }
        for (const Job& job : held)
            job.cancel();
    }

    void aPlaceInLineCostsNoDeadline()
    {
        LoopbackServer server;
        Backend backend;
        std::vector<std::shared_ptr<std::promise<Result<http::Reply>>>> answers;
        for (int i = 0; i < 12; ++i) {  // six at a time, 300 ms each: the second six begin when half their deadline would be over
            answers.push_back(std::make_shared<std::promise<Result<http::Reply>>>());
            backend.start(backend.transport.send(http::Request::get(server.base() + "/drip?n=15").within(500ms)), answers.back());
        }
        for (const auto& answer : answers) {
            auto future = answer->get_future();
            QVERIFY(future.wait_for(5s) == std::future_status::ready);
            const auto reply = future.get();
            QVERIFY2(reply, reply ? "" : reply.error().message.c_str());
        }
    }

    void cancelledInLineLeavesItIntact()
    {
        LoopbackServer server;
        Backend backend;
        std::vector<Job> jobs;
        for (int i = 0; i < 30; ++i)
            jobs.push_back(backend.start(backend.transport.send(http::Request::get(server.base() + "/hang").within(0ms))));
        std::this_thread::sleep_for(50ms);
        for (int i = 29; i >= 0; --i)
            jobs[static_cast<std::size_t>(i)].cancel();
        for (int i = 0; i < 8; ++i)
            QVERIFY(backend.wait(backend.transport.send(http::Request::get(server.base() + "/ping").within(2s))));
    }

    void lineIsFirstComeFirstServed()
    {
        asio::io_context context(1);
        const auto gate = std::make_shared<http::Gate>(context, 2);
        std::vector<int> order;
        std::vector<Job> jobs;
        const auto run = [&](int number) -> Task<> {
            return [](Task<int> task) -> Task<> { (void)co_await std::move(task); }(standInLine(gate, order, number, 10ms));
        };
        for (int i = 0; i < 8; ++i)
            jobs.push_back(Job(context, run(i)));
        jobs[5].cancel();
        context.run();
        QCOMPARE(order, (std::vector<int>{0, 1, 2, 3, 4, 6, 7}));
        QCOMPARE(gate->waiting(), std::size_t(0));
    }

    void endsAtItsDeadline()
    {
        LoopbackServer server;
        Backend backend;
        const auto start = std::chrono::steady_clock::now();
        auto reply = backend.wait(backend.transport.send(http::Request::get(server.base() + "/hang").within(200ms)));
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, Error::Code::Timeout);
        QVERIFY(std::chrono::steady_clock::now() - start < 1s);
    }

    void slowNamesHoldNobodyUp()
    {
        LoopbackServer server;
        asio::io_context context(1);
        http::Client client(context, [](const std::string&) { std::this_thread::sleep_for(2s); return std::string("127.0.0.1"); });
        ServiceThread thread(context);
        std::promise<Result<http::Reply>> answer;
        const auto start = std::chrono::steady_clock::now();
        Job job(context, [](http::Client& c, std::promise<Result<http::Reply>>& a) -> Task<> {
            auto reply = co_await c.send(http::Request::get("http://slow.example/").within(300ms));
            a.set_value(std::move(reply));
        }(client, answer));
        const auto reply = answer.get_future().get();
        QVERIFY(!reply);
        QVERIFY(std::chrono::steady_clock::now() - start < 1500ms);
    }

    void retriesWhatPasses()
    {
        LoopbackServer server;
        Backend backend;
        http::RetryPolicy policy;
        policy.step = 5ms;
        auto reply = backend.wait(http::persist(backend.transport, http::Request::get(server.base() + "/flaky/3"), policy));
        QVERIFY(reply);
        QCOMPARE(reply->status, 200);
        QCOMPARE(reply->tries, 4);
        QCOMPARE(server.requests.load(), 4);
        auto missing = backend.wait(http::persist(backend.transport, http::Request::get(server.base() + "/status/404"), policy));
        QCOMPARE(missing->tries, 1);
    }

    void sendsNoPostTwice()
    {
        LoopbackServer server;
        Backend backend;
        http::RetryPolicy policy;
        policy.step = 5ms;
        (void)backend.wait(backend.transport.send(http::Request::get(server.base() + "/ping")));
        const long before = server.requests;
        auto reply = backend.wait(http::persist(backend.transport, http::Request::post(server.base() + "/drop", "{}"), policy));
        QVERIFY(!reply);
        QCOMPARE(server.requests - before, 1);
    }

    void pauses_data()
    {
        QTest::addColumn<QString>("header");
        QTest::addColumn<int>("least");
        QTest::newRow("none") << "" << 0;
        QTest::newRow("seconds") << "7" << 7000;
        QTest::newRow("negative") << "-3" << 0;
        QTest::newRow("absurd") << "999999999" << 300'000;
        QTest::newRow("past") << "Wed, 21 Oct 2015 07:28:00 GMT" << 0;
        QTest::newRow("nonsense") << "soon" << 0;
    }

    void pauses()
    {
        QFETCH(QString, header);
        QFETCH(int, least);
        http::Reply reply;
        reply.status = 503;
        if (!header.isEmpty())
            reply.headers["retry-after"] = header.toStdString();
        const auto pause = http::pauseBefore(2, true, reply, http::RetryPolicy(), 0);
        QVERIFY(pause);
        QCOMPARE(static_cast<int>(pause->count()), least);
    }

    void uploadsAndNoticesAShrunkFile()
    {
        LoopbackServer server;
        Backend backend;
        const fs::path source = file("source");
        std::ofstream(source, std::ios::binary) << digits(5'000'000);
        auto sent = backend.wait(backend.transport.send(http::Request::put(server.base() + "/sink", http::FileRange(source, 1000, 4'000'000))));
        QVERIFY(sent);
        QCOMPARE(server.sunk.load(), 4'000'000);
        fs::resize_file(source, 1'000'000);
        auto shrunk = backend.wait(backend.transport.send(http::Request::put(server.base() + "/sink", http::FileRange(source, 0, 5'000'000)).within(5s)));
        QVERIFY(!shrunk);
        QCOMPARE(shrunk.error().code, Error::Code::Storage);
    }

    void refusesLineBreaks()
    {
        Backend backend;
        auto reply = backend.wait(backend.transport.send(http::Request::get("http://127.0.0.1:1/").header("X", "a\r\nY: b")));
        QVERIFY(!reply);
        QCOMPARE(reply.error().code, Error::Code::Invalid);
    }

    void stormLeavesNothingBehind()
    {
        Counted::alive() = 0;
        {
            LoopbackServer server(file("storm"));
            Backend backend;
            std::vector<Job> jobs;
            const char* routes[] = {"/ping", "/status/500", "/drop", "/hang", "/cut?n=100000", "/drip?n=20", "/blob?n=200000", "/items?n=50"};
            for (int i = 0; i < 600; ++i) {
                auto request = http::Request::get(server.base() + routes[i % 8]).within(3s);
                if (i % 3 == 0)
                    request.socket = file("storm");
                jobs.push_back(backend.start(backend.transport.send(std::move(request))));
                if (i % 2)
                    jobs[static_cast<std::size_t>(i * 7919 % (i + 1))].cancel();
            }
            for (const Job& job : jobs)
                job.cancel();
            QVERIFY(backend.wait(backend.transport.send(http::Request::get(server.base() + "/ping").within(5s))));
        }
        QCOMPARE(Counted::alive().load(), 0);
    }
};

QTEST_GUILESS_MAIN(HttpClientTest)
#include "httpclient_test.moc"
