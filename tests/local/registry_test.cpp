#include "core/files.h"
#include "core/hash.h"
#include "local/store/database.h"
#include "local/store/modelrows.h"
#include "local/store/store.h"
#include "support/trackingservice.h"

#include <QTemporaryDir>
#include <QTest>
#include <QUrl>


using namespace runyard;
using namespace runyard::local;
using nlohmann::json;
namespace fs = std::filesystem;

// MLflow's model registry and its logged models, on the workspace's own models.
class RegistryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); m_service = std::make_unique<test::TrackingService>(root()); }
    void cleanup() { m_service.reset(); m_folder.reset(); }

    void upgradesTheFirstSchema();
    void keepsAVersionsFiles();
    void removesWhatNothingNamesAnyMore();
    void renamesWithAllVersions();
    void leavesRecordsOfWhatIsAndWhatIsNot();
    void givesNoNumberTwice();
    void movesStagesAndAliases();
    void searches_data();
    void searches();
    void refusesForeignSources_data();
    void refusesForeignSources();
    void letsARunRegisterButNotRemove();
    void keepsLoggedModels();
    void survivesALostDatabase();
    void looksForLoggedModels();
    void saysWhatItDoesNotServe();

private:
    fs::path root() const { return m_folder->path().toStdString(); }
    json call(const char* method, const std::string& path, const json& body) { return m_service->client.json(method, test::TrackingService::Api + path, body); }
    // A run with two files in its outputs/net.
    std::string runWithFiles(const std::string& words = "weights")
    {
        const std::string id = m_service->makeRun();
        const std::string base = std::string(test::TrackingService::Artifacts) + "/0/" + id + "/artifacts/net/";
        m_service->client.ask("PUT", base + "w.bin", words);
        m_service->client.ask("PUT", base + "sub/c.yaml", "x: 1");
        return id;
    }
    json version(const std::string& name, const std::string& run, const json& more = json::object())
    {
        json body{{"name", name}, {"source", "runs:/" + run + "/net"}, {"run_id", run}};
        body.update(more);
        return m_service->post("model-versions/create", body)["model_version"];
    }
    json look();  // all that the registry, the logged models and the experiments tell
    std::string read(const fs::path& file) { return readFile(file).value_or("nothing"); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::TrackingService> m_service;
};

void RegistryTest::upgradesTheFirstSchema()
{
    const fs::path file = root() / "old" / "store.sqlite";
    fs::create_directories(file.parent_path());
    {
        auto database = Database::open(file, Database::Mode::ReadWrite);
        const auto script = readFile(resourceFolder() / "schema" / "1.sql");
        QVERIFY(database && script && (*database)->execute(*script + ";PRAGMA user_version=1;"));
        (*database)->run("INSERT INTO experiments(id, guid, name, location, created, modified) VALUES(0, 'g', 'Default', 'mlflow-artifacts:/0', 1, 1)");
        for (const char* number : {"1", "10", "beta"})
            (*database)->run("INSERT INTO documents(kind, name, version, json, created, modified) VALUES('model', 'net', ?, '{\"properties\":{\"modelUri\":\"azureml://datastores/workspacemodels/paths/net/1\"}}', 1, 1)", number);
        QVERIFY(!(*database)->takeFault());
    }
    asio::io_context context;
    Store store(context, file);
    QVERIFY(store.open());
    const auto model = findModel(store.reader(), "net");
    QVERIFY(model);
    QCOMPARE(model->lastVersion, std::int64_t(10));
    QCOMPARE(versionsOf(store.reader(), "net").size(), std::size_t(3));
}

