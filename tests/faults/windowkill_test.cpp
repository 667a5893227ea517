#include "client/client.h"
#include "support/backend.h"
#include "support/killing.h"
#include "support/serviceprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace runyard;

namespace {

const char* const Script = R"(
import json, os, sys, time, urllib.request
def log(step):
    body = json.dumps({"run_id": os.environ["MLFLOW_RUN_ID"], "key": "count", "value": step, "step": step, "timestamp": int(time.time() * 1000)}).encode()
    url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
    headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60).read()
step = 0
while not os.path.exists(sys.argv[1]):
    print("line", step, flush=True)
    log(step)
    step += 1
    time.sleep(0.01)
print("total", step, flush=True)
)";

} // namespace

// The window is killed at random moments while a run is on: the run, its lines and its metrics do not notice.
class WindowKillTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsDoNotNoticeThatTheWindowDies()
    {
        const ServiceProcess service;
        QTemporaryDir place;
        Backend backend;
        client::Client client(backend.transport, service.folder(), ServiceProcess::program());
        QVERIFY(backend.wait(client.service.open()).has_value());
        const std::string id = submit(backend, client, place.path());
        QVERIFY(!id.empty());
        QVERIFY(waitForLines(service, id));

        auto dice = seeded("windowkill_test");
        const int kills = killCount();
        for (int i = 0; i < kills; ++i) {
            QProcess window;
            window.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            window.start(QString::fromLocal8Bit(qgetenv("RUNYARD_BIN")) + "/runyard", {"--data", QString::fromStdString(service.folder().string()), "--page", i % 2 ? "runs" : "data"});
            QVERIFY(window.waitForStarted());
            QVERIFY2(!window.waitForFinished(static_cast<int>(dice.bounded(1500u))), "the window ended by itself");
            window.kill();
            QVERIFY(window.waitForFinished());
        }
        QFile stop(place.filePath("stop"));
        QVERIFY(stop.open(QIODevice::WriteOnly));
        compare(backend, client, service, id);
        std::printf("window killed %d times: no line and no metric lost or doubled\n", kills);
    }

private:
    static std::string submit(Backend& backend, client::Client& client, const QString& place)
    {
        QDir(place).mkpath("source");
        QFile script(place + "/source/count.py");
        if (!script.open(QIODevice::WriteOnly))
            return {};
        script.write(Script);
        script.close();
        client::EstimatorDraft draft;
        draft.sourceFolder = (place + "/source").toStdString();
        draft.entryScript = "count.py";
        draft.parameters = {{(place + "/stop").toStdString(), {}, client::ScriptParameter::Kind::Literal, {}}};
        draft.environment.framework.clear();
        draft.compute = "this-computer";
        draft.experiment = "faults";
        const Collected<client::SubmitProgress> progress(backend.context);
        const auto job = backend.wait(client.estimators.submit(draft, const_cast<Collected<client::SubmitProgress>&>(progress).sink()));
        if (!job)
            qWarning("%s (%s)", job.error().message.c_str(), job.error().detail.c_str());
        return job ? job->name : std::string();
    }

    static QByteArray logOf(const ServiceProcess& service, const std::string& id)
    {
        QFile log(QString::fromStdString((service.folder() / "runs" / id / "user_logs" / "std_log.txt").string()));
        return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
    }

    static bool waitForLines(const ServiceProcess& service, const std::string& id)
    {
        return QTest::qWaitFor([&] { return logOf(service, id).contains("line 3"); }, 120'000);
    }

    static void compare(Backend& backend, client::Client& client, const ServiceProcess& service, const std::string& id)
    {
        const bool ended = QTest::qWaitFor([&] {
            const auto details = backend.wait(client.runs.details(id));
            return details && details->status == "Completed";
        }, 60'000);
        QVERIFY(ended);
        const auto lines = logOf(service, id).split('\n');
        const int total = lines.at(lines.size() - 2).mid(6).toInt();
        QVERIFY(total > 100);
        for (int i = 0; i < total; ++i)
            QCOMPARE(lines.at(i), "line " + QByteArray::number(i));
        QCOMPARE(lines.size(), total + 2);
        const auto points = backend.wait(client.runs.history(id, "count"));
        QVERIFY(points.has_value());
        QCOMPARE(static_cast<int>(points->size()), total);
    }
};

QTEST_GUILESS_MAIN(WindowKillTest)
#include "windowkill_test.moc"
