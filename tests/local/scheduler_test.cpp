#include "api/uri.h"
#include "core/job.h"
#include "local/blobs/blobs.h"
#include "local/computes/computes.h"
#include "local/environments/buildfolder.h"
#include "local/environments/environments.h"
#include "local/environments/interpreters.h"
#include "local/environments/requirements.h"
#include "local/runs/scheduler.h"
#include "local/runs/supervisor.h"
#include "local/server/changes.h"
#include "local/store/runstore.h"
#include "local/store/store.h"
#include "support/attemptprobe.h"
#include "support/iorun.h"

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QThread>

using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

namespace {

const std::string scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

api::Compute cluster(const std::string& name, const std::string& size, int nodes)
{
    api::Compute made;
    made.name = name;
    made.vmSize = size;
    made.maxNodes = nodes;
    return made;
}

// One life of the service, without its sockets.
struct Life {
    explicit Life(const QString& path)
        : folder(path.toStdString()), changes(context), store(context, folder / "store.sqlite"), documents(store), runs(store, changes), blobs(context, store, folder),
          computes(context, documents, changes), environments(context, folder / "environments"),
          supervisor(context, folder / "runs", shimProgram().toStdString(), [this](const std::string& id) { changes.touch("run/" + id); }),
          scheduler(SchedulerParts{context, runs, documents, blobs, computes, environments, supervisor, changes, [](const std::string& id) { return "token-of-" + id; },
                                   "http://127.0.0.1:1", scope})
    {
        isOpen = store.open().has_value() && blobs.open().has_value();
        if (!isOpen)
            qFatal("the store does not open: are the resources beside the binaries?");
        computes.load();
    }
    ~Life() { until([] { return false; }, 50ms); }

    Task<Result<bool>> put(api::Job job)
    {
        const auto submitted = co_await scheduler.submit(job);
        if (!submitted)
            co_return Failure(submitted.error());
        co_return true;
    }
    Result<bool> submit(api::Job job) { return await(context, put(std::move(job))); }
    Task<Result<bool>> cancelled(std::string id)
    {
        const auto told = co_await scheduler.cancel(id);
        if (!told)
            co_return Failure(told.error());
        co_return true;
    }
    bool cancel(const std::string& id) { return await(context, cancelled(id)).has_value(); }
    Task<Result<bool>> made(api::Compute compute)
    {
        const auto put = co_await computes.put(compute);
        if (!put)
            co_return Failure(put.error());
        co_return true;
    }
    bool make(const api::Compute& compute) { return await(context, made(compute)).has_value(); }

    template<typename Condition>
    bool until(Condition condition, std::chrono::milliseconds limit = 30s)
    {
        return runUntil(context, condition, limit);
    }
    RunRecord run(const std::string& id) { return runs.get(id).value_or(RunRecord()); }
    std::string statusOf(const std::string& id) { return run(id).status; }
    bool reaches(const std::string& id, const std::string& status)
    {
        return until([&] { return statusOf(id) == status; });
    }
    // As a listing of the run's files gives it.
    std::string digestOf(const std::string& name)
    {
        auto page = blobs.list("azureml", name, "", "", 2);
        return page && page->blobs.size() == 1 ? page->blobs.front().metadata["sha256"] : "not there";
    }
    QStringList phases(const std::string& id)
    {
        QStringList names;
        for (const auto& phase : run(id).phases)
            names << QString::fromStdString(phase.name);
        return names;
    }

    asio::io_context context;
    std::filesystem::path folder;
    Changes changes;
    Store store;
    Documents documents;
    RunStore runs;
    Blobs blobs;
    Computes computes;
    Environments environments;
    Supervisor supervisor;
    Scheduler scheduler;
    bool isOpen = false;
};

} // namespace

// Runs on their way through all phases, over the real store, blobs, computes and shims.
class SchedulerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_folder.reset(); }
    void runsThroughAllPhases();
    void givesThePathsOfData();
    void refusesWhatCannotRun();
    void saysWhyItFailed();
    void sharesTheCores();
    void cancelsWhilePreparing();
    void cancelsWhileWaitingForCores();
    void cancelsWhileRunning();
    void takesUpARunningRun();
    void beginsAgainWhatWasPreparing();
    void endsWhatWasToBeCancelled();

private:
    std::string path(const std::string& name) const { return m_folder->path().toStdString() + '/' + name; }
    QByteArray content(const std::string& name) const { return contentOf(QString::fromStdString(path(name))); }
    QByteArray log(const std::string& id) const { return content("runs/" + id + "/user_logs/std_log.txt"); }
    static api::Job job(const std::string& name, const std::string& command, const std::string& compute = "this-computer")
    {
        api::Job made;
        made.name = name;
        made.command = command;
        made.experimentName = "Default";
        made.computeId = scope + "/computes/" + compute;
        return made;
    }
    static api::EnvironmentRequest noPackages()
    {
        api::EnvironmentRequest request;
        request.framework.clear();
        return request;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::string m_key;
};

