#include "bridge/calls.h"
#include "bridge/feed.h"
#include "core/servicethread.h"
#include "support/backend.h"

#include <QElapsedTimer>
#include <QTest>

#include <thread>

using namespace runyard;
using namespace std::chrono_literals;

namespace {

Task<Result<int>> answerAfter(std::chrono::microseconds time, int value)
{
    const Counted counted;
    co_await sleepFor(time);
    co_return value;
}

Task<Result<>> count(int until, Sink<int> sink, std::shared_ptr<std::atomic<int>> made)
{
    const Counted counted;
    for (int i = 0; i < until; ++i) {
        co_await sink.push(i);
        ++*made;
    }
    co_return Result<>();
}

Task<Result<>> showForever(Sink<int> sink)
{
    const Counted counted;
    for (int i = 0;; ++i) {
        sink.show(i);
        co_await sleepFor(1ms);
    }
}

// Order matters: windows go before the thread, the thread before the bridge.
struct World {
    asio::io_context context{1};
    Bridge bridge{context};
    ServiceThread thread{context};
};

struct Owner {
    explicit Owner(Bridge& bridge) : feed(bridge), calls(bridge) {}
    int answers = 0;
    int batches = 0;
    Feed<int> feed;
    Calls calls;
};

} // namespace

class BridgeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { Counted::alive() = 0; }
    void cleanup() { QCOMPARE(Counted::alive().load(), 0); }

    void answersOnTheGuiThread()
    {
        World world;
        Calls calls(world.bridge);
        std::thread::id where;
        int value = 0;
        calls.start(answerAfter(1ms, 42), [&](Result<int> answer) {
            where = std::this_thread::get_id();
            value = *answer;
        });
        QTRY_COMPARE(value, 42);
        QVERIFY(where == std::this_thread::get_id());
        QVERIFY(calls.isIdle());
    }

    void ownerGoneAtAnyInstant_data()
    {
        QTest::addColumn<int>("microseconds");
        for (int i = 0; i <= 12'000; i += 800)
            QTest::newRow(qPrintable(QString::number(i))) << i;
    }

    void ownerGoneAtAnyInstant()
    {
        QFETCH(int, microseconds);
        World world;
        auto owner = std::make_unique<Owner>(world.bridge);
        const auto made = std::make_shared<std::atomic<int>>(0);
        bool isGone = false;
        for (int i = 0; i < 3; ++i)
            owner->calls.start(answerAfter(std::chrono::microseconds(2000 * i), i), [&, raw = owner.get()](Result<int>) { QVERIFY(!isGone); ++raw->answers; });
        owner->feed.start([&](Sink<int> sink) { return count(100'000, sink, made); }, [&, raw = owner.get()](std::vector<int>) { QVERIFY(!isGone); ++raw->batches; }, [&](Result<>) { QVERIFY(!isGone); });
        QElapsedTimer time;
        time.start();
        while (time.nsecsElapsed() / 1000 < microseconds)
            QCoreApplication::processEvents();
        owner.reset();
        isGone = true;
        QTest::qWait(80);
    }

    void callbackMayDeleteItsOwner()
    {
        World world;
        auto owner = std::make_unique<Owner>(world.bridge);
        owner->calls.start(answerAfter(50ms, 1), [](Result<int>) { QFAIL("arrived after its owner went"); });
        owner->calls.start(answerAfter(0ms, 1), [&](Result<int>) { owner.reset(); });
        QTRY_VERIFY(!owner);
        QTest::qWait(100);
    }

    void cancelledCallsStaySilent()
    {
        World world;
        Calls calls(world.bridge);
        for (int i = 0; i < 200; ++i) {
            calls.start(answerAfter(0ms, i), [](Result<int>) { QFAIL("answered after cancel"); });
            std::this_thread::sleep_for(std::chrono::microseconds(i));
            calls.cancel();
        }
        QTest::qWait(50);
    }

    void aThousandCallsAtOnce()
    {
        World world;
        Calls calls(world.bridge);
        int sum = 0;
        for (int i = 0; i < 1000; ++i)
            calls.start(answerAfter(0ms, 1), [&](Result<int> answer) { sum += *answer; });
        QTRY_COMPARE_WITH_TIMEOUT(sum, 1000, 10'000);
    }

    void feedKeepsOrderAndEndsOnce()
    {
        World world;
        Feed<int> feed(world.bridge);
        const auto made = std::make_shared<std::atomic<int>>(0);
        int next = 0;
        int ends = 0;
        feed.start([&](Sink<int> sink) { return count(20'000, sink, made); },
            [&](std::vector<int> values) {
                QCOMPARE(ends, 0);
                for (const int value : values)
                    QCOMPARE(value, next++);
            },
            [&](Result<> end) { QVERIFY(end); ++ends; });
        QTRY_COMPARE_WITH_TIMEOUT(ends, 1, 20'000);
        QCOMPARE(next, 20'000);
    }

    void slowReaderSlowsTheTask()
    {
        World world;
        Feed<int> feed(world.bridge);
        const auto made = std::make_shared<std::atomic<int>>(0);
        feed.start([&](Sink<int> sink) { return count(1'000'000, sink, made); }, [](std::vector<int>) {}, [](Result<>) {});
        std::this_thread::sleep_for(300ms);  // the GUI does nothing
        QVERIFY2(*made <= 2002, qPrintable(QString::number(*made)));
    }

    void progressShowsTheNewest()
    {
        World world;
        Feed<int> feed(world.bridge);
        std::vector<std::size_t> sizes;
        std::vector<qint64> times;
        QElapsedTimer clock;
        clock.start();
        feed.start([](Sink<int> sink) { return showForever(sink); }, [&](std::vector<int> values) { sizes.push_back(values.size()); times.push_back(clock.elapsed()); }, [](Result<>) {});
        QTest::qWait(600);
        feed.stop();
        QVERIFY(sizes.size() >= 4);
        for (const std::size_t size : sizes)
            QCOMPARE(size, std::size_t(1));
        QVERIFY(sizes.size() <= static_cast<std::size_t>(clock.elapsed() / SinkBreath.count() + 2));
    }

    void feedRestartsInItsOwnBatch()
    {
        World world;
        Feed<int> feed(world.bridge);
        const auto made = std::make_shared<std::atomic<int>>(0);
        int starts = 0;
        std::function<void()> begin = [&] {
            ++starts;
            feed.start([&](Sink<int> sink) { return count(1000, sink, made); }, [&](std::vector<int>) { if (starts < 20) begin(); }, [](Result<>) {});
        };
        begin();
        QTRY_COMPARE_WITH_TIMEOUT(starts, 20, 10'000);
    }
};

QTEST_GUILESS_MAIN(BridgeTest)
#include "bridge_test.moc"
