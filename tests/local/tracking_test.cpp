#include "core/job.h"
#include "local/store/rows.h"
#include "support/trackingservice.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <set>

using namespace runyard;
using namespace runyard::local;
using nlohmann::json;

namespace {

using Service = test::TrackingService;
constexpr const char* Api = test::TrackingService::Api;
const std::string Scope = test::TrackingService::Scope;

std::set<std::string> idsOf(const json& answer)
{
    std::set<std::string> ids;
    for (const auto& run : answer.value("runs", json::array()))
        ids.insert(run["info"]["run_id"].get<std::string>());
    return ids;
}

} // namespace

class TrackingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); m_service = std::make_unique<Service>(m_folder->path().toStdString()); }
    void cleanup() { m_service.reset(); m_folder.reset(); }

    void answersExperiments();
    void createsAndEndsRuns();
    void logsAndTellsTheLatest();
    void acceptsNumbersThatJsonDoesNotHave();
    void complainsInMlflowsWords_data();
    void complainsInMlflowsWords();
    void keepsParametersAsTheyWere();
    void pagesThroughAHistory();
    void followsInOrderOfArrival();
    void holdsAFollowerUntilThereIsMore();
    void searches_data();
    void searches();
    void sortsAndPages();
    void keepsARunsTokenToItsRun();
    void leavesAJobsStateToItsProcess();
    void storesArtifacts();
    void takesMetricsOfTheV1Dialect();
    void answersLongHistoriesInParts();
    void sealsARecord();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Service> m_service;
};

void TrackingTest::answersExperiments()
{
    auto& service = *m_service;
    SAME(service.get("experiments/get?experiment_id=0")["experiment"]["name"], "Default");
    const std::string id = service.post("experiments/create", {{"name", "mnist"}})["experiment_id"];
    SAME(service.get("experiments/get-by-name?experiment_name=mnist")["experiment"]["experiment_id"], id);
    const auto again = service.post("experiments/create", {{"name", "mnist"}});
    QCOMPARE(service.client.status(), 400);
    SAME(again["error_code"], "RESOURCE_ALREADY_EXISTS");
    SAME(service.get("experiments/get?experiment_id=77")["error_code"], "RESOURCE_DOES_NOT_EXIST");
    QCOMPARE(service.client.status(), 404);
    service.post("experiments/set-experiment-tag", {{"experiment_id", id}, {"key", "team"}, {"value", "a"}});
    QCOMPARE(service.post("experiments/search", {{"filter", "tags.team = 'a'"}})["experiments"].size(), std::size_t(1));
    SAME(service.post("experiments/search", {{"filter", "name LIKE 'm%'"}, {"max_results", 5}})["experiments"][0]["experiment_id"], id);
    service.post("experiments/delete", {{"experiment_id", id}});
    SAME(service.get("experiments/get?experiment_id=" + id)["experiment"]["lifecycle_stage"], "deleted");
    QCOMPARE(service.post("experiments/search", json::object())["experiments"].size(), std::size_t(1));
    service.post("runs/create", {{"experiment_id", id}});
    QCOMPARE(service.client.status(), 400);
}

void TrackingTest::createsAndEndsRuns()
{
    auto& service = *m_service;
    const auto made = service.post("runs/create", {{"experiment_id", "0"}, {"run_name", "first"}, {"start_time", 5}, {"tags", {{{"key", "mlflow.user"}, {"value", "ada"}}}}})["run"];
    const std::string id = made["info"]["run_id"];
    QCOMPARE(id.size(), std::size_t(32));
    SAME(made["info"]["run_uuid"], id);
    SAME(made["info"]["status"], "RUNNING");
    SAME(made["info"]["experiment_id"], "0");
    SAME(made["info"]["user_id"], "ada");
    SAME(made["info"]["artifact_uri"], "mlflow-artifacts:/0/" + id + "/artifacts");
    const auto ended = service.post("runs/update", {{"run_id", id}, {"status", "FINISHED"}, {"end_time", 9}, {"run_name", "second"}})["run_info"];
    SAME(ended["status"], "FINISHED");
    SAME(ended["end_time"], 9);
    const auto run = service.get("runs/get?run_uuid=" + id + "&run_id=" + id)["run"];
    SAME(run["info"]["run_name"], "second");
    const auto tags = run["data"]["tags"];
    QVERIFY(std::any_of(tags.begin(), tags.end(), [](const json& tag) { return tag["key"] == "mlflow.runName" && tag["value"] == "second"; }));
    service.post("runs/delete", {{"run_id", id}});
    const auto refused = service.post("runs/log-metric", {{"run_id", id}, {"key", "a"}, {"value", 1}, {"timestamp", 1}});
    QCOMPARE(service.client.status(), 400);
    QCOMPARE(service.message(refused), "The run " + id + " must be in the 'active' state. Current state is deleted.");
}