void RegistryTest::keepsAVersionsFiles()
{
    const std::string run = runWithFiles();
    m_service->post("registered-models/create", {{"name", "net"}, {"tags", {{{"key", "team"}, {"value", "red"}}}}});
    const auto made = version("net", run, {{"description", "one"}, {"tags", {{{"key", "k"}, {"value", "v"}}}}});
    SAME(made["version"], "1");
    SAME(made["status"], "READY");
    SAME(made["run_id"], run);
    SAME(made["tags"], json::array({{{"key", "k"}, {"value", "v"}}}));
    fs::remove_all(root() / "runs" / run);
    QCOMPARE(read(root() / "models/net/1/net/w.bin"), std::string("weights"));
    const auto uri = m_service->get("model-versions/get-download-uri?name=net&version=1")["artifact_uri"].get<std::string>();
    QCOMPARE(uri, std::string("mlflow-artifacts:/registered-models/net/1/net"));
    const auto got = m_service->client.ask("GET", std::string(test::TrackingService::Artifacts) + "/registered-models/net/1/net/sub/c.yaml");
    QVERIFY(got.file);
    QCOMPARE(read(got.file->path), std::string("x: 1"));
    QCOMPARE(m_service->client.ask("PUT", std::string(test::TrackingService::Artifacts) + "/registered-models/net/1/net/w.bin", "other").status, 403);
    const auto row = findVersion(m_service->store.reader(), "net", "1");
    QVERIFY(row);
    const std::string lines = sha256Hex("x: 1") + "  sub/c.yaml\n" + sha256Hex("weights") + "  w.bin\n";
    QCOMPARE(row->model.properties.at("runyard.sha256"), sha256Hex(lines));
    QCOMPARE(row->model.uri, std::string("azureml://datastores/workspacemodels/paths/net/1/net"));
}

void RegistryTest::removesWhatNothingNamesAnyMore()
{
    const std::string run = runWithFiles();
    m_service->post("registered-models/create", {{"name", "net"}});
    version("net", run);
    version("net", run);
    const auto objects = [&] {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(root() / "models/.uploads"))
            count += entry.is_regular_file() ? 1 : 0;
        return count;
    };
    QCOMPARE(objects(), std::size_t(2));
    call("DELETE", "model-versions/delete", {{"name", "net"}, {"version", "1"}});
    QCOMPARE(m_service->client.status(), 200);
    QVERIFY(!fs::exists(root() / "models/net/1"));
    QCOMPARE(read(root() / "models/net/2/net/w.bin"), std::string("weights"));
    QCOMPARE(objects(), std::size_t(2));
    call("DELETE", "registered-models/delete", {{"name", "net"}});
    QVERIFY(!fs::exists(root() / "models/net"));
    QCOMPARE(objects(), std::size_t(0));
    QCOMPARE(m_service->store.reader().number("SELECT count(*) FROM digests WHERE container = 'models'").value_or(-1), std::int64_t(0));
}

// A database that is lost comes back from the records: with the new name, without what was removed.
void RegistryTest::leavesRecordsOfWhatIsAndWhatIsNot()
{
    const std::string run = runWithFiles();
    m_service->post("registered-models/create", {{"name", "net"}});
    for (int i = 0; i < 3; ++i)
        version("net", run);
    call("DELETE", "model-versions/delete", {{"name", "net"}, {"version", "1"}});
    m_service->post("registered-models/rename", {{"name", "net"}, {"new_name", "web"}});
    m_service->post("model-versions/set-tag", {{"name", "web"}, {"version", "2"}, {"key", "team"}, {"value", "red"}});
    asio::io_context context;
    fs::create_directories(root() / "anew");
    fs::copy(root() / "records", root() / "anew" / "records", fs::copy_options::recursive);
    const fs::path file = root() / "anew" / "store.sqlite";
    QVERIFY(writeFileDurably(file.string() + ".restoring", ""));
    Store anew(context, file);
    QVERIFY(anew.open());
    QCOMPARE(versionsOf(anew.reader(), "net").size(), std::size_t(0));
    QCOMPARE(versionsOf(anew.reader(), "web").size(), std::size_t(2));
    QCOMPARE(findVersion(anew.reader(), "web", "2")->model.tags, (std::map<std::string, std::string>{{"team", "red"}}));
}

void RegistryTest::renamesWithAllVersions()
{
    m_service->post("registered-models/create", {{"name", "net"}});
    const std::string run = runWithFiles();
    version("net", run);
    m_service->post("registered-models/alias", {{"name", "net"}, {"alias", "best"}, {"version", "1"}});
    m_service->post("registered-models/rename", {{"name", "net"}, {"new_name", "mesh"}});
    QCOMPARE(m_service->client.status(), 200);
    SAME(m_service->get("registered-models/alias?name=mesh&alias=best")["model_version"]["name"], "mesh");
    QCOMPARE(m_service->client.ask("GET", std::string(test::TrackingService::Api) + "registered-models/get?name=net").status, 404);
    m_service->post("registered-models/create", {{"name", "net"}});
    SAME(version("net", run)["version"], "1");  // beside the files of the renamed one
    const auto first = m_service->get("model-versions/get-download-uri?name=mesh&version=1")["artifact_uri"];
    QVERIFY(m_service->get("model-versions/get-download-uri?name=net&version=1")["artifact_uri"] == first || first.is_string());
    QCOMPARE(findVersion(m_service->store.reader(), "mesh", "1")->model.name, std::string("mesh"));
}

