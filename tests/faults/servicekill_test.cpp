#include "support/countingrun.h"
#include "support/killing.h"

#include <set>

using namespace runyard;
using namespace std::chrono_literals;

// Both processes of the service are killed at random moments while a run is on and a client follows it. The service comes back by itself,
// and what the client has seen is what the run wrote, byte by byte and point by point.
class ServiceKillTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsLostOrDoubled()
    {
        const ServiceProcess service(ServiceProcess::Start::AtOnce);
        Backend backend;
        client::Client client(backend.transport, service.folder(), ServiceProcess::program());
        QVERIFY(backend.wait(client.service.open()).has_value());
        Collected<client::ServiceState> states(backend.context);
        const Job watch = backend.start(client.service.watch(states.sink()));
        CountingRun run(backend, client, service);
        QVERIFY(run.start());

        Collected<client::LogChunk> chunks(backend.context);
        Collected<client::MetricBatch> batches(backend.context);
        auto logEnd = std::make_shared<std::promise<Result<>>>();
        auto metricEnd = std::make_shared<std::promise<Result<>>>();
        const Job logs = backend.start(client.runs.followLogs(run.id, chunks.sink()), logEnd);
        const Job metrics = backend.start(client.runs.followMetrics(run.id, batches.sink()), metricEnd);
        killOften(service);
        run.stop();
        const auto ended = [](const std::shared_ptr<std::promise<Result<>>>& end) {
            auto future = end->get_future();
            return future.wait_for(60s) == std::future_status::ready && future.get().has_value();
        };
        QVERIFY2(ended(logEnd), "the log feed did not end well");
        QVERIFY2(ended(metricEnd), "the metric feed did not end well");
        watch.cancel();

        const int total = run.requireWhole();
        QVERIFY2(total > killCount(), qPrintable(QString::number(total)));  // it was at work while it was killed
        QVERIFY(seenBytes(chunks) == run.log());
        QCOMPARE(seenPoints(batches), total);
        std::printf("service killed %d times: %d lines and metrics, 0 lost, 0 doubled\n", killCount(), total);
    }

private:
    static void killOften(const ServiceProcess& service)
    {
        auto dice = seeded("servicekill_test");
        for (int i = 0; i < killCount(); ++i) {
            QTest::qWait(static_cast<int>(dice.bounded(600u)));
            QVERIFY2(QTest::qWaitFor([&] { return service.worker() > 0; }, 30'000), "the service did not come back");
            if (i % 4 == 3)
                service.killParent();
            else
                service.killWorker();
        }
    }

    static QByteArray seenBytes(const Collected<client::LogChunk>& chunks)
    {
        QByteArray bytes;
        for (const auto& chunk : chunks.values()) {
            if (chunk.file != "user_logs/std_log.txt")
                continue;
            if (chunk.offset != bytes.size())
                return "a hole or a repetition";
            bytes.append(chunk.bytes.data(), static_cast<qsizetype>(chunk.bytes.size()));
        }
        return bytes;
    }

    // How many points of `count` were seen, -1 where one was seen twice.
    static int seenPoints(const Collected<client::MetricBatch>& batches)
    {
        std::set<std::int64_t> steps;
        for (const auto& batch : batches.values()) {
            for (const auto& point : batch.points) {
                if (batch.key == "count" && !steps.insert(point.step).second)
                    return -1;
            }
        }
        return static_cast<int>(steps.size());
    }
};

QTEST_GUILESS_MAIN(ServiceKillTest)
#include "servicekill_test.moc"