void TrackingTest::logsAndTellsTheLatest()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    service.post("runs/log-batch", {{"run_id", id}, {"metrics", {{{"key", "acc"}, {"value", 0.5}, {"timestamp", 10}, {"step", 2}}, {{"key", "acc"}, {"value", 0.9}, {"timestamp", 99}, {"step", 1}}}},
                                    {"params", {{{"key", "lr"}, {"value", "0.1"}}}}, {"tags", {{{"key", "t"}, {"value", "1"}}, {{"key", "t"}, {"value", "2"}}}}});
    QCOMPARE(service.client.status(), 200);
    service.postText("runs/log-metric", R"({"run_id":")" + id + R"(","key":"acc","value":"0.7","timestamp":"11","step":"2"})");
    QCOMPARE(service.status, 200);
    const auto data = service.get("runs/get?run_id=" + id)["run"]["data"];
    QCOMPARE(data["metrics"].size(), std::size_t(1));
    SAME(data["metrics"][0]["value"], 0.7);  // step, then time decide, not arrival
    SAME(data["metrics"][0]["step"], 2);
    SAME(data["params"][0]["value"], "0.1");
    QVERIFY(data["tags"].dump().find(R"({"key":"t","value":"2"})") != std::string::npos);
    const auto missing = service.post("runs/delete-tag", {{"run_id", id}, {"key", "none"}});
    QCOMPARE(service.client.status(), 404);
    QCOMPARE(service.message(missing), "No tag with name: none in run with id " + id);
}

void TrackingTest::acceptsNumbersThatJsonDoesNotHave()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    service.postText("runs/log-batch", R"({"run_id":")" + id + R"(","metrics":[{"key":"x","value":NaN,"timestamp":1},{"key":"x","value":"Infinity","timestamp":2},{"key":"x","value":-Infinity,"timestamp":3}]})");
    QCOMPARE(service.status, 200);
    service.postText("runs/log-metric", R"({"run_id":")" + id + R"(","key":"y","value":NaN,"timestamp":1})");
    QCOMPARE(service.status, 200);
    const auto points = service.get("metrics/get-history?run_id=" + id + "&metric_key=x")["metrics"];
    SAME(points[0]["value"], "NaN");
    SAME(points[1]["value"], "Infinity");
    SAME(points[2]["value"], "-Infinity");
    SAME(service.get("runs/get?run_id=" + id)["run"]["data"]["metrics"][1]["value"], "NaN");
}

