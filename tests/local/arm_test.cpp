#include "core/files.h"
#include "local/blobs/blobs.h"
#include "local/computes/computes.h"
#include "local/environments/environments.h"
#include "local/resources/resources.h"
#include "local/runs/scheduler.h"
#include "local/runs/supervisor.h"
#include "local/server/changes.h"
#include "local/store/runstore.h"
#include "local/store/store.h"
#include "support/routerclient.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace runyard;
using namespace runyard::local;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string Scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const std::string Locations = "/subscriptions/s/providers/Microsoft.MachineLearningServices/locations/local";
const std::string Version = "?api-version=2025-12-01";

// All of a workspace but its socket.
struct Service {
    explicit Service(fs::path data)
        : folder(std::move(data)), changes(context), store(context, folder / "store.sqlite"), documents(store), runs(store, changes), blobs(context, store, folder),
          computes(context, documents, changes), environments(context, folder / "environments"), supervisor(context, folder / "runs", binaryFolder() / "runyard-shim", [](const std::string&) {}),
          scheduler({context, runs, documents, blobs, computes, environments, supervisor, changes, [](const std::string&) { return std::string("token"); }, "http://127.0.0.1:1", Scope}),
          client(context, router)
    {
        if (const auto opened = store.open(); !opened)
            qFatal("%s", opened.error().detail.c_str());
        if (const auto opened = blobs.open(); !opened)
            qFatal("%s", opened.error().message.c_str());
        computes.load();
        addResourceRoutes(router, std::make_shared<ResourceParts>(ResourceParts{store, documents, blobs, computes, environments, scheduler, supervisor, changes, Scope, "s", "local",
            [](const std::string& base, const std::string& container, const std::string& name) { return base + "/runyard/" + container + "/" + name + "?sig=x"; }}));
    }

    json ask(const std::string& method, const std::string& path, const json& body = nullptr)
    {
        const auto response = client.ask(method, path + Version, body.is_null() ? std::string() : body.dump());
        status = response.status;
        headers = {response.headers.begin(), response.headers.end()};
        return json::parse(response.body, nullptr, false);
    }
    std::string sentence(const json& answer) { return answer.is_object() && answer.contains("error") ? answer["error"]["message"].get<std::string>() : std::string(); }

    fs::path folder;
    asio::io_context context;
    Changes changes;
    Store store;
    Documents documents;
    RunStore runs;
    Blobs blobs;
    Computes computes;
    Environments environments;
    Supervisor supervisor;
    Scheduler scheduler;
    Router router;
    test::RouterClient client;
    int status = 0;
    std::map<std::string, std::string> headers;
};

json cluster(const std::string& size, int most)
{
    return {{"location", "local"}, {"properties", {{"computeType", "AmlCompute"}, {"properties", {{"vmSize", size}, {"scaleSettings", {{"minNodeCount", 0}, {"maxNodeCount", most}, {"nodeIdleTimeBeforeScaleDown", "PT2M"}}}}}}}};
}

void write(const fs::path& file, const std::string& text)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

void same(const json& found, const json& wanted, const char* file, int line)
{
    QTest::qVerify(found == wanted, "found == wanted", (found.dump() + " instead of " + wanted.dump()).c_str(), file, line);
}
#define SAME(...) same(__VA_ARGS__, __FILE__, __LINE__)

} // namespace

class ArmTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); m_service = std::make_unique<Service>(m_folder->path().toStdString()); }
    void cleanup() { m_service.reset(); m_folder.reset(); }

    void makesClustersAsAzureDoes();
    void keepsEnvironmentVersions();
    void registersModels();
    void refusesModelsThatCannotBe();
    void refusesJobsThatCannotRun();
    void takesAJobAndKeepsWhatItWasAskedWith();
    void tellsOfARun();
    void holdsUntilARunChanges();

private:
    std::string makeRun(const std::string& id)
    {
        RunRecord run;
        run.id = id;
        run.status = "Running";
        run.target = "this-computer";
        const auto made = await(m_service->context, m_service->runs.create(run, "mnist"));
        return made ? id : std::string();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Service> m_service;
};