// The environment without packages stands ready, as it does from the second run on.
void SchedulerTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    const std::filesystem::path root = path("environments");
    std::filesystem::create_directories(root);
    std::map<std::string, std::string> environment = {{"HOME", qgetenv("HOME").toStdString()}, {"PATH", qgetenv("PATH").toStdString()}};
    const auto interpreter = interpreterFor(noPackages(), Interpreters(root / ".interpreters", environment).all());
    const auto requirements = requirementsOf(noPackages());
    QVERIFY(interpreter && requirements);
    m_key = environmentKey(*requirements, *interpreter);
    const auto building = BuildFolder::open(root, m_key);
    QVERIFY(building.has_value());
    std::filesystem::create_directories(building->path() / "bin");
    std::filesystem::create_symlink(interpreter->path, building->path() / "bin" / "python");
    QVERIFY(building->commit().has_value());
}

void SchedulerTest::runsThroughAllPhases()
{
    Life life(m_folder->path());
    QVERIFY(life.isOpen);
    const auto submitted = life.submit(job("first", "python -c 'import os; print(os.environ[\"MLFLOW_RUN_ID\"], os.environ[\"AZUREML_RUN_TOKEN\"])' && echo kept > outputs/model"));
    QVERIFY2(submitted.has_value(), submitted ? "" : submitted.error().message.c_str());
    QVERIFY(!life.scheduler.isIdle());
    QVERIFY2(life.reaches("first", "Completed"), life.run("first").errorMessage.c_str());
    QCOMPARE(life.phases("first"), QStringList({"Queued", "Preparing", "Scaling", "Running", "Finalizing"}));
    const RunRecord run = life.run("first");
    for (std::size_t i = 0; i < run.phases.size(); ++i) {
        QVERIFY(run.phases[i].end >= run.phases[i].start);
        QVERIFY(i == 0 || run.phases[i].start == run.phases[i - 1].end);
    }
    QCOMPARE(run.phases[1].note, "cached");
    QVERIFY(run.started > 0 && run.ended >= run.started);
    QCOMPARE(log("first"), QByteArray("first token-of-first\n"));
    QVERIFY(content("runs/first/record/outputs.json").contains("outputs/model"));
    QCOMPARE(life.digestOf("ExperimentRun/dcid.first/outputs/model"), QCryptographicHash::hash("kept\n", QCryptographicHash::Sha256).toHex().toStdString());
    QCOMPARE(life.digestOf("ExperimentRun/dcid.first/user_logs/std_log.txt"), QCryptographicHash::hash(log("first"), QCryptographicHash::Sha256).toHex().toStdString());
    QVERIFY(!content("runs/first/record/run.json").isEmpty());
    QVERIFY(content("runs/first/system_logs/environment.log").contains("was built before"));
    QVERIFY(life.until([&] { return life.scheduler.isIdle(); }));
}