void TrackingTest::complainsInMlflowsWords_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("words");
    QTest::newRow("number as run") << "runs/log-metric" << R"({"run_id":31,"key":"a","value":1,"timestamp":1})" << "Invalid value 31 for parameter 'run_id' supplied";
    QTest::newRow("text as step") << "runs/log-metric" << R"({"run_id":"R","key":"a","value":1,"timestamp":1,"step":"foo"})" << R"(Invalid value "foo" for parameter 'step' supplied)";
    QTest::newRow("no key") << "runs/log-metric" << R"({"run_id":"R","value":1,"timestamp":1})" << "Missing value for required parameter 'key'";
    QTest::newRow("text as list") << "runs/log-batch" << R"({"run_id":"R","metrics":"foo"})" << R"(Invalid value "foo" for parameter 'metrics' supplied)";
    QTest::newRow("no time") << "runs/log-batch" << R"({"run_id":"R","metrics":[{"key":"a","value":1}]})" << "Missing value for required parameter 'metrics[0].timestamp'";
    QTest::newRow("bool is no number") << "runs/log-metric" << R"({"run_id":"R","key":"a","value":true,"timestamp":1})" << "Invalid value true for parameter 'value'";
    QTest::newRow("bad key") << "runs/log-batch" << R"({"run_id":"R","metrics":[{"key":"a;b","value":1,"timestamp":1}]})" << "Names may only contain alphanumerics";
    QTest::newRow("key as path") << "runs/log-batch" << R"({"run_id":"R","metrics":[{"key":"../b","value":1,"timestamp":1}]})" << "must not resolve to other names";
    QTest::newRow("param twice") << "runs/log-batch" << R"({"run_id":"R","params":[{"key":"a","value":"1"},{"key":"a","value":"2"}]})" << "Duplicate parameter keys have been submitted: ['a']";
    QTest::newRow("too many wanted") << "runs/search" << R"({"experiment_ids":["0"],"max_results":123456789})" << "Invalid value 123456789 for parameter 'max_results' supplied";
    QTest::newRow("or") << "runs/search" << R"({"experiment_ids":["0"],"filter":"metrics.a > 1 OR metrics.b > 1"})" << "Invalid clause(s) in filter string: 'OR'";
    QTest::newRow("quoted metric") << "runs/search" << R"({"experiment_ids":["0"],"filter":"metrics.a > '1'"})" << "Expected numeric value type for metric";
    QTest::newRow("bare param") << "runs/search" << R"({"experiment_ids":["0"],"filter":"params.a = 1"})" << "Expected a quoted string value for parameter";
    QTest::newRow("unknown attribute") << "runs/search" << R"({"experiment_ids":["0"],"filter":"attributes.lifecycle_stage = 'a'"})" << "Invalid attribute key 'lifecycle_stage' specified";
    QTest::newRow("list of another") << "runs/search" << R"j({"experiment_ids":["0"],"filter":"attributes.status IN ('a')"})j" << "Only ['run_id'] attributes support comparison with a list";
    QTest::newRow("no json") << "runs/log-metric" << "{nonsense" << "Missing value for required parameter 'run_id'";
}

void TrackingTest::complainsInMlflowsWords()
{
    QFETCH(QString, call);
    QFETCH(QString, body);
    QFETCH(QString, words);
    const std::string id = m_service->makeRun();
    const auto answer = m_service->postText(call.toStdString(), body.replace("\"R\"", QString("\"%1\"").arg(id.c_str())).toStdString());
    QCOMPARE(m_service->status, 400);
    SAME(answer["error_code"], "INVALID_PARAMETER_VALUE");
    const std::string message = m_service->message(answer);
    QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
}

void TrackingTest::keepsParametersAsTheyWere()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    service.post("runs/log-parameter", {{"run_id", id}, {"key", "a"}, {"value", "1"}});
    service.post("runs/log-parameter", {{"run_id", id}, {"key", "a"}, {"value", "1"}});
    QCOMPARE(service.client.status(), 200);
    const auto changed = service.post("runs/log-parameter", {{"run_id", id}, {"key", "a"}, {"value", "2"}});
    QCOMPARE(service.client.status(), 400);
    QVERIFY(service.message(changed).starts_with("Changing param values is not allowed. Param with key='a' was already logged with value='1'"));
    service.post("runs/log-batch", {{"run_id", id}, {"params", {{{"key", "a"}, {"value", "2"}}}}, {"metrics", {{{"key", "m"}, {"value", 1}, {"timestamp", 1}}}}});
    QCOMPARE(service.client.status(), 400);
    QVERIFY(service.get("runs/get?run_id=" + id)["run"]["data"]["metrics"].empty());  // nothing half done
}

void TrackingTest::pagesThroughAHistory()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    json metrics = json::array();
    for (int i = 0; i < 25; ++i)
        metrics.push_back({{"key", "x"}, {"value", i * 0.5}, {"timestamp", 1000 - i}, {"step", i}});
    service.post("runs/log-batch", {{"run_id", id}, {"metrics", metrics}});
    std::vector<int> steps;
    std::string token;
    int pages = 0;
    do {
        const auto answer = service.get("metrics/get-history?run_id=" + id + "&metric_key=x&max_results=10" + (token.empty() ? "" : "&page_token=" + token));
        for (const auto& point : answer["metrics"])
            steps.push_back(point["step"]);
        token = answer.value("next_page_token", "");
        ++pages;
    } while (!token.empty());
    QCOMPARE(pages, 3);
    QCOMPARE(steps.size(), std::size_t(25));
    QVERIFY(std::is_sorted(steps.rbegin(), steps.rend()));  // by time
    QCOMPARE(service.get("metrics/get-history?run_id=" + id + "&metric_key=x")["metrics"].size(), std::size_t(25));
    const auto bulk = service.get("metrics/get-history-bulk-interval?run_ids=" + id + "&metric_key=x&max_results=5")["metrics"];
    QCOMPARE(bulk.size(), std::size_t(5));
    SAME(bulk.back()["step"], 24);
    SAME(bulk[0]["run_id"], id);
}