void ArmTest::makesClustersAsAzureDoes()
{
    auto& service = *m_service;
    const std::string size = service.ask("GET", Locations + "/vmSizes")["value"][0]["name"];
    const auto made = service.ask("PUT", Scope + "/computes/cpu-cluster", cluster(size, 2));
    QVERIFY2(service.status == 201, made.dump().c_str());
    SAME(made["properties"]["provisioningState"], "Creating");
    QVERIFY(service.headers["Azure-AsyncOperation"].starts_with("http://127.0.0.1:1" + Locations + "/computeOperationsStatus/"));
    QCOMPARE(service.headers["Retry-After"], std::string("1"));
    std::string operation = service.headers["Azure-AsyncOperation"].substr(std::string("http://127.0.0.1:1").size());
    operation.resize(operation.find('?'));
    SAME(service.ask("GET", operation)["status"], "InProgress");
    SAME(service.ask("GET", operation)["status"], "Succeeded");
    SAME(service.ask("GET", Scope + "/computes/cpu-cluster")["properties"]["provisioningState"], "Succeeded");
    const auto taken = service.ask("PUT", Scope + "/computes/cpu-cluster", cluster(service.ask("GET", Locations + "/vmSizes")["value"][1]["name"], 2));
    QVERIFY2(service.status == 409, taken.dump().c_str());
    const auto scaled = service.ask("PATCH", Scope + "/computes/cpu-cluster", {{"properties", {{"properties", {{"scaleSettings", {{"maxNodeCount", 3}}}}}}}});
    SAME(scaled["properties"]["properties"]["scaleSettings"]["maxNodeCount"], 3);
    SAME(scaled["properties"]["properties"]["scaleSettings"]["nodeIdleTimeBeforeScaleDown"], "PT2M");
    QVERIFY(service.ask("POST", Scope + "/computes/cpu-cluster/listNodes")["nodes"].is_array());
    const auto bad = service.ask("PUT", Scope + "/computes/x", cluster(size, 2));
    QCOMPARE(service.status, 400);
    QVERIFY(service.sentence(bad).find("2 to 16 characters") != std::string::npos);
    service.ask("PUT", Scope + "/computes/no-nodes", cluster(size, 0));
    QCOMPARE(service.status, 400);
    auto soon = cluster(size, 2);
    soon["properties"]["properties"]["scaleSettings"]["nodeIdleTimeBeforeScaleDown"] = "soon";
    const auto refused = service.ask("PUT", Scope + "/computes/soon", soon);
    QCOMPARE(service.status, 400);
    QVERIFY(service.sentence(refused).find("idle time") != std::string::npos);
    service.ask("DELETE", Scope + "/computes/cpu-cluster");
    QCOMPARE(service.status, 202);
    service.ask("GET", Scope + "/computes/cpu-cluster");
    QCOMPARE(service.status, 404);
}

void ArmTest::keepsEnvironmentVersions()
{
    auto& service = *m_service;
    const json body{{"properties", {{"image", "runyard.local/uv"}, {"condaFile", "dependencies:\n  - python=3.11\n"}}}};
    const auto made = service.ask("PUT", Scope + "/environments/tf/versions/1", body);
    QCOMPARE(service.status, 201);
    SAME(made["id"], Scope + "/environments/tf/versions/1");
    service.ask("PUT", Scope + "/environments/tf/versions/1", body);
    QCOMPARE(service.status, 200);
    service.ask("PUT", Scope + "/environments/tf/versions/1", {{"properties", {{"image", "other"}}}});
    QCOMPARE(service.status, 409);
    service.ask("PUT", Scope + "/environments/tf/versions/2", {{"properties", json::object()}});
    QCOMPARE(service.status, 400);
    SAME(service.ask("GET", Scope + "/environments/tf")["properties"]["nextVersion"], "2");
    QCOMPARE(service.ask("GET", Scope + "/environments/tf/versions")["value"].size(), std::size_t(1));
    SAME(service.ask("POST", "/runyard/v1/environments/probe", body)["isBuilt"], false);
}