void SchedulerTest::givesThePathsOfData()
{
    Life life(m_folder->path());
    std::filesystem::create_directories(path("data/my data"));
    QFile file(QString::fromStdString(path("data/my data/a")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("images") == 6);
    file.close();
    api::Job made = job("data", "cat ${{inputs.folder}}/a; echo; echo ${{inputs.rate}}; cat ${{inputs.copy}}/a; echo result > ${{outputs.result}}/r; echo late > ${{outputs.late}}/l");
    made.inputs["folder"] = {"uri_folder", "", api::datastoreUri("workspaceblobstore", "my data"), "ReadOnlyMount"};
    made.inputs["copy"] = {"uri_folder", "", api::datastoreUri("workspaceblobstore", "my data"), "Download"};
    made.inputs["rate"] = {"literal", "0.1 $HOME", "", ""};
    made.outputs["result"] = {"uri_folder", api::datastoreUri("workspaceblobstore", "results"), "ReadWriteMount"};
    made.outputs["late"] = {"uri_folder", "", "Upload"};
    const auto submitted = life.submit(made);
    QVERIFY2(submitted.has_value(), submitted ? "" : submitted.error().message.c_str());
    QVERIFY(life.reaches("data", "Completed"));
    QCOMPARE(log("data"), QByteArray("images\n0.1 $HOME\nimages"));
    QCOMPARE(content("data/results/r"), QByteArray("result\n"));
    QCOMPARE(content("data/azureml/data/late/l"), QByteArray("late\n"));
}

void SchedulerTest::refusesWhatCannotRun()
{
    Life life(m_folder->path());
    std::vector<std::pair<api::Job, const char*>> bad = {{job("a", ""), "no command"}, {job("b", "true", "nowhere"), "“nowhere”"}, {job("c", "${{inputs.x}}"), "inputs.x"}};
    bad.emplace_back(job("d", "true"), "not there");
    bad.back().first.inputs["x"] = {"uri_folder", "", api::datastoreUri("workspaceblobstore", "missing"), "ReadOnlyMount"};
    bad.emplace_back(job("e", "true"), "environment");
    bad.back().first.environmentId = scope + "/environments/none/versions/1";
    bad.emplace_back(job("f", "true"), "code");
    bad.back().first.codeId = scope + "/codes/none/versions/1";
    for (const auto& [what, words] : bad) {
        const auto submitted = life.submit(what);
        QVERIFY2(!submitted, words);
        QVERIFY2(submitted.error().code == Error::Code::Invalid && submitted.error().message.find(words) != std::string::npos, submitted.error().message.c_str());
    }
    QVERIFY(life.scheduler.isIdle());
}

void SchedulerTest::saysWhyItFailed()
{
    Life life(m_folder->path());
    QVERIFY(life.submit(job("raises", "python -c 'raise ValueError(\"no such layer\")'")).has_value());
    QVERIFY(life.submit(job("killed", "kill -KILL $$")).has_value());
    QVERIFY(life.reaches("raises", "Failed") && life.reaches("killed", "Failed"));
    QCOMPARE(life.run("raises").errorMessage, "The script ended with exit code 1. Its last line: ValueError: no such layer");
    QCOMPARE(life.run("raises").errorCode, "UserError");
    QVERIFY(life.run("killed").errorMessage.find("signal 9") != std::string::npos);
}

void SchedulerTest::sharesTheCores()
{
    if (QThread::idealThreadCount() != 2)
        QSKIP("needs two cores");
    Life life(m_folder->path());
    const auto sizes = Computes::sizes();
    const auto small = std::find_if(sizes.begin(), sizes.end(), [](const api::VmSize& size) { return size.cores == 1; });
    QVERIFY(small != sizes.end());
    QVERIFY(life.make(cluster("cpu-cluster", small->name, 4)));
    const std::string command = "grep Cpus_allowed_list /proc/self/status; while [ ! -e go ]; do sleep 0.02; done";
    for (const char* name : {"one", "two", "three"})
        QVERIFY(life.submit(job(name, command, "cpu-cluster")).has_value());
    QVERIFY(life.reaches("one", "Running") && life.reaches("two", "Running"));
    QVERIFY(life.until([&] { return !log("one").isEmpty() && !log("two").isEmpty(); }));
    QVERIFY(log("one") != log("two"));
    QVERIFY(life.until([&] { return !life.run("three").phases.back().note.empty(); }));
    const std::string note = life.run("three").phases.back().note;
    QVERIFY2(note.find("one") != std::string::npos || note.find("two") != std::string::npos, note.c_str());
    QCOMPARE(life.statusOf("three"), "Provisioning");
    QVERIFY(QFile(QString::fromStdString(path("runs/one/work/go"))).open(QIODevice::WriteOnly));
    QVERIFY(life.reaches("three", "Running"));
    QVERIFY(life.until([&] { return !log("three").isEmpty(); }));
    QCOMPARE(log("three"), log("one"));
    for (const char* name : {"two", "three"})
        QVERIFY(QFile(QString::fromStdString(path(std::string("runs/") + name + "/work/go"))).open(QIODevice::WriteOnly));
    QVERIFY(life.reaches("three", "Completed"));
}

void SchedulerTest::cancelsWhilePreparing()
{
    Life life(m_folder->path());
    std::filesystem::remove_all(path("environments/" + m_key));
    const auto building = BuildFolder::open(path("environments"), m_key);  // somebody builds it, and takes his time
    QVERIFY(life.submit(job("early", "echo never")).has_value());
    QVERIFY(life.reaches("early", "Preparing"));
    QVERIFY(!life.until([&] { return life.statusOf("early") != "Preparing"; }, 300ms));
    QVERIFY(life.cancel("early"));
    QVERIFY(life.reaches("early", "Canceled"));
    QVERIFY(life.run("early").phases.back().end > 0);
    QVERIFY(life.until([&] { return life.scheduler.isIdle(); }));
    QVERIFY(life.cancel("early"));
    QCOMPARE(log("early"), QByteArray());
}

void SchedulerTest::cancelsWhileWaitingForCores()
{
    Life life(m_folder->path());
    QVERIFY(life.submit(job("holds", "echo started; sleep 1000")).has_value());
    QVERIFY(life.until([&] { return !log("holds").isEmpty(); }));
    QVERIFY(life.submit(job("waits", "echo never")).has_value());
    QVERIFY(life.until([&] { return !life.run("waits").phases.empty() && life.run("waits").phases.back().note.find("holds") != std::string::npos; }));
    QVERIFY(life.cancel("waits"));
    QVERIFY(life.reaches("waits", "Canceled"));
    QVERIFY(life.submit(job("next", "echo next")).has_value());
    QVERIFY(life.cancel("holds"));
    QVERIFY(life.reaches("holds", "Canceled"));
    QVERIFY(life.reaches("next", "Completed"));  // the place of who gave up is not kept
    QCOMPARE(log("waits"), QByteArray());
}

void SchedulerTest::cancelsWhileRunning()
{
    Life life(m_folder->path());
    QVERIFY(life.submit(job("busy", "setsid sleep 1000 & echo started; sleep 1000")).has_value());
    QVERIFY(life.until([&] { return !log("busy").isEmpty(); }));
    QVERIFY(!leftoversOf(m_folder->path() + "/runs/busy").isEmpty());
    QVERIFY(life.cancel("busy"));
    QVERIFY(life.reaches("busy", "Canceled"));
    QCOMPARE(life.run("busy").errorMessage, "The run was cancelled.");
    QCOMPARE(leftoversOf(m_folder->path() + "/runs/busy"), QList<int>());
    QVERIFY(!life.cancel("nobody"));
}

void SchedulerTest::takesUpARunningRun()
{
    Millis started = 0;
    {
        Life life(m_folder->path());
        QVERIFY(life.submit(job("long", "echo one; while [ ! -e go ]; do sleep 0.02; done; echo two")).has_value());
        QVERIFY(life.until([&] { return !log("long").isEmpty(); }));
        started = life.run("long").started;
    }
    Life next(m_folder->path());
    next.scheduler.start();
    QVERIFY(!next.scheduler.isIdle());
    next.until([] { return false; }, 200ms);
    QCOMPARE(next.statusOf("long"), "Running");
    QVERIFY(next.submit(job("later", "echo later")).has_value());
    QVERIFY(next.reaches("later", "Provisioning"));  // its cores are still taken
    QVERIFY(QFile(QString::fromStdString(path("runs/long/work/go"))).open(QIODevice::WriteOnly));
    QVERIFY(next.reaches("long", "Completed"));
    QVERIFY(next.reaches("later", "Completed"));
    QCOMPARE(log("long"), QByteArray("one\ntwo\n"));
    QCOMPARE(next.run("long").started, started);
    QCOMPARE(next.phases("long"), QStringList({"Queued", "Preparing", "Scaling", "Running", "Finalizing"}));
}

void SchedulerTest::beginsAgainWhatWasPreparing()
{
    std::filesystem::rename(path("environments/" + m_key), path("environments/aside"));
    {
        const auto building = BuildFolder::open(path("environments"), m_key);
        Life life(m_folder->path());
        QVERIFY(life.submit(job("again", "echo ran >> ../count; echo once")).has_value());
        QVERIFY(life.reaches("again", "Preparing"));
    }
    std::filesystem::rename(path("environments/aside"), path("environments/" + m_key));
    Life next(m_folder->path());
    next.scheduler.start();
    QVERIFY(next.reaches("again", "Completed"));
    QCOMPARE(log("again"), QByteArray("once\n"));
    QCOMPARE(content("runs/again/count"), QByteArray("ran\n"));
}

void SchedulerTest::endsWhatWasToBeCancelled()
{
    {
        Life life(m_folder->path());
        QVERIFY(life.submit(job("live", "echo started; sleep 1000")).has_value());
        QVERIFY(life.until([&] { return !log("live").isEmpty(); }));
        QVERIFY(life.submit(job("waiting", "echo never")).has_value());
        QVERIFY(life.reaches("waiting", "Provisioning"));
        for (const char* id : {"live", "waiting"}) {
            RunChange change;
            change.status = "CancelRequested";
            detach(life.context, [](Life& service, std::string run, RunChange what) -> Task<> { co_await service.runs.change(run, what); }(life, id, change));
        }
        QVERIFY(life.reaches("live", "CancelRequested") && life.reaches("waiting", "CancelRequested"));
    }
    Life next(m_folder->path());
    next.scheduler.start();
    QVERIFY(next.reaches("live", "Canceled") && next.reaches("waiting", "Canceled"));
    QCOMPARE(leftoversOf(m_folder->path() + "/runs/live"), QList<int>());
    QVERIFY(next.until([&] { return next.scheduler.isIdle(); }));
}

QTEST_GUILESS_MAIN(SchedulerTest)
#include "scheduler_test.moc"