void TrackingTest::followsInOrderOfArrival()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    const auto log = [&](double value, int time) { service.post("runs/log-metric", {{"run_id", id}, {"key", "x"}, {"value", value}, {"timestamp", time}}); };
    const auto follow = [&](const std::string& token) {
        const auto response = service.client.ask("GET", Api + ("metrics/get-history?run_id=" + id + "&metric_key=x") + (token.empty() ? "" : "&page_token=" + token), {}, {{"prefer", "wait=0"}});
        return json::parse(response.body);
    };
    log(1, 50);
    log(2, 40);
    const auto first = follow("");
    QCOMPARE(first["metrics"].size(), std::size_t(2));
    SAME(first["metrics"][0]["value"], 1.0);
    const auto none = follow(first["next_page_token"]);
    QCOMPARE(none["metrics"].size(), std::size_t(0));
    SAME(none["next_page_token"], first["next_page_token"]);
    log(3, 10);
    log(3, 10);
    const auto second = follow(none["next_page_token"]);
    QCOMPARE(second["metrics"].size(), std::size_t(1));
    SAME(second["metrics"][0]["value"], 3.0);
}

void TrackingTest::holdsAFollowerUntilThereIsMore()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    std::optional<Response> held;
    asio::co_spawn(service.context, service.client.start("GET", Api + ("metrics/get-history?run_id=" + id + "&metric_key=x"), {}, {{"prefer", "wait=20"}}),
                   [&held](std::exception_ptr, Response response) { held = std::move(response); });
    await(service.context, [](asio::io_context&) -> Task<int> { co_await sleepFor(std::chrono::milliseconds(150)); co_return 0; }(service.context));
    QVERIFY(!held);
    const auto start = std::chrono::steady_clock::now();
    service.post("runs/log-metric", {{"run_id", id}, {"key", "x"}, {"value", 4}, {"timestamp", 1}});
    service.context.restart();
    while (!held && std::chrono::steady_clock::now() - start < std::chrono::seconds(5))
        service.context.run_one_for(std::chrono::milliseconds(100));
    QVERIFY(held);
    SAME(json::parse(held->body)["metrics"][0]["value"], 4.0);
    QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

void TrackingTest::searches_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("found");  // of a, b, c
    QTest::newRow("all") << "" << "abc";
    QTest::newRow("greater") << "metrics.acc > 0.5" << "b";
    QTest::newRow("between") << "metrics.acc >= 0.5 AND metric.acc < 0.9" << "a";
    QTest::newRow("not equal needs the key") << "metrics.acc != 0.5" << "b";
    QTest::newRow("minus and exponent") << "metrics.loss > -1e3" << "a";
    QTest::newRow("ticked") << "metrics.`val acc` = 1" << "c";
    QTest::newRow("quoted") << "metrics.\"val acc\" = 1" << "c";
    QTest::newRow("param") << "params.lr = '0.1'" << "ab";
    QTest::newRow("param not") << "parameters.lr != '0.1'" << "c";
    QTest::newRow("like is exact in case") << "tags.team LIKE 'r%'" << "a";
    QTest::newRow("ilike is not") << "tag.team ilike 'R%'" << "ab";
    QTest::newRow("status") << "attributes.status = 'FINISHED'" << "b";
    QTest::newRow("status not") << "status != 'FINISHED' and run.user_id = 'ada'" << "a";
    QTest::newRow("name") << "run_name LIKE '%c'" << "c";
    QTest::newRow("alias") << "attributes.`run name` = 'run-a'" << "a";
    QTest::newRow("start") << "start_time >= 2000" << "bc";
    QTest::newRow("no hit") << "metrics.acc > 0.5 AND params.lr = '7'" << "";
    QTest::newRow("dotted key") << "params.opt.name = 'adam'" << "a";
    QTest::newRow("quote in text") << "tags.note = 'it''s'" << "c";
}

