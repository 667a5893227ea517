#include "client/client.h"
#include "core/hash.h"
#include "support/backend.h"
#include "support/serviceprocess.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <csignal>
#include <fstream>

using namespace runyard;
using namespace runyard::client;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(stream)), {});
}

void write(const fs::path& file, const std::string& content)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

const char* const Options = R"(
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--data-folder", required=True)
parser.add_argument("--batch-size", type=int, default=50)
parser.add_argument("--optimizer", choices=["adam", "sgd"])
parser.add_argument("--fast", action="store_true")
args = parser.parse_args()
)";

bool says(const EstimatorReport& report, Check::Level level, const char* words)
{
    return std::any_of(report.checks.begin(), report.checks.end(), [&](const Check& check) { return check.level == level && check.sentence.find(words) != std::string::npos; });
}

std::string all(const EstimatorReport& report)
{
    std::string text;
    for (const Check& check : report.checks)
        text += check.sentence + '\n';
    return text;
}

} // namespace

// The areas of the client against a real service, which the client itself starts.
class ClientTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ServiceProcess> m_service;
    std::unique_ptr<QTemporaryDir> m_place;
    std::unique_ptr<Client> m_client;  // its Tasks run on the backend's thread
    std::unique_ptr<Backend> m_backend;

    fs::path path(const std::string& name) const { return fs::path(m_place->path().toStdString()) / name; }

    Result<UploadSummary> upload(const fs::path& source, const std::string& target, Overwrite overwrite)
    {
        Collected<TransferProgress> progress(m_backend->context);
        UploadRequest request;
        request.sources = {source};
        request.target = target;
        request.overwrite = overwrite;
        return m_backend->wait(m_client->datastores.upload(request, progress.sink()));
    }

    Result<> download(const std::string& from, const fs::path& to, Overwrite overwrite)
    {
        Collected<TransferProgress> progress(m_backend->context);
        return m_backend->wait(m_client->datastores.download("", from, to, overwrite, progress.sink()));
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_place = std::make_unique<QTemporaryDir>();
        m_service = std::make_unique<ServiceProcess>(ServiceProcess::Start::Later);
        m_backend = std::make_unique<Backend>();
        m_client = std::make_unique<Client>(m_backend->transport, m_service->folder(), ServiceProcess::program());
        QElapsedTimer clock;
        clock.start();
        auto workspace = m_backend->wait(m_client->service.open());
        QVERIFY2(workspace, workspace ? "" : (workspace.error().message + workspace.error().detail).c_str());
        qInfo("service started and answered in %lld ms", clock.elapsed());
        QVERIFY(!workspace->name.empty());
        QVERIFY(m_service->worker() > 0);
    }

    void cleanupTestCase()
    {
        m_backend.reset();  // first the thread, then what its Tasks used
        m_client.reset();
        m_service.reset();
    }

    void uploadsAndDownloads()
    {
        const fs::path source = path("up");
        const std::vector<std::string> names = {"a.txt", "sub folder/b ü 漢字.bin", "sub folder/deep/empty", std::string(255, 'n'), "per%41cent+plus&amp;.txt"};
        for (const std::string& name : names)
            write(source / name, name.ends_with("empty") ? "" : "content of " + name);
        auto first = upload(source, "mnist", Overwrite::No);
        QVERIFY2(first, first ? "" : (first.error().message + first.error().detail).c_str());
        QCOMPARE(first->uploaded, 5);
        auto again = upload(source, "mnist/", Overwrite::No);
        QVERIFY2(again, again ? "" : (again.error().message + again.error().detail).c_str());
        QCOMPARE(again->skipped, 5);
        write(source / "a.txt", "changed");
        QCOMPARE(upload(source, "mnist", Overwrite::Yes)->uploaded, 5);
        auto level = m_backend->wait(m_client->datastores.browse("", "mnist/"));
        QVERIFY(level);
        QCOMPARE(level->size(), std::size_t(4));
        auto tree = m_backend->wait(m_client->datastores.walk("", "mnist/"));
        QCOMPARE(tree->size(), std::size_t(5));
        for (const auto& blob : *tree)
            QCOMPARE(blob.metadata.at("sha256").size(), std::size_t(64));
        QCOMPARE(*m_backend->wait(m_client->datastores.head("", "mnist/a.txt", 4)), std::string("chan"));

        auto down = download("mnist", path("down"), Overwrite::No);
        QVERIFY2(down, down ? "" : (down.error().message + down.error().detail).c_str());
        for (const std::string& name : names)
            QCOMPARE(contentOf(path("down") / name), contentOf(source / name));
        auto refused = download("mnist", path("down"), Overwrite::No);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, Error::Code::Conflict);
        write(path("down") / "old", "old");
        QVERIFY(download("mnist", path("down"), Overwrite::Yes));
        QVERIFY(!fs::exists(path("down") / "old"));
        QVERIFY(!download("nothing-there", path("none"), Overwrite::No));
        QVERIFY(!fs::exists(path("none")));
        QTRY_VERIFY(std::none_of(fs::directory_iterator(path("")), fs::directory_iterator(), [](const auto& entry) { return entry.path().extension() == ".part"; }));
    }

    void largeFilesGoInBlocksAcrossARestart()
    {
        const fs::path file = path("large.bin");
        std::string block(1 << 20, '\0');
        {
            std::ofstream stream(file, std::ios::binary);
            for (int i = 0; i < 150; ++i) {
                std::fill(block.begin(), block.end(), static_cast<char>(i));
                stream << block;
            }
        }
        Collected<TransferProgress> progress(m_backend->context);
        UploadRequest request;
        request.sources = {file};
        request.target = "large";
        const auto answer = std::make_shared<std::promise<Result<UploadSummary>>>();
        m_backend->start(m_client->datastores.upload(request, progress.sink()), answer);
        QTRY_VERIFY_WITH_TIMEOUT(progress.last() && progress.last()->done >= (16 << 20), 20'000);
        m_service->killWorker();
        const auto sent = answer->get_future().get();
        QVERIFY2(sent, sent ? "" : (sent.error().message + sent.error().detail).c_str());
        QCOMPARE(sent->uploaded, 1);
        QTRY_COMPARE(progress.last()->done, std::int64_t(150) << 20);

        const auto got = std::make_shared<std::promise<Result<>>>();
        Collected<TransferProgress> down(m_backend->context);
        m_backend->start(m_client->datastores.download("", "large", path("large"), Overwrite::No, down.sink()), got);
        QTRY_VERIFY_WITH_TIMEOUT(down.last() && down.last()->done > 0, 20'000);
        m_service->killWorker();
        const auto whole = got->get_future().get();
        QVERIFY2(whole, whole ? "" : (whole.error().message + whole.error().detail).c_str());
        QVERIFY(contentOf(path("large") / "large.bin") == contentOf(file));
    }

    void badUploadsAreRefusedWhole()
    {
        fs::create_directories(path("hollow/inside"));
        auto hollow = upload(path("hollow"), "hollow", Overwrite::No);
        QVERIFY(!hollow);
        QVERIFY(hollow.error().message.find("holds no files") != std::string::npos);

        write(path("odd/good"), "good");
        fs::create_directory_symlink(path("odd"), path("odd/loop"));
        fs::create_directories(path("odd/hollow/deep"));
        QCOMPARE(::mkfifo(path("odd/pipe").c_str(), 0600), 0);
        auto odd = upload(path("odd"), "odd", Overwrite::No);
        QVERIFY(odd);
        QCOMPARE(odd->uploaded, 1);
        QCOMPARE(odd->notes.size(), std::size_t(3));  // the loop, the pipe, the empty folder

        write(path("bad/good"), "good");
        fs::create_symlink(path("gone"), path("bad/dangling"));
        auto bad = upload(path("bad"), "bad", Overwrite::No);
        QVERIFY(!bad);
        QVERIFY(bad.error().message.find("dangling") != std::string::npos);
        QVERIFY(m_backend->wait(m_client->datastores.walk("", "bad/"))->empty());
        QVERIFY(!upload(path("odd"), "../outside", Overwrite::No));
        QVERIFY(!upload(path("missing"), "x", Overwrite::No));
        auto both = upload(path("odd/good"), "odd/good", Overwrite::No);  // "odd/good" is a file
        QVERIFY(!both);
        QCOMPARE(both.error().code, Error::Code::Conflict);
    }

    void computesAreFoundOrMade()
    {
        const auto sizes = m_backend->wait(m_client->computes.sizes());
        QVERIFY(sizes && !sizes->empty());
        api::Compute wanted;
        wanted.name = "cpu-cluster";
        wanted.vmSize = sizes->front().name;
        auto made = m_backend->wait(m_client->computes.findOrCreate(wanted));
        QVERIFY2(made, made ? "" : (made.error().message + made.error().detail).c_str());
        QCOMPARE(made->provisioningState, std::string("Succeeded"));
        QVERIFY(m_backend->wait(m_client->computes.findOrCreate(wanted)));
        if (sizes->size() > 1) {
            wanted.vmSize = sizes->back().name;
            auto other = m_backend->wait(m_client->computes.findOrCreate(wanted));
            QVERIFY(!other);
            QCOMPARE(other.error().code, Error::Code::Conflict);
        }
        wanted.name = "x";
        QCOMPARE(m_backend->wait(m_client->computes.findOrCreate(wanted)).error().code, Error::Code::Invalid);
    }

    void aBrokenPythonInThePathDoesNotMatter()
    {
        write(path("bin/python3"), "#!/bin/sh\nexit 1\n");
        fs::permissions(path("bin/python3"), fs::perms::owner_all);
        write(path("plain/train.py"), Options);
        EstimatorDraft draft;
        draft.sourceFolder = path("plain");
        draft.entryScript = "train.py";
        draft.compute = "this-computer";
        draft.experiment = "mnist";
        draft.environment.framework = "";
        const QByteArray before = qgetenv("PATH");
        qputenv("PATH", QByteArray::fromStdString(path("bin").string()) + ':' + before);
        const auto report = m_backend->wait(m_client->estimators.check(draft));
        qputenv("PATH", before);
        QCOMPARE(report->options.size(), std::size_t(4));
    }

    void draftsAreChecked()
    {
        write(path("source/train.py"), Options);
        write(path("source/__pycache__/train.pyc"), "no");
        write(path("source/.venv/lib/module.py"), "no");
        EstimatorDraft draft;
        draft.sourceFolder = path("source");
        draft.entryScript = "train.py";
        draft.compute = "this-computer";
        draft.experiment = "mnist";
        draft.environment.framework = "";
        draft.parameters = {{"--data-folder", "mnist", ScriptParameter::Kind::DataMount, {}}, {"--batch-size", "50", ScriptParameter::Kind::Literal, {}}};
        auto good = *m_backend->wait(m_client->estimators.check(draft));
        QVERIFY2(good.canSubmit, all(good).c_str());
        QCOMPARE(good.files, 1);
        QCOMPARE(good.options.size(), std::size_t(4));
        QCOMPARE(good.commandLine, std::string("python train.py --data-folder ${{inputs.data_folder}} --batch-size 50"));
        QElapsedTimer clock;
        clock.start();
        (void)m_backend->wait(m_client->estimators.check(draft));
        QVERIFY2(clock.elapsed() < 300, qPrintable(QString::number(clock.elapsed())));

        write(path("shared/helper.py"), "pass");
        fs::create_directory_symlink(path("shared"), path("source/lib"));
        fs::create_directory_symlink(path("source"), path("source/lib/back"));
        good = *m_backend->wait(m_client->estimators.check(draft));
        QVERIFY2(good.canSubmit, all(good).c_str());
        QCOMPARE(good.files, 2);
        fs::create_symlink(path("nowhere"), path("source/lost"));
        const auto adrift = *m_backend->wait(m_client->estimators.check(draft));
        QVERIFY(!adrift.canSubmit);
        QVERIFY2(all(adrift).find("“lost” is a link to something that does not exist") != std::string::npos, all(adrift).c_str());
        fs::remove(path("source/lost"));
        fs::remove(path("source/lib"));

        draft.parameters = {{"--batch-size", "many", ScriptParameter::Kind::Literal, {}}, {"--optimizer", "best", ScriptParameter::Kind::Literal, {}}, {"--unknown", "1", ScriptParameter::Kind::Literal, {}}};
        draft.environment.pipPackages = {"numpy>=1.2,<3", "bad package", "scipy=1.0", "-r x", "requests[socks]==2.*; python_version>'3'"};
        draft.compute = "nowhere";
        draft.experiment = "";
        const auto bad = *m_backend->wait(m_client->estimators.check(draft));
        QVERIFY(!bad.canSubmit);
        for (const char* words : {"takes a whole number", "takes one of adam, sgd", "no option “--unknown”", "requires “--data-folder”", "bad package", "“==”", "option of pip", "no compute “nowhere”", "experiment a name"})
            QVERIFY2(says(bad, Check::Level::Error, words), (std::string(words) + "\nnot in\n" + all(bad)).c_str());
        QVERIFY(!says(bad, Check::Level::Error, "numpy"));
        QVERIFY(!says(bad, Check::Level::Error, "requests"));

        draft.parameters = {{"--data-folder", "not-there", ScriptParameter::Kind::DataMount, {}}};
        draft.entryScript = "../outside.py";
        const auto lost = *m_backend->wait(m_client->estimators.check(draft));
        QVERIFY(says(lost, Check::Level::Error, "outside the source folder"));
        QVERIFY(says(lost, Check::Level::Error, "nothing at “not-there”"));
    }

    void draftsComeBackFromJobs()
    {
        EstimatorDraft draft;
        draft.sourceFolder = "/some where/source";
        draft.entryScript = "my train.py";
        draft.parameters = {{"--data-folder", "mnist", ScriptParameter::Kind::DataMount, "workspaceblobstore"}, {"--name", "it's 50% $HOME \"x\"", ScriptParameter::Kind::Literal, {}},
            {"--rate", "-0.5", ScriptParameter::Kind::Literal, {}}, {"--fast", "", ScriptParameter::Kind::Literal, {}}, {"--out", "results", ScriptParameter::Kind::DataUpload, "workspaceblobstore"}};
        draft.environment.frameworkVersion = "2.21";
        draft.environment.pipPackages = {"numpy", "scipy>=1"};
        draft.compute = "cpu-cluster";
        draft.experiment = "mnist";
        const auto back = Estimators::fromJob(Estimators::toJob(draft));
        QCOMPARE(back.sourceFolder, draft.sourceFolder);
        QCOMPARE(back.entryScript, draft.entryScript);
        QCOMPARE(back.parameters.size(), draft.parameters.size());
        for (std::size_t i = 0; i < draft.parameters.size(); ++i) {
            QCOMPARE(back.parameters[i].name, draft.parameters[i].name);
            QCOMPARE(back.parameters[i].value, draft.parameters[i].value);
            QVERIFY(back.parameters[i].kind == draft.parameters[i].kind);
        }
        QCOMPARE(back.environment.pipPackages, draft.environment.pipPackages);
        QCOMPARE(back.compute, draft.compute);
    }

    void aRunFromSubmissionToDownload()
    {
        write(path("run/train.py"), "import os, sys\nos.makedirs('outputs/model')\nopen('outputs/model/weights', 'w').write('w' * 1000)\nprint('hello', sys.argv[1:])\n");
        EstimatorDraft draft;
        draft.sourceFolder = path("run");
        draft.entryScript = "train.py";
        draft.parameters = {{"--text", "two words; $HOME", ScriptParameter::Kind::Literal, {}}};
        draft.environment.framework = "";
        draft.compute = "this-computer";
        draft.experiment = "whole";
        Collected<SubmitProgress> progress(m_backend->context);
        auto job = m_backend->wait(m_client->estimators.submit(draft, progress.sink()));
        QVERIFY2(job, job ? "" : (job.error().message + job.error().detail).c_str());
        Collected<LogChunk> logs(m_backend->context);
        auto followed = m_backend->wait(m_client->runs.followLogs(job->name, logs.sink()), 120s);
        QVERIFY2(followed, followed ? "" : (followed.error().message + followed.error().detail).c_str());
        const auto details = m_backend->wait(m_client->runs.details(job->name));
        QCOMPARE(details->status, std::string("Completed"));
        std::string text;
        for (const auto& chunk : logs.values())
            text += chunk.file == "user_logs/std_log.txt" ? chunk.bytes : std::string();
        QVERIFY2(text.find("hello ['--text', 'two words; $HOME']") != std::string::npos, text.c_str());
        const auto runs = m_backend->wait(m_client->runs.list());
        QVERIFY(runs);
        QVERIFY(std::any_of(runs->begin(), runs->end(), [&](const auto& run) { return run.id == job->name && run.status == "Completed" && run.experimentName == "whole"; }));
        const auto snapshot = m_backend->wait(m_client->runs.snapshot(job->name));
        QVERIFY2(snapshot, snapshot ? "" : (snapshot.error().message + snapshot.error().detail).c_str());
        QCOMPARE(snapshot->size(), std::size_t(1));
        QCOMPARE(*m_backend->wait(m_client->runs.snapshotFile(job->name, "train.py", 10'000)), contentOf(path("run/train.py")));
        QCOMPARE(m_backend->wait(m_client->runs.artifact(job->name, "outputs/model/weights", 3)).value_or("?"), std::string("www"));
        const auto kept = m_backend->wait(m_client->runs.artifacts(job->name));
        QVERIFY(kept);
        const auto weights = std::find_if(kept->begin(), kept->end(), [](const auto& blob) { return blob.name == "outputs/model/weights"; });
        QVERIFY(weights != kept->end());
        QCOMPARE(weights->metadata.at("sha256"), sha256Hex(std::string(1000, 'w')));
        QVERIFY(!weights->md5.empty());
        registerAndDownload(job->name);
    }

private:
    void registerAndDownload(const std::string& run)
    {
        RegisterRequest request;
        request.runId = run;
        request.path = "outputs/model";
        request.name = "tf-mnist";
        for (const char* version : {"1", "2"}) {
            auto made = m_backend->wait(m_client->models.registerFromRun(request));
            QVERIFY2(made, made ? "" : (made.error().message + made.error().detail).c_str());
            QCOMPARE(made->version, std::string(version));
        }
        const auto versions = m_backend->wait(m_client->models.versions("tf-mnist"));
        QCOMPARE(versions->size(), std::size_t(2));
        QCOMPARE(versions->front().version, std::string("2"));
        QCOMPARE(versions->front().jobName, run);
        Collected<TransferProgress> progress(m_backend->context);
        auto got = m_backend->wait(m_client->models.download("tf-mnist", "1", path("model"), Overwrite::No, progress.sink()));
        QVERIFY2(got, got ? "" : (got.error().message + got.error().detail).c_str());
        QCOMPARE(contentOf(path("model/weights")), std::string(1000, 'w'));
        request.path = "outputs/nothing";
        QVERIFY(!m_backend->wait(m_client->models.registerFromRun(request)));
    }

private Q_SLOTS:
    void watchesOverDeaths()
    {
        Collected<ServiceState> states(m_backend->context);
        const Job watching = m_backend->start(m_client->service.watch(states.sink()));
        const auto isReady = [&] { return states.last() && states.last()->kind == ServiceState::Kind::Ready; };
        QTRY_VERIFY_WITH_TIMEOUT(isReady(), 10'000);
        const pid_t before = m_service->worker();
        m_service->killParent();
        QTRY_VERIFY_WITH_TIMEOUT(m_service->worker() > 0 && m_service->worker() != before, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(isReady(), 10'000);
        const pid_t worker = m_service->worker();
        ::kill(worker, SIGSTOP);  // silent, not gone
        QTRY_VERIFY_WITH_TIMEOUT(states.last()->kind == ServiceState::Kind::Unreachable, 10'000);
        ::kill(worker, SIGCONT);
        QTRY_VERIFY_WITH_TIMEOUT(isReady(), 10'000);
        watching.cancel();
    }

    void saysWhyItCannotStart()
    {
        write(path("file"), "not a folder");
        Backend backend;
        Client none(backend.transport, path("other"), path("no-such-program"));
        auto missing = backend.wait(none.service.open());
        QVERIFY(!missing);
        QVERIFY(missing.error().message.find("missing") != std::string::npos);
        Client blocked(backend.transport, path("file/data"), ServiceProcess::program());
        auto refused = backend.wait(blocked.service.open());
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find("data folder") != std::string::npos, refused.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(ClientTest)
#include "client_test.moc"
