#include "support/daemon.h"

#include "api/json.h"
#include "core/files.h"
#include "support/killing.h"

#include <QTest>

#include <fstream>
#include <thread>

namespace fs = std::filesystem;
using namespace runyard;
using namespace std::chrono_literals;
using api::Json;
using http::Request;
using test::Daemon;
using test::freshFolder;

namespace {

constexpr int PageSize = 4096;
constexpr int Points = 700;

Json parsed(const http::Reply& reply) { return Json::parse(reply.body, nullptr, false); }

} // namespace

// A workspace with runs, a job, a model and metrics whose database is damaged in random places. The newest good backup holds only the
// first of the runs: everything else must come back from what is sealed in the folders.
class DamageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void backsUpWhileItRuns();
    void refusesToOverwrite();
    void comesBackFromDamagedPages();
    void comesBackWithoutAnyBackup();
    void checkTellsAndRepairMends();
    void cleanupTestCase() { fs::remove_all(m_daemon->folder()); }

private:
    std::string makeRun(int number);
    bool makeJob();
    bool makeModel();
    std::string makeRegistry();  // the id of a logged model; empty where something was refused
    void lookAtRegistry(Json& all);
    Json mlflow(const std::string& call, const Json& body);
    Json look();            // all that was stored, as clients get it; null where the service is restarting
    Json lookUntilItStands();
    std::string content() const { return readFile(file()).value_or(""); }
    fs::path file() const { return m_daemon->folder() / "store.sqlite"; }
    void putBack(const std::string& bytes) const;
    int run(const std::vector<std::string>& words);
    std::string said() { return m_daemon->errors().substr(m_mark); }
    void forget() { m_mark = m_daemon->errors().size(); }

    std::unique_ptr<Daemon> m_daemon;
    std::vector<std::string> m_runs;
    std::string m_logged;
    Json m_whole;
    std::string m_bytes;
    std::size_t m_mark = 0;
};

Json DamageTest::mlflow(const std::string& call, const Json& body)
{
    return parsed(m_daemon->ask(Request::post(m_daemon->info().url + "/api/2.0/mlflow/" + call, body.dump()).header("Content-Type", "application/json")));
}

std::string DamageTest::makeRun(int number)
{
    const auto experiment = mlflow("experiments/create", {{"name", "experiment " + std::to_string(number)}});
    const auto made = mlflow("runs/create", {{"experiment_id", experiment.value("experiment_id", "")}, {"run_name", "run “" + std::to_string(number) + "”"}, {"start_time", 1'700'000'000'000}});
    const std::string id = made.at("run").at("info").at("run_id");
    Json metrics = Json::array();
    for (int step = 0; step < Points; ++step)
        metrics.push_back({{"key", step % 3 ? "loss" : "accuracy"}, {"value", step == 33 ? Json("NaN") : Json(1.0 / (step + number + 1))}, {"step", step}, {"timestamp", 1'700'000'000'000 + step}});
    mlflow("runs/log-batch", {{"run_id", id}, {"metrics", metrics}, {"params", {{{"key", "rate"}, {"value", "0.0" + std::to_string(number)}}}}, {"tags", {{{"key", "note"}, {"value", std::string(9000, 'n')}}}}});
    mlflow("runs/update", {{"run_id", id}, {"status", "FINISHED"}, {"end_time", 1'700'000'009'000}});
    return id;
}

bool DamageTest::makeJob()
{
    api::EnvironmentRequest request;
    request.framework.clear();
    const auto version = api::toEnvironmentVersion(request, "plain", "1");
    const auto kept = m_daemon->ask(Request::put(m_daemon->arm("environments/plain/versions/1"), api::toJson(version, m_daemon->info().workspacePath()).dump()));
    if (kept.status >= 300)
        return false;
    api::Job job;
    job.name = "sealed-job";
    job.experimentName = "jobs";
    job.command = "mkdir -p outputs/model && echo weights > outputs/model/weights && echo done";
    job.environmentId = parsed(kept)["id"].get<std::string>();
    job.computeId = m_daemon->info().workspacePath() + "/computes/this-computer";
    const auto sent = m_daemon->ask(Request::put(m_daemon->arm("jobs/sealed-job"), api::toJson(job, m_daemon->info().workspacePath()).dump()));
    if (sent.status >= 300) {
        qWarning("%s", sent.body.c_str());
        return false;
    }
    for (int tries = 0; tries < 1200; ++tries, std::this_thread::sleep_for(50ms)) {
        const auto status = parsed(m_daemon->ask(Request::get(m_daemon->arm("jobs/sealed-job"))))["properties"].value("status", "");
        if (status == "Completed" || status == "Failed")
            return status == "Completed";
    }
    return false;
}