void TrackingTest::searches()
{
    QFETCH(QString, filter);
    QFETCH(QString, found);
    auto& service = *m_service;
    std::map<std::string, std::string> names;
    const auto make = [&](const std::string& name, int start) {
        const std::string id = service.post("runs/create", {{"experiment_id", "0"}, {"run_name", "run-" + name}, {"start_time", start}, {"user_id", name == "a" ? "ada" : "bob"}})["run"]["info"]["run_id"];
        names[id] = name;
        return id;
    };
    const auto batch = [&](const std::string& id, const json& metrics, const json& params, const json& tags) {
        json body{{"run_id", id}, {"metrics", json::array()}, {"params", json::array()}, {"tags", json::array()}};
        for (const auto& [key, value] : metrics.items())
            body["metrics"].push_back({{"key", key}, {"value", value}, {"timestamp", 1}});
        for (const auto& [key, value] : params.items())
            body["params"].push_back({{"key", key}, {"value", value}});
        for (const auto& [key, value] : tags.items())
            body["tags"].push_back({{"key", key}, {"value", value}});
        service.post("runs/log-batch", body);
        QCOMPARE(service.client.status(), 200);
    };
    batch(make("a", 1000), {{"acc", 0.5}, {"loss", -2}}, {{"lr", "0.1"}, {"opt.name", "adam"}}, {{"team", "red"}});
    const std::string b = make("b", 2000);
    batch(b, {{"acc", 0.9}}, {{"lr", "0.1"}}, {{"team", "Red"}});
    service.post("runs/update", {{"run_id", b}, {"status", "FINISHED"}});
    batch(make("c", 3000), {{"val acc", 1}}, {{"lr", "0.2"}}, {{"note", "it's"}});
    const auto answer = service.post("runs/search", {{"experiment_ids", {"0"}}, {"filter", filter.toStdString()}});
    QVERIFY2(service.client.status() == 200, answer.dump().c_str());
    std::string letters;
    for (const std::string& id : idsOf(answer))
        letters += names[id];
    std::sort(letters.begin(), letters.end());
    QCOMPARE(QString::fromStdString(letters), found);
}

void TrackingTest::sortsAndPages()
{
    auto& service = *m_service;
    std::vector<std::string> ids;
    for (int i = 0; i < 10; ++i)
        ids.push_back(service.post("runs/create", {{"experiment_id", "0"}, {"start_time", 1000 + i}})["run"]["info"]["run_id"]);
    const auto log = [&](int run, const std::string& value) {
        service.postText("runs/log-metric", R"({"run_id":")" + ids[static_cast<std::size_t>(run)] + R"(","key":"x","timestamp":1,"value":)" + value + "}");
    };
    log(3, "1");
    log(5, "2");
    log(7, "NaN");
    for (const char* direction : {"ASC", "DESC"}) {
        const auto runs = service.post("runs/search", {{"experiment_ids", {"0"}}, {"order_by", {std::string("metrics.x ") + direction}}})["runs"];
        SAME(runs[0]["info"]["run_id"], ids[direction == std::string("ASC") ? 3 : 5]);
        SAME(runs[2]["info"]["run_id"], ids[7]);  // NaN after the numbers …
        SAME(runs[3]["info"]["run_id"], ids[9]);  // … then those without, newest first
    }
    std::string token;
    std::vector<std::size_t> sizes;
    std::vector<std::string> seen;
    do {
        const auto answer = service.post("runs/search", {{"experiment_ids", {"0"}}, {"max_results", 4}, {"page_token", token}});
        sizes.push_back(answer["runs"].size());
        for (const auto& run : answer["runs"])
            seen.push_back(run["info"]["run_id"]);
        token = answer.value("next_page_token", "");
    } while (!token.empty());
    QCOMPARE(sizes, (std::vector<std::size_t>{4, 4, 2}));
    QVERIFY(std::equal(seen.begin(), seen.end(), ids.rbegin()));
    QVERIFY(!service.post("runs/search", json::object()).contains("runs"));  // no experiment named: none
    service.post("runs/search", {{"experiment_ids", {"0"}}, {"page_token", "%%%"}});
    QCOMPARE(service.client.status(), 400);
}

