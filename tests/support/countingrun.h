#pragma once

#include "client/client.h"
#include "support/backend.h"
#include "support/serviceprocess.h"

#include <QByteArrayList>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace runyard {

// A run that prints "line N" and logs the metric `count` = N for N = 0, 1, 2 … until it is told to stop; it then prints "total N".
// Its requests are repeated until the service has answered, as those of MLflow's client are.
class CountingRun {
public:
    CountingRun(Backend& backend, client::Client& client, const ServiceProcess& service) : m_backend(backend), m_client(client), m_service(service) {}

    // Submits it and waits until it prints; false where that fails.
    bool start()
    {
        QDir(m_place.path()).mkpath("source");
        QFile script(m_place.filePath("source/count.py"));
        if (!script.open(QIODevice::WriteOnly))
            return false;
        script.write(Script);
        script.close();
        client::EstimatorDraft draft;
        draft.sourceFolder = m_place.filePath("source").toStdString();
        draft.entryScript = "count.py";
        draft.parameters = {{m_place.filePath("stop").toStdString(), {}, client::ScriptParameter::Kind::Literal, {}}};
        draft.environment.framework.clear();
        draft.compute = "this-computer";
        draft.experiment = "faults";
        Collected<client::SubmitProgress> progress(m_backend.context);
        const auto job = m_backend.wait(m_client.estimators.submit(draft, progress.sink()), std::chrono::seconds(120));
        if (!job) {
            qWarning("%s (%s)", job.error().message.c_str(), job.error().detail.c_str());
            return false;
        }
        id = job->name;
        return QTest::qWaitFor([this] { return log().contains("line 3"); }, 120'000);
    }

    void stop()
    {
        QFile file(m_place.filePath("stop"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const bool ended = QTest::qWaitFor([this] {
            const auto details = m_backend.wait(m_client.runs.details(id));
            return details && details->status == "Completed";
        }, 120'000);
        QVERIFY(ended);
    }

    QByteArray log() const
    {
        QFile file(QString::fromStdString((m_service.folder() / "runs" / id / "user_logs" / "std_log.txt").string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    // After its end: every line once and in order, in the file and in `bytes`; every metric once. How many there were.
    int requireWhole() const
    {
        const QByteArray bytes = log();
        const QByteArrayList lines = bytes.split('\n');
        const int total = lines.at(lines.size() - 2).mid(6).toInt();
        for (int i = 0; i < total; ++i) {
            if (lines.at(i) != "line " + QByteArray::number(i))
                return -1;
        }
        const auto points = m_backend.wait(m_client.runs.history(id, "count"));
        if (lines.size() != total + 2 || !points || static_cast<int>(points->size()) != total)
            return -1;
        return total;
    }

    std::string id;

private:
    static constexpr const char* Script = R"(
import json, os, sys, time, urllib.request
def log(step):
    body = json.dumps({"run_id": os.environ["MLFLOW_RUN_ID"], "key": "count", "value": step, "step": step, "timestamp": int(time.time() * 1000)}).encode()
    url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
    headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
    while True:
        try:
            return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10).read()
        except OSError:
            time.sleep(0.1)
step = 0
while not os.path.exists(sys.argv[1]):
    print("line", step, flush=True)
    log(step)
    step += 1
    time.sleep(0.005)
print("total", step, flush=True)
)";

    Backend& m_backend;
    client::Client& m_client;
    const ServiceProcess& m_service;
    QTemporaryDir m_place;
};

} // namespace runyard