void RegistryTest::givesNoNumberTwice()
{
    m_service->post("registered-models/create", {{"name", "net"}});
    const std::string run = runWithFiles();
    SAME(version("net", run)["version"], "1");
    call("DELETE", "model-versions/delete", {{"name", "net"}, {"version", "1"}});
    SAME(version("net", run)["version"], "2");
}

void RegistryTest::movesStagesAndAliases()
{
    m_service->post("registered-models/create", {{"name", "net"}});
    const std::string run = runWithFiles();
    for (int i = 0; i < 3; ++i)
        version("net", run);
    const auto move = [&](const char* number, const char* stage, bool archive) {
        return m_service->post("model-versions/transition-stage", {{"name", "net"}, {"version", number}, {"stage", stage}, {"archive_existing_versions", archive}});
    };
    SAME(move("1", "production", false)["model_version"]["current_stage"], "Production");
    move("2", "Production", true);
    SAME(m_service->get("model-versions/get?name=net&version=1")["model_version"]["current_stage"], "Archived");
    move("1", "Archived", true);
    QCOMPARE(m_service->client.status(), 400);
    const auto latest = m_service->post("registered-models/get-latest-versions", {{"name", "net"}, {"stages", {"None", "Production"}}})["model_versions"];
    QCOMPARE(latest.size(), std::size_t(2));
    for (const char* bad : {"latest", "v3", "a b"}) {
        m_service->post("registered-models/alias", {{"name", "net"}, {"alias", bad}, {"version", "1"}});
        QCOMPARE(m_service->client.status(), 400);
    }
    SAME(m_service->get("registered-models/alias?name=net&alias=latest")["model_version"]["version"], "3");
    SAME(m_service->get("registered-models/alias?name=net&alias=none")["error_code"], "INVALID_PARAMETER_VALUE");
    QCOMPARE(m_service->client.status(), 400);
}

void RegistryTest::searches_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("found");
    QTest::newRow("all") << "" << "a1 a2 b1";
    QTest::newRow("name") << "name = 'a'" << "a1 a2";
    QTest::newRow("like") << "name LIKE 'A'" << "";
    QTest::newRow("ilike") << "name ILIKE 'A'" << "a1 a2";
    QTest::newRow("number") << "version_number > 1" << "a2";
    QTest::newRow("quoted number") << "version_number = '2'" << "a2";
    QTest::newRow("tag") << "tags.`my key` = 'a2'" << "a2";
    QTest::newRow("tag not") << "tags.`my key` != 'a2' AND name = 'a'" << "a1";
    QTest::newRow("source") << "source_path LIKE 'runs:/%' AND name != 'a'" << "b1";
}

void RegistryTest::searches()
{
    QFETCH(QString, filter);
    QFETCH(QString, found);
    const std::string run = runWithFiles();
    for (const char* name : {"a", "a", "b"}) {
        m_service->post("registered-models/create", {{"name", name}});
        const auto made = version(name, run);
        m_service->post("model-versions/set-tag", {{"name", name}, {"version", made["version"]}, {"key", "my key"}, {"value", name + made["version"].get<std::string>()}});
    }
    const std::string query = QUrl::toPercentEncoding(filter).toStdString();
    const auto answer = m_service->get("model-versions/search?order_by=name&order_by=version_number&filter=" + query);
    QStringList names;
    for (const auto& one : answer.value("model_versions", json::array()))
        names << QString::fromStdString(one["name"].get<std::string>() + one["version"].get<std::string>());
    QCOMPARE(names.join(' '), found);
    SAME(m_service->get("model-versions/search?filter=" + QUrl::toPercentEncoding("run_id = '" + QString::fromStdString(run) + "'").toStdString())["model_versions"].size(), 3);
    SAME(m_service->get("registered-models/search?max_results=1").contains("next_page_token"), true);
}

void RegistryTest::refusesForeignSources_data()
{
    QTest::addColumn<QString>("source");
    for (const char* source : {"/etc", "file:///etc", "models/here", "mlflow-artifacts:/0/../etc", "mlflow-artifacts:/0/x/artifacts/%2e%2e/%2e%2e", "runs:/another/net"})
        QTest::newRow(source) << source;
}