bool DamageTest::makeModel()
{
    const Json body{{"properties", {{"modelUri", "azureml://jobs/sealed-job/outputs/artifacts/paths/outputs/model"}, {"modelType", "custom_model"}}}};
    return m_daemon->ask(Request::put(m_daemon->arm("models/weights/versions/1"), body.dump())).status == 201;
}

std::string DamageTest::makeRegistry()
{
    const auto experiment = mlflow("experiments/create", {{"name", "with models"}, {"tags", {{{"key", "team"}, {"value", "a"}}}}}).value("experiment_id", "");
    const std::string run = mlflow("runs/create", {{"experiment_id", experiment}, {"start_time", 1'700'000'000'000}})["run"]["info"].value("run_id", "");
    const std::string id = mlflow("logged-models", {{"experiment_id", experiment}, {"name", "net"}, {"source_run_id", run}, {"params", {{{"key", "lr"}, {"value", "0.1"}}}}, {"tags", {{{"key", "k"}, {"value", "v"}}}}})["model"]["info"].value("model_id", "");
    Json metrics = Json::array();
    for (int step = 0; step < 3; ++step)
        metrics.push_back({{"key", "acc"}, {"value", 0.25 * step}, {"step", step}, {"timestamp", step}, {"model_id", id}});
    mlflow("runs/log-batch", {{"run_id", run}, {"metrics", metrics}});
    mlflow("runs/update", {{"run_id", run}, {"status", "FINISHED"}, {"end_time", 1'700'000'009'000}});
    m_runs.push_back(run);
    mlflow("registered-models/set-tag", {{"name", "weights"}, {"key", "kind"}, {"value", "plain"}});
    mlflow("registered-models/alias", {{"name", "weights"}, {"alias", "champion"}, {"version", "1"}});
    mlflow("model-versions/set-tag", {{"name", "weights"}, {"version", "1"}, {"key", "n"}, {"value", "1"}});
    mlflow("model-versions/transition-stage", {{"name", "weights"}, {"version", "1"}, {"stage", "Staging"}});
    const auto made = mlflow("registered-models/create", {{"name", "empty"}, {"description", "nothing yet"}});
    return made.contains("registered_model") ? id : std::string();
}

void DamageTest::lookAtRegistry(Json& all)
{
    const std::string base = m_daemon->info().url + "/api/2.0/mlflow/";
    all["registered"] = parsed(m_daemon->ask(Request::get(base + "registered-models/search?max_results=100")));
    all["versions"] = parsed(m_daemon->ask(Request::get(base + "model-versions/search?max_results=100")));
    all["logged"] = parsed(m_daemon->ask(Request::get(base + "logged-models/" + m_logged)));
    all["experiments"] = mlflow("experiments/search", {{"max_results", 100}, {"view_type", "ALL"}});
}

Json DamageTest::look()
{
    Json all;
    for (const auto& id : m_runs) {
        all[id] = parsed(m_daemon->ask(Request::get(m_daemon->info().url + "/api/2.0/mlflow/runs/get?run_id=" + id)));
        for (const char* key : {"loss", "accuracy"})
            all[id + key] = parsed(m_daemon->ask(Request::get(m_daemon->info().url + "/api/2.0/mlflow/metrics/get-history?max_results=25000&metric_key=" + key + "&run_id=" + id)));
    }
    all["job"] = parsed(m_daemon->ask(Request::get(m_daemon->arm("jobs/sealed-job"))));
    all["model"] = parsed(m_daemon->ask(Request::get(m_daemon->arm("models/weights/versions/1"))));
    all["model"].erase("systemData");
    lookAtRegistry(all);
    return all;
}