void TrackingTest::keepsARunsTokenToItsRun()
{
    auto& service = *m_service;
    const std::string mine = service.makeRun();
    const std::string other = service.makeRun();
    service.client.who = {Identity::Kind::Run, mine};
    service.post("runs/set-tag", {{"run_id", mine}, {"key", "a"}, {"value", "1"}});
    QCOMPARE(service.client.status(), 200);
    service.post("runs/set-tag", {{"run_id", other}, {"key", "a"}, {"value", "1"}});
    QCOMPARE(service.client.status(), 403);
    const std::string child = service.makeRun();
    service.post("runs/set-tag", {{"run_id", child}, {"key", "a"}, {"value", "1"}});
    QCOMPARE(service.client.status(), 200);
    service.get("runs/get?run_id=" + other);
    QCOMPARE(service.client.status(), 200);
    service.post("experiments/delete", {{"experiment_id", "0"}});
    QCOMPARE(service.client.status(), 403);
}

void TrackingTest::leavesAJobsStateToItsProcess()
{
    auto& service = *m_service;
    RunRecord job;
    job.id = "calm_otter_1";
    job.status = "Running";
    QVERIFY(await(service.context, service.runs.create(job, "mnist")));
    service.post("runs/update", {{"run_id", job.id}, {"status", "FINISHED"}, {"end_time", 9}});
    QCOMPARE(service.client.status(), 200);
    QCOMPARE(service.runs.get(job.id)->status, std::string("Running"));
    RunChange change;
    change.status = "Completed";
    change.ended = 77;
    const std::string before = service.changes.version("run/" + job.id);
    QVERIFY(await(service.context, service.runs.change(job.id, change)));
    QVERIFY(service.changes.version("run/" + job.id) != before);
    SAME(service.get("runs/get?run_id=" + job.id)["run"]["info"]["status"], "FINISHED");
    QVERIFY(service.runs.unfinished().empty());
    QVERIFY(!await(service.context, service.runs.create(job, "mnist")));
}

void TrackingTest::storesArtifacts()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    const std::string base = "/api/2.0/mlflow-artifacts/artifacts";
    const std::string bytes("a\0b\n", 4);
    QCOMPARE(service.client.ask("PUT", base + "/0/" + id + "/artifacts/plots/b.bin", bytes).status, 200);
    const auto got = service.client.ask("GET", base + "/0/" + id + "/artifacts/plots/b.bin");
    QVERIFY(got.file);
    std::ifstream file(got.file->path, std::ios::binary);
    QCOMPARE(std::string(std::istreambuf_iterator<char>(file), {}), bytes);
    const auto listed = service.client.json("GET", base + "?path=0/" + id + "/artifacts");
    QCOMPARE(listed["files"].size(), std::size_t(1));
    SAME(listed["files"][0]["path"], "plots");
    SAME(listed["files"][0]["is_dir"], true);
    SAME(service.get("artifacts/list?run_id=" + id + "&path=plots")["files"][0]["path"], "plots/b.bin");
    QVERIFY(!service.get("artifacts/list?run_id=" + id + "&path=plots/b.bin").contains("files"));
    QCOMPARE(service.client.ask("PUT", base + "/0/" + id + "/artifacts/../x", bytes).status, 400);
    QCOMPARE(service.client.ask("PUT", base + "/0/nobody/artifacts/x", bytes).status, 404);
    QCOMPARE(service.client.ask("GET", base + "/0/" + id + "/artifacts/none").status, 404);
}

