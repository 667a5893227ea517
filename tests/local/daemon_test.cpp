#include "support/daemon.h"

#include "api/json.h"
#include "core/files.h"
#include "core/hash.h"
#include "support/killing.h"

#include <QTest>

#include <fstream>
#include <set>
#include <thread>

namespace fs = std::filesystem;
using namespace runyard;
using namespace std::chrono_literals;
using api::Json;
using http::Request;
using test::Daemon;
using test::freshFolder;

namespace {

std::string fileBody(int number)
{
    std::string body(6 << 20, '\0');
    for (std::size_t at = 0; at < body.size(); ++at)
        body[at] = static_cast<char>((at * 2654435761u + static_cast<std::size_t>(number) * 97u) >> 11);
    return body;
}

std::vector<std::string> filesIn(const fs::path& folder)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.is_regular_file(error))
            names.push_back(entry.path().filename().string());
    }
    return names;
}

Json parsed(const http::Reply& reply)
{
    return Json::parse(reply.body, nullptr, false);
}

const char* const script = R"(
import os, sys, time
os.makedirs('outputs', exist_ok=True)
for i in range(20):
    print('line', i, flush=True)
open('outputs/model.txt', 'w').write('weights ' + sys.argv[1])
assert os.environ['AZUREML_RUN_ID'] == os.environ['MLFLOW_RUN_ID']
)";

const char* const longScript = R"(
import time
for i in range(60):
    print('tick', i, flush=True)
    time.sleep(0.1)
)";

// Everything that a client sends before and with a job.
class Submission {
public:
    explicit Submission(Daemon& to) : m_daemon(to) {}

    // The id of a code version with one file; empty where something went wrong.
    std::string code(const std::string& text)
    {
        const std::string path = "codes/" + sha256Hex(text).substr(0, 32) + "/versions/1";
        const auto pending = api::read<api::PendingUpload>(m_daemon.ask(Request::post(m_daemon.arm(path + "/startPendingUpload"), "{}")).body);
        if (!pending)
            return {};
        const auto mark = pending->sasUri.find('?');
        auto put = Request::put(pending->sasUri.substr(0, mark) + "/src/train.py" + pending->sasUri.substr(mark), text).header("x-ms-blob-type", "BlockBlob");
        if (m_daemon.ask(std::move(put)).status != 201)
            return {};
        const Json body = {{"properties", {{"codeUri", pending->blobUri + "/src"}, {"properties", {{"hash_sha256", sha256Hex(text)}, {"hash_version", 202208}}}}}};
        const auto kept = m_daemon.ask(Request::put(m_daemon.arm(path), body.dump()));
        return kept.status == 201 ? parsed(kept)["id"].get<std::string>() : std::string();
    }
    std::string environment()
    {
        api::EnvironmentRequest request;
        request.framework.clear();
        const auto version = api::toEnvironmentVersion(request, "plain", "1");
        const auto kept = m_daemon.ask(Request::put(m_daemon.arm("environments/plain/versions/1"), api::toJson(version, m_daemon.info().workspacePath()).dump()));
        return kept.status < 300 ? parsed(kept)["id"].get<std::string>() : std::string();
    }
    http::Reply job(const std::string& name, const std::string& code, const std::string& environment, const std::string& command)
    {
        api::Job job;
        job.name = name;
        job.experimentName = "daemon-test";
        job.command = command;
        job.codeId = code;
        job.environmentId = environment;
        job.computeId = m_daemon.info().workspacePath() + "/computes/this-computer";
        return m_daemon.ask(Request::put(m_daemon.arm("jobs/" + name), api::toJson(job, m_daemon.info().workspacePath()).dump()));
    }

private:
    Daemon& m_daemon;
};

} // namespace

class DaemonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qunsetenv("XDG_RUNTIME_DIR"); }
    void keepsConnectionsWhileTheWorkerIsAway();
    void comesBackAfterTheParentWasKilled();
    void showsNoHalfFilesAfterKills();
    void runsAJobFromEndToEnd();
    void runGoesOnWhileTheServiceDies();