// A damaged page is found when it is read, at the latest by the look over all pages some seconds after the start.
Json DamageTest::lookUntilItStands()
{
    Json seen;
    for (const auto until = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(250ms)) {
        seen = look();
        if (seen == m_whole && (said().find("Taken up") != std::string::npos || std::chrono::steady_clock::now() > until - 15s))
            return seen;
    }
    return seen;
}

void DamageTest::putBack(const std::string& bytes) const
{
    std::error_code error;
    for (const char* part : {"-wal", "-shm", ".suspect", ".restoring"})
        fs::remove(file().string() + part, error);
    std::ofstream(file(), std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

int DamageTest::run(const std::vector<std::string>& words)
{
    auto all = words;
    all.insert(all.end(), {"--data", m_daemon->folder().string()});
    return m_daemon->startAndEnd(all);
}

void DamageTest::initTestCase()
{
    qunsetenv("XDG_RUNTIME_DIR");
    m_daemon = std::make_unique<Daemon>(freshFolder("damage"));
    QVERIFY2(m_daemon->start(), m_daemon->errors().c_str());
    m_runs.push_back(makeRun(0));
    fs::create_directories(m_daemon->folder() / "backup");
    QCOMPARE(run({"backup", m_daemon->folder() / "backup" / "store-1.sqlite"}), 0);
    for (int number = 1; number < 5; ++number)
        m_runs.push_back(makeRun(number));
    QVERIFY2(makeJob(), m_daemon->errors().c_str());
    QVERIFY(makeModel());
    m_logged = makeRegistry();
    QVERIFY(!m_logged.empty());
    m_whole = look();
    QCOMPARE(m_whole[m_runs[4] + "loss"]["metrics"].size(), std::size_t(466));
    QCOMPARE(m_whole["logged"]["model"]["data"]["metrics"].size(), std::size_t(3));
    QVERIFY(m_daemon->stop());
    m_bytes = content();
    QCOMPARE(run({"check", "--all"}), 0);
}

void DamageTest::backsUpWhileItRuns()
{
    QVERIFY(m_daemon->start());
    const fs::path place = freshFolder("copies");
    fs::create_directories(place);
    std::atomic<bool> isOver = false;
    std::atomic<int> logged = 0;
    const std::string url = m_daemon->info().url + "/api/2.0/mlflow/runs/log-metric";
    std::thread writing([&] {
        Daemon other(m_daemon->folder());  // only to ask
        for (int step = 0; !isOver; ++step)
            logged += other.ask(Request::post(url, Json{{"run_id", m_runs[0]}, {"key", "live"}, {"value", step}, {"step", step}, {"timestamp", step}}.dump()).header("Content-Type", "application/json")).status == 200;
    });
    int good = 0;
    for (int copy = 0; copy < 5; ++copy)
        good += run({"backup", place / ("copy" + std::to_string(copy))}) == 0 ? 1 : 0;
    isOver = true;
    writing.join();
    std::printf("damage_test: %d of 5 verified copies while %d metrics were logged\n", good, logged.load());
    QCOMPARE(good, 5);
    QVERIFY(logged > 0);
    QVERIFY(m_daemon->stop());
    putBack(m_bytes);
    fs::remove_all(place);
}

void DamageTest::refusesToOverwrite()
{
    const fs::path place = freshFolder("there");
    std::ofstream(place) << "mine";
    forget();
    QCOMPARE(run({"backup", place}), 1);
    QVERIFY2(said().find("is there already") != std::string::npos, said().c_str());
    QCOMPARE(readFile(place).value(), std::string("mine"));
    forget();
    QCOMPARE(run({"backup", place / "below"}), 1);
    QVERIFY2(said().find("is not there") != std::string::npos, said().c_str());
    fs::remove(place);
}

void DamageTest::comesBackFromDamagedPages()
{
    auto dice = seeded("damage_test");
    const int rounds = std::max(6, killCount() / 3);
    const auto pages = static_cast<int>(m_bytes.size() / PageSize);
    int found = 0, harmless = 0, lost = 0, hurt = 0;
    for (int round = 0; round < rounds; ++round) {
        std::string bytes = m_bytes;
        const int count = dice.bounded(2) ? 1 + static_cast<int>(dice.bounded(3)) : 1 + static_cast<int>(dice.bounded(pages));
        for (int page = 0; page < count; ++page) {
            const auto at = static_cast<std::size_t>(dice.bounded(pages)) * PageSize;
            for (std::size_t byte = at; byte < at + PageSize; ++byte)
                bytes[byte] = static_cast<char>(dice.bounded(256));
        }
        if (dice.bounded(4) == 0)
            bytes.resize(static_cast<std::size_t>(dice.bounded(pages)) * PageSize + static_cast<std::size_t>(dice.bounded(PageSize)));
        hurt += count;
        putBack(bytes);
        forget();
        QVERIFY2(m_daemon->start(), said().c_str());
        const Json seen = lookUntilItStands();
        const bool isFound = said().find("was damaged") != std::string::npos;
        found += isFound ? 1 : 0;
        harmless += !isFound && seen == m_whole ? 1 : 0;
        if (seen != m_whole) {
            ++lost;
            qWarning("round %d: %s\n%s", round, said().c_str(), Json::diff(m_whole, seen).dump().substr(0, 1500).c_str());
        }
        QVERIFY(m_daemon->stop());
    }
    std::printf("damage_test: %d damaged databases (%d pages of %d): %d found and restored, %d without effect, %d with something lost\n", rounds, hurt, pages, found, harmless, lost);
    QCOMPARE(lost, 0);
    QVERIFY(found > 0);
}

void DamageTest::comesBackWithoutAnyBackup()
{
    const fs::path backups = m_daemon->folder() / "backup";
    fs::rename(backups, backups.string() + ".away");
    for (const bool isGone : {false, true}) {
        putBack("this is no database any more, and nothing like it was ever one");
        if (isGone)
            fs::remove(file());
        forget();
        QVERIFY2(m_daemon->start(), said().c_str());
        const Json seen = look();
        QVERIFY2(seen == m_whole, (said() + Json::diff(m_whole, seen).dump().substr(0, 1500)).c_str());
        QVERIFY2(said().find("Taken up from the folders of the workspace: 7 runs with 3503 metric values") != std::string::npos, said().c_str());
        QVERIFY(m_daemon->stop());
    }
    std::printf("damage_test: no backup, database destroyed and taken away: 7 runs, 3503 metric values, job and model, %zu experiments, %zu registered models with tags, alias and stage, a logged model with %zu metrics back from the folders\n",
                m_whole["experiments"]["experiments"].size(), m_whole["registered"]["registered_models"].size(), m_whole["logged"]["model"]["data"]["metrics"].size());
    fs::remove_all(backups);
    fs::rename(backups.string() + ".away", backups);
}

void DamageTest::checkTellsAndRepairMends()
{
    std::string bytes = m_bytes;
    bytes.replace(bytes.size() / 2 / PageSize * PageSize, PageSize, std::string(PageSize, 'x'));
    putBack(bytes);
    forget();
    QCOMPARE(run({"check"}), 1);
    QVERIFY2(said().find("The database is damaged") != std::string::npos, said().c_str());
    forget();
    QCOMPARE(run({"check", "--repair"}), 0);
    QVERIFY2(said().find("store-1.sqlite was restored") != std::string::npos, said().c_str());
    QVERIFY2(said().find("All is well") != std::string::npos, said().c_str());
    QVERIFY(m_daemon->start());
    QVERIFY(look() == m_whole);
    QCOMPARE(run({"check", "--repair"}), 1);  // not beside a service
    QCOMPARE(run({"check"}), 0);
    // A file that rots while its size and time stay.
    const fs::path weights = m_daemon->folder() / "runs/sealed-job/work/outputs/model/weights";
    const auto time = fs::last_write_time(weights);
    fs::permissions(weights, fs::perms::owner_write, fs::perm_options::add);
    std::fstream(weights, std::ios::in | std::ios::out).write("WEIGHTS", 7);
    fs::last_write_time(weights, time);
    forget();
    QCOMPARE(run({"check", "--all"}), 1);
    QVERIFY2(said().find("SHA-256 differs") != std::string::npos, said().c_str());
    QVERIFY(m_daemon->stop());
}

QTEST_GUILESS_MAIN(DamageTest)
#include "damage_test.moc"