void TrackingTest::takesMetricsOfTheV1Dialect()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    const std::string body = R"({"values":[{"name":"acc","columns":{"acc":"double"},"value":[
        {"metricId":"m1","createdUtc":"2026-11-24T19:03:21.549986Z","data":{"acc":0.91}},{"metricId":"m2","createdUtc":"2026-11-24T19:03:22.549986Z","data":{"acc":NaN}}],
        "properties":{"uxMetricType":"azureml.v1.scalar"}},
        {"name":"row","columns":{"epoch":"int","err":"double"},"value":[{"metricId":"m3","createdUtc":"2026-11-24T19:03:21Z","data":{"epoch":1,"err":0.5}}],"properties":{"uxMetricType":"azureml.v1.table"}}],"reportErrors":true})";
    for (int i = 0; i < 2; ++i)  // sent twice, kept once
        QCOMPARE(service.client.ask("POST", "/metric/v2.0" + Scope + "/runs/" + id + "/batch", body, {{"content-type", "application/json-patch+json"}}).status, 200);
    const std::string old = R"({"values":[{"metricId":"m4","metricType":"azureml.v1.list","createdUtc":"2026-11-24T19:03:23Z","name":"l","numCells":2,"cells":[{"l":1.0},{"l":2.5}],"schema":{"numProperties":1,"properties":[{"propertyId":"l","name":"l","type":"float"}]}}]})";
    QCOMPARE(service.client.ask("POST", "/history/v1.0" + Scope + "/experiments/e/runs/" + id + "/batch/metrics", old).status, 200);
    const auto points = service.get("metrics/get-history?run_id=" + id + "&metric_key=acc")["metrics"];
    QCOMPARE(points.size(), std::size_t(2));
    SAME(points[0]["value"], 0.91);
    SAME(points[1]["value"], "NaN");
    SAME(points[1]["step"], 1);
    SAME(points[0]["timestamp"], 1795547001549);
    QCOMPARE(service.get("metrics/get-history?run_id=" + id + "&metric_key=l")["metrics"].size(), std::size_t(2));
    SAME(service.get("metrics/get-history?run_id=" + id + "&metric_key=row/err")["metrics"][0]["value"], 0.5);
    const auto full = service.client.ask("POST", "/metric/v2.0" + Scope + "/runs/" + id + "/full", R"({"metricName":"acc"})").body;
    QVERIFY(full.find(R"("data":{"acc":NaN})") != std::string::npos);
    QCOMPARE(json::parse(service.client.ask("POST", "/metric/v2.0" + Scope + "/runs/" + id + "/list", "{}").body)["value"].size(), std::size_t(3));
    QCOMPARE(service.client.ask("PATCH", "/history/v1.0" + Scope + "/experiments/e/runs/" + id, R"({"runId":"x","tags":{"k":"v"}})").status, 200);
    const auto run = service.client.json("GET", "/history/v1.0" + Scope + "/experiments/e/runs/" + id);
    SAME(run["tags"]["k"], "v");
    SAME(run["dataContainerId"], "dcid." + id);
}

// Longer than one look of the reading thread: every point once, in MLflow's order, in one answer.
void TrackingTest::answersLongHistoriesInParts()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    constexpr int points = 12'500;
    for (int from = 0; from < points; from += 500) {
        json metrics = json::array();
        for (int i = from; i < from + 500; ++i)
            metrics.push_back({{"key", "x"}, {"value", i}, {"timestamp", points - i}, {"step", i}});
        service.post("runs/log-batch", {{"run_id", id}, {"metrics", metrics}});
    }
    for (const std::string& limit : {std::string(), std::string("&max_results=11000")}) {
        const auto answer = service.get("metrics/get-history?run_id=" + id + "&metric_key=x" + limit);
        const std::size_t wanted = limit.empty() ? points : 11'000;
        QCOMPARE(answer["metrics"].size(), wanted);
        for (std::size_t i = 0; i < wanted; ++i)
            QCOMPARE(answer["metrics"][i]["timestamp"].get<int>(), static_cast<int>(i) + 1);
        QCOMPARE(answer.contains("next_page_token"), !limit.empty());
        if (limit.empty())
            continue;
        const auto rest = service.get("metrics/get-history?run_id=" + id + "&metric_key=x&page_token=" + answer["next_page_token"].get<std::string>());
        QCOMPARE(rest["metrics"].size(), points - wanted);
        QCOMPARE(rest["metrics"][0]["timestamp"].get<int>(), 11'001);
    }
}

void TrackingTest::sealsARecord()
{
    auto& service = *m_service;
    const std::string id = service.makeRun();
    service.postText("runs/log-batch", R"({"run_id":")" + id + R"(","metrics":[{"key":"x","value":NaN,"timestamp":1,"step":4},{"key":"x","value":0.25,"timestamp":2,"step":5}],"params":[{"key":"p","value":"ü"}]})");
    const auto text = await(service.context, service.runs.record(id));
    QVERIFY(text);
    const auto record = json::parse(*text);
    SAME(record["metrics"]["x"], json::parse(R"([[4,1,"NaN"],[5,2,0.25]])"));
    SAME(record["params"]["p"], "ü");
    SAME(record["run"]["id"], id);
}

QTEST_GUILESS_MAIN(TrackingTest)

#include "tracking_test.moc"