void ArmTest::registersModels()
{
    auto& service = *m_service;
    makeRun("job1");
    const fs::path outputs = service.folder / "runs" / "job1" / "work" / "outputs";
    write(outputs / "model" / "a.bin", "weights");
    write(outputs / "model" / "sub" / "ü b.txt", "text");
    service.ask("GET", Scope + "/models/tf-mnist");
    QCOMPARE(service.status, 404);
    const json body{{"properties", {{"modelUri", "azureml://jobs/job1/outputs/artifacts/paths/outputs/model"}, {"modelType", "custom_model"}}}};
    const auto made = service.ask("PUT", Scope + "/models/tf-mnist/versions/1", body);
    QVERIFY2(service.status == 201, made.dump().c_str());
    SAME(made["properties"]["modelUri"], "azureml://datastores/workspacemodels/paths/tf-mnist/1/model");
    SAME(made["properties"]["jobName"], "job1");
    SAME(made["properties"]["properties"]["runyard.size"], "11");
    SAME(made["properties"]["properties"]["runyard.files"], "2");
    SAME(made["properties"]["flavors"], json::object());
    fs::remove_all(outputs);  // the model outlives its run
    const auto kept = service.blobs.locate("models", "tf-mnist/1/model/sub/ü b.txt");
    QVERIFY(kept && readFile(*kept).value() == "text");
    service.ask("PUT", Scope + "/models/tf-mnist/versions/1", body);
    QCOMPARE(service.status, 200);
    const auto taken = service.ask("PUT", Scope + "/models/tf-mnist/versions/1", {{"properties", {{"modelUri", "azureml://jobs/job1/outputs/artifacts/paths/outputs/other"}}}});
    QCOMPARE(service.status, 409);
    QVERIFY(service.sentence(taken).find("new version") != std::string::npos);
    SAME(service.ask("GET", Scope + "/models/tf-mnist")["properties"]["nextVersion"], "2");
    write(outputs / "model" / "c.bin", "more");
    service.ask("PUT", Scope + "/models/tf-mnist/versions/2", body);
    QCOMPARE(service.status, 201);
    const auto latest = json::parse(service.client.ask("GET", Scope + "/models/tf-mnist/versions" + Version + "&$orderBy=createdtime desc&$top=1").body);
    QCOMPARE(latest["value"].size(), std::size_t(1));
    SAME(latest["value"][0]["name"], "2");
    QCOMPARE(service.ask("GET", Scope + "/models")["value"].size(), std::size_t(1));
    const json words{{"description", "words"}, {"tags", {{"team", "vision"}}}};
    service.ask("PUT", Scope + "/models/tf-mnist", {{"properties", words}});
    const auto described = service.ask("GET", Scope + "/models/tf-mnist")["properties"];
    SAME(described["description"], "words");
    SAME(described["tags"], words["tags"]);
}

void ArmTest::refusesModelsThatCannotBe()
{
    auto& service = *m_service;
    makeRun("job1");
    const auto missing = service.ask("PUT", Scope + "/models/m/versions/1", {{"properties", {{"modelUri", "azureml://jobs/job1/outputs/artifacts/paths/outputs/none"}}}});
    QCOMPARE(service.status, 400);
    QVERIFY(service.sentence(missing).find("outputs/none") != std::string::npos);
    service.ask("PUT", Scope + "/models/m/versions/1", {{"properties", {{"modelUri", "/etc/passwd"}}}});
    QCOMPARE(service.status, 400);
    service.ask("PUT", Scope + "/models/m/versions/1", {{"properties", {{"modelUri", "azureml://jobs/job1/outputs/artifacts/paths/outputs/../../../../store.sqlite"}}}});
    QVERIFY(service.status == 400 || service.status == 404);
    service.ask("PUT", Scope + "/models/m/versions/..%2F1", {{"properties", {{"modelUri", "azureml://jobs/job1/outputs/artifacts/paths/outputs"}}}});
    QCOMPARE(service.status, 400);
    service.ask("GET", Scope + "/models/m");
    QCOMPARE(service.status, 404);
}

void ArmTest::refusesJobsThatCannotRun()
{
    auto& service = *m_service;
    const json good{{"jobType", "Command"}, {"command", "python a.py"}, {"environmentId", Scope + "/environments/none/versions/1"}, {"computeId", Scope + "/computes/this-computer"}, {"experimentName", "e"}};
    for (const char* field : {"command", "environmentId", "computeId"}) {
        json properties = good;
        properties.erase(field);
        const auto refused = service.ask("PUT", Scope + "/jobs/j1", {{"properties", properties}});
        QCOMPARE(service.status, 400);
        QVERIFY2(!service.sentence(refused).empty(), refused.dump().c_str());
    }
    service.ask("PUT", Scope + "/jobs/j1", {{"properties", good}});  // its environment is not there
    QVERIFY(service.status == 400 || service.status == 404);
    service.ask("PUT", Scope + "/jobs/j1", {{"properties", {{"jobType", "Sweep"}}}});
    QCOMPARE(service.status, 400);
    service.ask("PUT", Scope + "/jobs/j1", json::array());
    QCOMPARE(service.status, 400);
    service.ask("GET", Scope + "/jobs/j1");
    QCOMPARE(service.status, 404);
    QVERIFY(!service.runs.get("j1"));
    QVERIFY(service.ask("GET", Scope + "/jobs")["value"].empty());
}