void RegistryTest::refusesForeignSources()
{
    QFETCH(QString, source);
    m_service->post("registered-models/create", {{"name", "net"}});
    const auto answer = m_service->post("model-versions/create", {{"name", "net"}, {"source", source.toStdString()}, {"run_id", m_service->makeRun()}});
    QCOMPARE(m_service->client.status(), 400);
    QVERIFY2(m_service->message(answer).starts_with("Invalid model version source"), answer.dump().c_str());
}

void RegistryTest::letsARunRegisterButNotRemove()
{
    const std::string run = runWithFiles();
    m_service->client.who = Identity{Identity::Kind::Run, run};
    m_service->post("registered-models/create", {{"name", "net"}});
    SAME(version("net", run)["version"], "1");
    m_service->post("registered-models/alias", {{"name", "net"}, {"alias", "best"}, {"version", "1"}});
    QCOMPARE(m_service->client.status(), 200);
    call("DELETE", "model-versions/delete", {{"name", "net"}, {"version", "1"}});
    QCOMPARE(m_service->client.status(), 403);
    call("DELETE", "registered-models/delete", {{"name", "net"}});
    QCOMPARE(m_service->client.status(), 403);
    const auto other = m_service->post("logged-models", {{"experiment_id", "0"}, {"name", "x"}, {"source_run_id", "another"}});
    QCOMPARE(m_service->client.status(), 403);
}

void RegistryTest::keepsLoggedModels()
{
    const std::string run = m_service->makeRun();
    const auto made = m_service->post("logged-models", {{"experiment_id", "0"}, {"name", "net"}, {"source_run_id", run}, {"params", {{{"key", "depth"}, {"value", "3"}}}}})["model"];
    const std::string id = made["info"]["model_id"];
    SAME(made["info"]["status"], "LOGGED_MODEL_PENDING");
    SAME(made["info"]["artifact_uri"], "mlflow-artifacts:/0/models/" + id + "/artifacts");
    QCOMPARE(m_service->client.ask("PUT", std::string(test::TrackingService::Artifacts) + "/0/models/" + id + "/artifacts/MLmodel", "flavors: {}").status, 200);
    QCOMPARE(read(root() / "runs" / run / "work/outputs/models" / id / "MLmodel"), std::string("flavors: {}"));
    QVERIFY(!m_service->get("artifacts/list?run_id=" + run).contains("files"));  // it is no artifact of the run to MLflow
    SAME(m_service->get("logged-models/" + id + "/artifacts/directories")["files"][0]["path"], "MLmodel");
    SAME(call("PATCH", "logged-models/" + id, {{"status", 2}})["model"]["info"]["status"], "LOGGED_MODEL_READY");
    m_service->post("runs/log-batch", {{"run_id", run}, {"metrics", {{{"key", "acc"}, {"value", 0.5}, {"timestamp", 1}, {"step", 2}, {"model_id", id}, {"dataset_name", "d"}}}}});
    const auto metric = m_service->get("logged-models/" + id)["model"]["data"]["metrics"][0];
    SAME(metric["value"], 0.5);
    SAME(metric["dataset_name"], "d");
    m_service->post("runs/outputs", {{"run_id", run}, {"models", {{{"model_id", id}, {"step", 7}}}}});
    SAME(m_service->get("runs/get?run_id=" + run)["run"]["outputs"]["model_outputs"], json::array({{{"model_id", id}, {"step", 7}}}));
    m_service->post("registered-models/create", {{"name", "net"}});
    const auto version = m_service->post("model-versions/create", {{"name", "net"}, {"source", "models:/" + id}, {"model_id", id}})["model_version"];
    SAME(version["run_id"], run);
    SAME(version["model_id"], id);
    QCOMPARE(read(root() / "models/net/1/model/MLmodel"), std::string("flavors: {}"));
    QCOMPARE(findVersion(m_service->store.reader(), "net", "1")->model.type, std::string("mlflow_model"));
    call("DELETE", "logged-models/" + id, nullptr);
    QCOMPARE(m_service->client.ask("GET", std::string(test::TrackingService::Api) + "logged-models/" + id).status, 404);
}