private:
    std::string statusOf(Daemon& daemon, const std::string& run);
    bool waitForStatus(Daemon& daemon, const std::string& run, const std::set<std::string>& wanted, std::chrono::seconds limit);
    std::string logOf(Daemon& daemon, const std::string& run);
};

std::string DaemonTest::statusOf(Daemon& daemon, const std::string& run)
{
    const auto reply = daemon.ask(Request::get(daemon.arm("jobs/" + run)));
    const Json json = parsed(reply);
    return json.is_object() && json.contains("properties") ? json["properties"].value("status", "") : std::string();
}

bool DaemonTest::waitForStatus(Daemon& daemon, const std::string& run, const std::set<std::string>& wanted, std::chrono::seconds limit)
{
    for (const auto until = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(50ms)) {
        if (wanted.contains(statusOf(daemon, run)))
            return true;
    }
    qWarning("%s is %s", run.c_str(), statusOf(daemon, run).c_str());
    return false;
}

std::string DaemonTest::logOf(Daemon& daemon, const std::string& run)
{
    return daemon.ask(Request::get(daemon.info().url + "/runyard/azureml/ExperimentRun/dcid." + run + "/user_logs/std_log.txt")).body;
}

void DaemonTest::keepsConnectionsWhileTheWorkerIsAway()
{
    Daemon daemon(freshFolder("away"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    const auto info = daemon.info();
    for (int round = 0; round < 5; ++round) {
        const int worker = daemon.worker();
        daemon.kill(worker);
        // No connection is refused: the parent holds the sockets.
        auto request = Request::get(info.url + "/runyard/v1/health").within(20s);
        http::Reply reply = daemon.ask(request);
        if (reply.status == 0)  // taken in by the worker in its last moment
            reply = daemon.ask(request);
        QCOMPARE(reply.status, 200);
        QVERIFY(parsed(reply)["pid"].get<int>() != worker);
        QVERIFY(daemon.waitUntilAnswers());
        QTRY_VERIFY(daemon.worker() != worker);
    }
    QCOMPARE(daemon.info().url, info.url);
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void DaemonTest::comesBackAfterTheParentWasKilled()
{
    Daemon daemon(freshFolder("parent"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    const auto before = daemon.info();
    const int worker = daemon.worker();
    daemon.kill(daemon.parent());
    QVERIFY(daemon.waitForEnd(daemon.parent(), 5s));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    QVERIFY(daemon.waitForEnd(worker, 10s));
    QVERIFY(daemon.waitUntilAnswers());
    QCOMPARE(daemon.info().url, before.url);
    QCOMPARE(daemon.info().token, before.token);
    QVERIFY(daemon.worker() != worker);
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void DaemonTest::showsNoHalfFilesAfterKills()
{
    auto random = seeded("showsNoHalfFilesAfterKills");
    Daemon daemon(freshFolder("kills"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    std::set<std::string> acknowledged;
    std::map<std::string, std::string> digests;
    for (int round = 0; round < killCount(); ++round) {
        const bool hitsParent = round % 4 == 3;
        const int victim = hitsParent ? daemon.parent() : daemon.worker();
        const auto moment = std::chrono::milliseconds(random.bounded(120));
        std::jthread killer([&, moment] {
            std::this_thread::sleep_for(moment);
            daemon.kill(victim);
        });
        for (int file = 0; file < 3; ++file) {
            const std::string name = std::to_string(round) + "-" + std::to_string(file);
            const std::string body = fileBody(round * 3 + file);
            digests[name] = sha256Hex(body);
            if (daemon.ask(Request::put(daemon.info().url + "/runyard/data/" + name, body).header("x-ms-blob-type", "BlockBlob").within(20s)).status == 201)
                acknowledged.insert(name);
        }
        killer.join();
        if (hitsParent) {
            QVERIFY(daemon.waitForEnd(victim, 5s));
            QVERIFY2(daemon.start(), daemon.errors().c_str());
        }
        QVERIFY(daemon.waitUntilAnswers());
    }
    const auto there = filesIn(daemon.folder() / "data");
    for (const auto& name : there)
        QCOMPARE(*sha256OfFile(daemon.folder() / "data" / name), digests.at(name));
    for (const auto& name : acknowledged)
        QVERIFY2(std::ranges::find(there, name) != there.end(), name.c_str());
    const auto list = daemon.ask(Request::get(daemon.info().url + "/runyard/data?restype=container&comp=list&include=metadata"));
    QVERIFY(list.body.find("<changed>") == std::string::npos);
    std::printf("%d kills, %zu files, %zu acknowledged, 0 lost, 0 half\n", killCount(), there.size(), acknowledged.size());
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void DaemonTest::runsAJobFromEndToEnd()
{
    Daemon daemon(freshFolder("job"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    Submission submission(daemon);
    const std::string code = submission.code(script);
    const std::string environment = submission.environment();
    QVERIFY(!code.empty());
    QVERIFY(!environment.empty());
    const auto submitted = submission.job("calm_otter", code, environment, "python train.py 42");
    QVERIFY2(submitted.status == 201, submitted.body.c_str());
    QVERIFY(waitForStatus(daemon, "calm_otter", {"Completed", "Failed", "Canceled"}, 120s));
    const std::string log = logOf(daemon, "calm_otter");
    QVERIFY2(statusOf(daemon, "calm_otter") == "Completed", log.c_str());
    std::string expected;
    for (int line = 0; line < 20; ++line)
        expected += "line " + std::to_string(line) + "\n";
    QCOMPARE(log, expected);
    const std::string base = daemon.info().url + "/runyard/azureml/ExperimentRun/dcid.calm_otter/";
    QCOMPARE(daemon.ask(Request::get(base + "outputs/model.txt")).body, std::string("weights 42"));
    const auto details = parsed(daemon.ask(Request::get(daemon.info().url + "/history/v1.0" + daemon.info().workspacePath() + "/runs/calm_otter/details")));
    QVERIFY(details["logFiles"].contains("user_logs/std_log.txt"));
    const std::string url = details["logFiles"]["user_logs/std_log.txt"].get<std::string>();
    QCOMPARE(daemon.ask(Request::get(url)).body, expected);
    const Json model = {{"properties", {{"modelType", "custom_model"}, {"modelUri", "azureml://jobs/calm_otter/outputs/artifacts/paths/outputs"}}}};
    const auto registered = daemon.ask(Request::put(daemon.arm("models/tiny/versions/1"), model.dump()));
    QVERIFY2(registered.status < 300, registered.body.c_str());
    QCOMPARE(daemon.ask(Request::get(daemon.info().url + "/runyard/models/tiny/1/outputs/model.txt")).body, std::string("weights 42"));
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

void DaemonTest::runGoesOnWhileTheServiceDies()
{
    Daemon daemon(freshFolder("live"));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    Submission submission(daemon);
    const auto submitted = submission.job("brave_heron", submission.code(longScript), submission.environment(), "python train.py");
    QVERIFY2(submitted.status == 201, submitted.body.c_str());
    QVERIFY(waitForStatus(daemon, "brave_heron", {"Running"}, 120s));
    daemon.kill(daemon.worker());
    QVERIFY(daemon.waitUntilAnswers());
    std::this_thread::sleep_for(1s);
    const int parent = daemon.parent();
    daemon.kill(parent);
    QVERIFY(daemon.waitForEnd(parent, 5s));
    QVERIFY2(daemon.start(), daemon.errors().c_str());
    QVERIFY(waitForStatus(daemon, "brave_heron", {"Completed", "Failed", "Canceled"}, 60s));
    QCOMPARE(statusOf(daemon, "brave_heron"), std::string("Completed"));
    std::string expected;
    for (int line = 0; line < 60; ++line)
        expected += "tick " + std::to_string(line) + "\n";
    QCOMPARE(logOf(daemon, "brave_heron"), expected);
    QVERIFY(daemon.stop());
    fs::remove_all(daemon.folder());
}

QTEST_GUILESS_MAIN(DaemonTest)
#include "daemon_test.moc"
