#include "client/client.h"
#include "support/backend.h"
#include "support/killing.h"
#include "support/serviceprocess.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <sstream>

using namespace runyard;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// Prints and logs as fast as it is told, until the file in its first argument exists. A metric that may not have arrived is sent again as it was.
const char* const Script = R"(
import json, os, sys, time, urllib.request
def log(step):
    body = json.dumps({"run_id": os.environ["MLFLOW_RUN_ID"], "key": "count", "value": step, "step": step, "timestamp": int(time.time() * 1000)}).encode()
    url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
    headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
    for attempt in range(600):
        try:
            return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30).read()
        except Exception:
            time.sleep(0.1)
    sys.exit(9)
step = 0
while not os.path.exists(sys.argv[2]):
    sys.stdout.write("line %d %s\n" % (step, "x" * (step * 37 % 900)))
    sys.stdout.flush()
    log(step)
    step += 1
    time.sleep(0.005)
print("total", step, flush=True)
)";

// The client's Tasks end before the client does.
struct World {
    explicit World(const ServiceProcess& service)
        : backend(std::make_unique<Backend>()), client(backend->transport, service.folder(), ServiceProcess::program()) {}
    ~World() { stopped(); }
    void stopped() { backend.reset(); }

    std::unique_ptr<Backend> backend;
    client::Client client;
};

} // namespace

// The service is killed, its worker or its parent, while a client follows a run: the client's log is the file's, byte by byte, and each metric came once.
class ClientFollowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsLostOrDoubled()
    {
        const ServiceProcess service;
        QTemporaryDir place;
        World world(service);
        Backend& backend = *world.backend;
        client::Client& client = world.client;
        QVERIFY(backend.wait(client.service.open()).has_value());
        Collected<client::ServiceState> states(backend.context);
        const Job watching = backend.start(client.service.watch(states.sink()));

        const fs::path stop = fs::path(place.path().toStdString()) / "stop";
        const auto job = submit(backend, client, place.path().toStdString(), stop);
        QVERIFY2(job, job ? "" : (job.error().message + job.error().detail).c_str());
        Collected<client::LogChunk> logs(backend.context);
        Collected<client::MetricBatch> metrics(backend.context);
        Collected<api::RunDetails> details(backend.context);
        const auto logsEnd = std::make_shared<std::promise<Result<>>>();
        const auto metricsEnd = std::make_shared<std::promise<Result<>>>();
        const auto logSink = logs.sink();
        const auto metricSink = metrics.sink();
        const Job one = backend.start(drained(client.runs.followLogs(job->name, logSink), logSink), logsEnd);
        const Job two = backend.start(drained(client.runs.followMetrics(job->name, metricSink), metricSink), metricsEnd);
        const Job three = backend.start(client.runs.watch(job->name, details.sink()));
        QTRY_VERIFY_WITH_TIMEOUT(textOf(logs).find("line 20 ") != std::string::npos, 120'000);

        killAround(service);
        std::ofstream(stop).put('x');
        auto logsDone = logsEnd->get_future();
        auto metricsDone = metricsEnd->get_future();
        QVERIFY(logsDone.wait_for(90s) == std::future_status::ready);
        QVERIFY(metricsDone.wait_for(30s) == std::future_status::ready);
        QVERIFY(logsDone.get());
        QVERIFY(metricsDone.get());
        QTRY_VERIFY2(details.last()->status == "Completed", details.last()->status.c_str());
        compareLog(logs, service.folder() / "runs" / job->name);
        compareMetrics(metrics, textOf(logs));
        watching.cancel();
    }

private:
    static Result<api::Job> submit(Backend& backend, client::Client& client, const fs::path& place, const fs::path& stop)
    {
        fs::create_directory(place / "source");
        std::ofstream(place / "source" / "train.py") << Script;
        client::EstimatorDraft draft;
        draft.sourceFolder = place / "source";
        draft.entryScript = "train.py";
        draft.parameters = {{"--stop", stop.string(), client::ScriptParameter::Kind::Literal, {}}};
        draft.environment.framework = "";
        draft.experiment = "kills";
        draft.compute = "this-computer";
        Collected<client::SubmitProgress> progress(backend.context);
        return backend.wait(client.estimators.submit(draft, progress.sink()));
    }

    static void killAround(const ServiceProcess& service)
    {
        auto dice = seeded("client_follow_test");
        const int kills = killCount();
        int workers = 0;
        int parents = 0;
        while (workers + parents < kills) {
            QTest::qWait(static_cast<int>(dice.bounded(100u, 1200u)));
            if (dice.bounded(4u) == 0 && service.parent() > 0) {
                service.killParent();
                ++parents;
            } else if (service.worker() > 0) {
                service.killWorker();
                ++workers;
            }
        }
        std::printf("client_follow_test: killed the worker %d times, the parent %d times\n", workers, parents);
    }

    static std::string textOf(const Collected<client::LogChunk>& logs)
    {
        std::string text;
        for (const auto& chunk : logs.values()) {
            if (chunk.file == "user_logs/std_log.txt")
                text += chunk.bytes;
        }
        return text;
    }

    static void compareLog(const Collected<client::LogChunk>& logs, const fs::path& run)
    {
        std::int64_t place = 0;
        for (const auto& chunk : logs.values()) {
            if (chunk.file != "user_logs/std_log.txt")
                continue;
            QCOMPARE(chunk.offset, place);
            place += static_cast<std::int64_t>(chunk.bytes.size());
        }
        std::ifstream stream(run / "user_logs" / "std_log.txt", std::ios::binary);
        const std::string written((std::istreambuf_iterator<char>(stream)), {});
        QVERIFY(!written.empty());
        QVERIFY(textOf(logs) == written);
        std::istringstream lines(written);
        int step = 0;
        for (std::string line; std::getline(lines, line) && !line.starts_with("total");)
            QVERIFY2(line.starts_with("line " + std::to_string(step++) + ' '), line.c_str());
        QVERIFY(written.ends_with("total " + std::to_string(step) + '\n'));
    }

    static void compareMetrics(const Collected<client::MetricBatch>& metrics, const std::string& log)
    {
        const int total = std::atoi(log.substr(log.rfind("total ") + 6).c_str());
        QVERIFY(total > 100);
        std::vector<int> seen(static_cast<std::size_t>(total));
        for (const auto& batch : metrics.values()) {
            for (const auto& point : batch.points) {
                QVERIFY(point.step >= 0 && point.step < total);
                ++seen[static_cast<std::size_t>(point.step)];
            }
        }
        const auto lost = std::count(seen.begin(), seen.end(), 0);
        const auto doubled = std::count_if(seen.begin(), seen.end(), [](int count) { return count > 1; });
        std::printf("client_follow_test: %d metrics, %d lost, %d doubled\n", total, static_cast<int>(lost), static_cast<int>(doubled));
        QCOMPARE(lost, 0);
        QCOMPARE(doubled, 0);
    }
};

QTEST_GUILESS_MAIN(ClientFollowTest)
#include "client_follow_test.moc"