json RegistryTest::look()
{
    const json models = m_service->get("registered-models/search?max_results=100");
    json all{{"models", models}, {"versions", m_service->get("model-versions/search?max_results=100")}};
    all["experiments"] = m_service->post("experiments/search", {{"max_results", 100}, {"view_type", "ALL"}});
    json ids = json::array();
    for (const json& experiment : all["experiments"]["experiments"])
        ids.push_back(experiment["experiment_id"]);
    all["logged"] = m_service->post("logged-models/search", {{"experiment_ids", ids}, {"max_results", 50}});
    all["runs"] = m_service->post("runs/search", {{"experiment_ids", ids}, {"max_results", 50}});
    return all;
}

// Experiments, registered models with tags, aliases and stages, and logged models with what was measured of them: from the records alone.
void RegistryTest::survivesALostDatabase()
{
    const std::string experiment = m_service->post("experiments/create", {{"name", "first"}, {"tags", {{{"key", "team"}, {"value", "a"}}}}})["experiment_id"];
    const std::string gone = m_service->post("experiments/create", {{"name", "second"}})["experiment_id"];
    m_service->post("experiments/set-experiment-tag", {{"experiment_id", experiment}, {"key", "note"}, {"value", "“n”"}});
    m_service->post("experiments/update", {{"experiment_id", experiment}, {"new_name", "renamed"}});
    m_service->post("experiments/create", {{"name", "first"}});
    m_service->post("experiments/delete", {{"experiment_id", gone}});
    const std::string run = m_service->makeRun(experiment);
    const json logged = m_service->post("logged-models", {{"experiment_id", experiment}, {"name", "net"}, {"model_type", "keras"}, {"source_run_id", run},
        {"params", {{{"key", "lr"}, {"value", "0.1"}}}}, {"tags", {{{"key", "k"}, {"value", "v"}}}}})["model"]["info"];
    const std::string id = logged["model_id"];
    m_service->post("runs/log-batch", {{"run_id", run}, {"metrics", {{{"key", "acc"}, {"value", 0.5}, {"timestamp", 1}, {"step", 1}, {"model_id", id}, {"dataset_name", "d"}, {"dataset_digest", "1"}},
        {{"key", "acc"}, {"value", "NaN"}, {"timestamp", 2}, {"step", 2}, {"model_id", id}}}}});
    m_service->post("runs/outputs", {{"run_id", run}, {"models", {{{"model_id", id}, {"step", 2}}}}});
    call("PATCH", "logged-models/" + id, {{"status", "LOGGED_MODEL_READY"}});
    call("PATCH", "logged-models/" + id + "/tags", {{"tags", {{{"key", "more"}, {"value", "x"}}}}});
    call("DELETE", "logged-models/" + id + "/tags/k", json::object());
    const std::string other = m_service->post("logged-models", {{"experiment_id", "0"}, {"name", "other"}})["model"]["info"]["model_id"];
    call("DELETE", "logged-models/" + other, json::object());
    m_service->post("registered-models/create", {{"name", "net"}, {"description", "first of all"}, {"tags", {{{"key", "a"}, {"value", "b"}}}}});
    for (int i = 0; i < 3; ++i)
        QVERIFY(version("net", runWithFiles(), {{"tags", {{{"key", "n"}, {"value", std::to_string(i)}}}}}).contains("version"));
    call("DELETE", "model-versions/delete", {{"name", "net"}, {"version", "3"}});
    m_service->post("registered-models/alias", {{"name", "net"}, {"alias", "champion"}, {"version", "2"}});
    m_service->post("registered-models/alias", {{"name", "net"}, {"alias", "old"}, {"version", "1"}});
    call("DELETE", "registered-models/alias", {{"name", "net"}, {"alias", "old"}});
    m_service->post("model-versions/transition-stage", {{"name", "net"}, {"version", "1"}, {"stage", "Production"}});
    call("PATCH", "model-versions/update", {{"name", "net"}, {"version", "2"}, {"description", "the second"}});
    m_service->post("registered-models/set-tag", {{"name", "net"}, {"key", "c"}, {"value", "d"}});
    call("DELETE", "registered-models/delete-tag", {{"name", "net"}, {"key", "a"}});
    for (const char* name : {"before", "never", "empty"})
        m_service->post("registered-models/create", {{"name", name}});
    m_service->post("registered-models/rename", {{"name", "before"}, {"new_name", "after"}});
    call("DELETE", "registered-models/delete", {{"name", "never"}});
    m_service->post("runs/update", {{"run_id", run}, {"status", "FINISHED"}, {"end_time", 2000}});
    runUntil(m_service->context, [&] { return fs::exists(root() / "runs" / run / "record" / "run.json"); }, std::chrono::seconds(10));

    const json before = look();
    QCOMPARE(before["models"]["registered_models"].size(), std::size_t(3));
    QCOMPARE(before["logged"]["models"][0]["data"]["metrics"].size(), std::size_t(2));
    m_service.reset();
    for (const char* part : {"", "-wal", "-shm"})
        fs::remove(root() / (std::string("store.sqlite") + part));
    m_service = std::make_unique<test::TrackingService>(root());
    json after = look();
    // Runs that are not over are known by their jobs only, and these have none.
    json ended = json::array();
    for (const json& one : before["runs"]["runs"]) {
        if (one["info"]["status"] == "FINISHED")
            ended.push_back(one);
    }
    SAME(after["runs"]["runs"], ended);
    after["runs"] = before["runs"];
    SAME(json::diff(before, after), json::array());
    // Numbers that were given once are not given again.
    QCOMPARE(version("net", runWithFiles())["version"].get<std::string>(), std::string("4"));
    QCOMPARE(m_service->get("logged-models/" + other + "?allow_deleted=true")["model"]["info"]["name"].get<std::string>(), std::string("other"));
    std::printf("registry_test: database lost: %zu experiments, %zu registered models, %zu versions and %zu logged models are as they were\n", before["experiments"]["experiments"].size(),
                before["models"]["registered_models"].size(), before["versions"]["model_versions"].size(), before["logged"]["models"].size() + 1);
}