void ArmTest::takesAJobAndKeepsWhatItWasAskedWith()
{
    auto& service = *m_service;
    service.ask("PUT", Scope + "/environments/plain/versions/1", {{"properties", {{"condaFile", "dependencies:\n  - python\n  - pip:\n      - this-package-does-not-exist-anywhere==9\n"}}}});
    QCOMPARE(service.status, 201);
    json properties{{"jobType", "Command"}, {"command", "python a.py"}, {"environmentId", Scope + "/environments/plain/versions/1"}, {"computeId", Scope + "/computes/this-computer"},
        {"experimentName", "mnist"}, {"displayName", "my run"}, {"tags", {{"who", "me"}}}, {"queueSettings", {{"jobTier", "Standard"}}}};
    const auto made = service.ask("PUT", Scope + "/jobs/j1", {{"properties", properties}});
    QVERIFY2(service.status == 201, made.dump().c_str());
    SAME(made["properties"]["queueSettings"]["jobTier"], "Standard");
    SAME(made["properties"]["outputs"]["default"]["uri"], "azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.j1");
    QVERIFY(made["properties"]["services"].contains("Studio"));
    QVERIFY(service.headers.contains("Location"));
    SAME(service.ask("GET", Scope + "/jobs")["value"][0]["name"], "j1");
    properties["tags"] = {{"who", "you"}};
    properties["isArchived"] = true;
    const auto changed = service.ask("PUT", Scope + "/jobs/j1", {{"properties", properties}});
    QVERIFY2(service.status == 200, changed.dump().c_str());
    SAME(changed["properties"]["tags"]["who"], "you");
    QVERIFY(service.ask("GET", Scope + "/jobs")["value"].empty());  // archived
    properties["command"] = "rm";
    service.ask("PUT", Scope + "/jobs/j1", {{"properties", properties}});
    QCOMPARE(service.status, 400);
    service.ask("POST", Scope + "/jobs/j1/cancel");
    QCOMPARE(service.status, 202);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!api::isTerminal(service.runs.get("j1")->status) && std::chrono::steady_clock::now() < until)
        service.context.run_one_for(std::chrono::milliseconds(50));
    SAME(service.ask("GET", Scope + "/jobs/j1")["properties"]["status"], "Canceled");
    service.ask("DELETE", Scope + "/jobs/j1");
    QCOMPARE(service.status, 200);
    service.ask("GET", Scope + "/jobs/j1");
    QCOMPARE(service.status, 404);
}

void ArmTest::tellsOfARun()
{
    auto& service = *m_service;
    makeRun("r1");
    write(service.folder / "runs" / "r1" / "user_logs" / "std_log.txt", "hello\n");
    const auto details = service.ask("GET", "/history/v1.0" + Scope + "/runs/r1/details");
    QCOMPARE(service.status, 200);
    QVERIFY(!service.headers["ETag"].empty());
    SAME(details["status"], "Running");
    SAME(details["experimentName"], "mnist");
    SAME(details["dataContainerId"], "dcid.r1");
    SAME(details["logFiles"]["user_logs/std_log.txt"], "http://127.0.0.1:1/runyard/azureml/ExperimentRun/dcid.r1/user_logs/std_log.txt?sig=x");
    SAME(details["runyard"]["logSizes"]["user_logs/std_log.txt"], 6);
    SAME(service.ask("POST", "/history/v1.0" + Scope + "/rundata", {{"runId", "r1"}})["runMetadata"]["runId"], "r1");
    service.ask("GET", "/history/v1.0" + Scope + "/runs/none/details");
    QCOMPARE(service.status, 404);
}

void ArmTest::holdsUntilARunChanges()
{
    auto& service = *m_service;
    makeRun("r1");
    const std::string path = "/history/v1.0" + Scope + "/runs/r1/details" + Version;
    service.ask("GET", "/history/v1.0" + Scope + "/runs/r1/details");
    const std::string etag = service.headers["ETag"];
    QCOMPARE(service.client.ask("GET", path, {}, {{"if-none-match", etag}, {"prefer", "wait=1"}}).status, 304);
    std::optional<Response> held;
    asio::co_spawn(service.context, service.client.start("GET", path, {}, {{"if-none-match", etag}, {"prefer", "wait=20"}}),
                   [&held](std::exception_ptr, Response response) { held = std::move(response); });
    RunChange change;
    change.status = "Completed";
    QVERIFY(await(service.context, service.runs.change("r1", change)));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!held && std::chrono::steady_clock::now() < until)
        service.context.run_one_for(std::chrono::milliseconds(50));
    QVERIFY(held);
    QCOMPARE(held->status, 200);
    SAME(json::parse(held->body)["status"], "Completed");
}

QTEST_GUILESS_MAIN(ArmTest)

#include "arm_test.moc"