void RegistryTest::looksForLoggedModels()
{
    const std::string run = m_service->makeRun();
    std::map<std::string, std::string> ids;
    for (const char* name : {"a", "b", "c"}) {
        const auto made = m_service->post("logged-models", {{"experiment_id", "0"}, {"name", name}, {"source_run_id", run}, {"tags", {{{"key", "t"}, {"value", name}}}}});
        ids[name] = made["model"]["info"]["model_id"];
    }
    const auto log = [&](const char* model, double value, int step, const char* dataset) {
        m_service->post("runs/log-metric", {{"run_id", run}, {"key", "acc"}, {"value", value}, {"timestamp", 1}, {"step", step}, {"model_id", ids[model]}, {"dataset_name", dataset}});
    };
    log("a", 0.9, 1, "train");
    log("a", 0.5, 2, "eval");  // the latest
    log("b", 0.7, 1, "eval");
    const auto found = [&](json body) {
        body["experiment_ids"] = {"0"};
        std::string names;
        for (const auto& model : m_service->post("logged-models/search", body).value("models", json::array()))
            names += model["info"]["name"].get<std::string>();
        return names;
    };
    QCOMPARE(found({{"filter", "metrics.acc > 0.6"}}), std::string("b"));
    QCOMPARE(found({{"filter", "metrics.acc > 0.6"}, {"datasets", {{{"dataset_name", "train"}}}}}), std::string("a"));
    QCOMPARE(found({{"filter", "tags.t IN ('a')"}}), std::string(""));
    QCOMPARE(m_service->client.status(), 400);
    QCOMPARE(found({{"filter", "name IN ('a', 'c')"}, {"order_by", {{{"field_name", "name"}}}}}), std::string("ac"));
    QCOMPARE(found({{"order_by", {{{"field_name", "metrics.acc"}, {"ascending", false}}}}}), std::string("bac"));
    QCOMPARE(found({{"datasets", {{{"dataset_name", "train"}}}}}), std::string("a"));
}

void RegistryTest::saysWhatItDoesNotServe()
{
    for (const char* path : {"/api/3.0/mlflow/traces/search", "/api/2.0/mlflow/webhooks", "/ajax-api/3.0/mlflow/scorers/register"}) {
        const auto answer = m_service->client.json("POST", path, json::object());
        QCOMPARE(m_service->client.status(), 404);
        SAME(answer["error_code"], "ENDPOINT_NOT_FOUND");
    }
    SAME(m_service->client.json("GET", "/api/3.0/mlflow/server-info")["workspaces_enabled"], false);
}

QTEST_GUILESS_MAIN(RegistryTest)

#include "registry_test.moc"
