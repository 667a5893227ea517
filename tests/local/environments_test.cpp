#include "local/environments/environments.h"
#include "local/environments/interpreters.h"
#include "local/environments/requirements.h"
#include "core/files.h"
#include "core/job.h"
#include "support/iorun.h"

#include <QDir>
#include <QDirIterator>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <optional>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

namespace {

api::EnvironmentRequest request(std::vector<std::string> packages)
{
    api::EnvironmentRequest result;
    result.framework.clear();
    result.pipPackages = std::move(packages);
    return result;
}

// One life of a service, as far as environments go. No thread: tests turn the wheel.
struct Life {
    explicit Life(const QString& folder) : environments(context, folder.toStdString()) {}

    Result<BuiltEnvironment> prepare(api::EnvironmentRequest what)
    {
        return await(context, environments.prepare(std::move(what), [this](std::string_view line) { log += line; }), 300s);
    }

    bool isBuilt(api::EnvironmentRequest what) { return await(context, environments.isBuilt(std::move(what))); }

    Job begin(api::EnvironmentRequest what, std::string& words, std::optional<Result<BuiltEnvironment>>& answer)
    {
        return Job(context, store(std::move(what), words, answer));
    }

    Task<> store(api::EnvironmentRequest what, std::string& words, std::optional<Result<BuiltEnvironment>>& answer)
    {
        const Environments::Log keep = [&words](std::string_view line) { words += line; };
        auto result = co_await environments.prepare(std::move(what), keep);
        answer.emplace(std::move(result));
    }

    template<typename Condition>
    bool until(Condition condition, std::chrono::milliseconds limit = 120s)
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        context.restart();
        while (!condition() && std::chrono::steady_clock::now() < end)
            context.run_one_for(10ms);
        return condition();
    }

    asio::io_context context;
    std::string log;
    Environments environments;
};

QByteArray python(const BuiltEnvironment& environment, const QStringList& arguments, const QString& folder = QDir::tempPath())
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setWorkingDirectory(folder);
    process.start(QString::fromStdString(environment.python.string()), arguments);
    process.waitForFinished(240000);
    return process.exitCode() == 0 ? process.readAll() : "FAILED " + process.readAll();
}

QStringList entries(const QString& folder, const QString& prefix)
{
    return QDir(folder).entryList({prefix + "*"}, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
}

bool isKept(const std::filesystem::path& environment)
{
    const auto marker = readFile(environment / ".runyard-environment");
    return marker && *marker == "kept\n";
}

// Processes that have the folder in their command line.
QStringList processesOf(const QString& folder)
{
    QStringList result;
    for (const QString& pid : QDir("/proc").entryList(QDir::Dirs)) {
        QFile line("/proc/" + pid + "/cmdline");
        if (pid.toInt() > 0 && line.open(QIODevice::ReadOnly) && line.readAll().contains(folder.toUtf8()))
            result << pid;
    }
    return result;
}

} // namespace

class EnvironmentsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // What the system trusts counts, as a desktop started from a menu has no more than that.
        qunsetenv("SSL_CERT_FILE");
        qunsetenv("SSL_CERT_DIR");
    }
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void requirementsOfRequests()
    {
        api::EnvironmentRequest what = request({"  pandas==2.2 ", "six"});
        QCOMPARE(requirementsOf(what).value(), (std::vector<std::string>{"mlflow-skinny", "pandas==2.2", "six"}));
        what.framework = "tensorflow";
        what.frameworkVersion = "2.21";
        what.pipPackages = {"MLflow_Skinny>=2"};
        QCOMPARE(requirementsOf(what).value(), (std::vector<std::string>{"MLflow_Skinny>=2", "tensorflow==2.21.*"}));
        what.useGpu = true;
        what.frameworkVersion = "2.21.0";
        QCOMPARE(requirementsOf(what).value().back(), std::string("tensorflow[and-cuda]==2.21.0"));
        what.frameworkVersion = "2.21; rm -rf";
        QCOMPARE(requirementsOf(what).error().code, Error::Code::Invalid);
        what = request({"--index-url=http://evil"});
        QCOMPARE(requirementsOf(what).error().code, Error::Code::Invalid);
    }

    void interpreterThatTheFrameworkRunsOn()
    {
        const std::vector<Interpreter> found{{"/usr/bin/python3.11", "3.11.2"}, {"/p/3.13", "3.13.0"}, {"/p/3.7", "3.7.16"}};
        api::EnvironmentRequest what;
        what.frameworkVersion = "2.21";
        QCOMPARE(interpreterFor(what, found)->version, std::string("3.11.2"));
        what.frameworkVersion = "1.13.1";
        QCOMPARE(interpreterFor(what, found)->version, std::string("3.7.16"));
        what.pythonVersion = "3.13";
        what.frameworkVersion = "2.21";
        QCOMPARE(interpreterFor(what, found)->path.string(), std::string("/p/3.13"));
        what.pythonVersion = "3.1";
        const auto none = interpreterFor(what, found);
        QCOMPARE(none.error().code, Error::Code::NotFound);
        QVERIFY2(none.error().message.find("3.11.2, 3.13.0, 3.7.16") != std::string::npos, none.error().message.c_str());
        QVERIFY(interpreterFor(what, {}).error().message.find("install the package python3") != std::string::npos);
        QCOMPARE(compareVersions("3.9", "3.10"), -1);
        QCOMPARE(compareVersions("2.21", "2.21.0"), 0);
    }

    void interpretersOfThisMachineAreFoundAndRemembered()
    {
        const std::filesystem::path memory = (m_folder->path() + "/memory").toStdString();
        const std::string home = (m_folder->path() + "/ho'me").toStdString();
        std::filesystem::create_directories(home + "/.pyenv/versions/mine/bin");
        const std::string mine = home + "/.pyenv/versions/mine/bin/python3";
        QVERIFY(writeFileDurably(mine, "#!/bin/sh\necho asked >>\"$0.log\"\nexec /usr/bin/python3 \"$@\"\n", 0755));
        std::filesystem::create_directories(home + "/.pyenv/versions/broken/bin");
        QVERIFY(writeFileDurably(home + "/.pyenv/versions/broken/bin/python3", "#!/bin/false\n", 0755));
        const auto first = Interpreters(memory, {{"HOME", home}}).all();
        QVERIFY(!first.empty());
        QCOMPARE(first.front().path, std::filesystem::canonical("/usr/bin/python3"));
        QCOMPARE(first.back().path.string(), mine);
        QCOMPARE(first.back().version, first.front().version);
        QCOMPARE(Interpreters(memory, {{"HOME", home}}).all().size(), first.size());
        QCOMPARE(readFile(mine + ".log").value_or(""), "asked\n");  // once, not again
    }

    void anEnvironmentIsBuiltOnce()
    {
        {
            Life life(m_folder->path());
            QVERIFY(!life.isBuilt(request({"six"})));
            const auto built = life.prepare(request({"six"}));
            QVERIFY2(built, built ? "" : built.error().message.c_str());
            QVERIFY(!built->wasCached);
            QVERIFY2(life.log.find("+ six==") != std::string::npos, life.log.c_str());
            QCOMPARE(python(*built, {"-c", "import six, mlflow, sys; print(sys.prefix)"}).trimmed(), QByteArray::fromStdString(built->folder.string()));
            QProcess tool;
            tool.start(QString::fromStdString((built->folder / "bin/mlflow").string()), {"--version"});
            QVERIFY(tool.waitForFinished() && tool.exitCode() == 0);
            QVERIFY(readFile(built->folder / "requirements.lock")->find("six==") != std::string::npos);
            QVERIFY(life.until([&] { return isKept(built->folder); }));
        }
        Life later(m_folder->path());
        QVERIFY(later.isBuilt(request({" six"})));
        QVERIFY(!later.isBuilt(request({"six", "toml"})));
        const auto again = later.prepare(request({"six"}));
        QVERIFY(again && again->wasCached);
        QVERIFY(later.log.empty());
    }

    void aPackageThatDoesNotExistLeavesTheResolversWordsAndNothingElse()
    {
        Life life(m_folder->path());
        const auto built = life.prepare(request({"six", "no-such-package-of-runyard"}));
        QVERIFY(!built);
        QCOMPARE(built.error().code, Error::Code::Invalid);
        QVERIFY2(built.error().message.find("no-such-package-of-runyard was not found in the package registry") != std::string::npos,
                 built.error().message.c_str());
        const auto words = life.log.rfind("no-such-package-of-runyard was not found");
        QVERIFY2(words != std::string::npos && life.log.size() - words < 400, life.log.c_str());
        QCOMPARE(entries(m_folder->path(), ".building"), QStringList());
        QVERIFY(!life.isBuilt(request({"six", "no-such-package-of-runyard"})));
    }

    void concurrentRequestsBuildOnceAndBothHearIt()
    {
        Life life(m_folder->path());
        std::array<std::string, 3> logs;
        std::array<std::optional<Result<BuiltEnvironment>>, 3> answers;
        const auto one = life.begin(request({"six"}), logs[0], answers[0]);
        const auto two = life.begin(request({"six"}), logs[1], answers[1]);
        const auto bad = life.begin(request({"no-such-package-of-runyard"}), logs[2], answers[2]);
        QVERIFY(life.until([&] { return answers[0] && answers[1] && answers[2]; }));
        QVERIFY(answers[0]->has_value() && answers[1]->has_value() && !answers[2]->has_value());
        QCOMPARE((*answers[0])->folder, (*answers[1])->folder);
        const auto count = [&](const char* words) { return QByteArray::fromStdString(logs[0] + logs[1]).count(words); };
        QCOMPARE(count("Building the environment"), 1);
        QCOMPARE(count("+ six=="), 2);
    }

    void cancellingKillsTheInstallerAndAnotherRequestTakesOver()
    {
        Life life(m_folder->path());
        std::array<std::string, 2> logs;
        std::array<std::optional<Result<BuiltEnvironment>>, 2> answers;
        const auto one = life.begin(request({"six"}), logs[0], answers[0]);
        QVERIFY(life.until([&] { return !processesOf(m_folder->path()).isEmpty(); }));
        const auto running = processesOf(m_folder->path());
        const auto two = life.begin(request({"six"}), logs[1], answers[1]);
        one.cancel();
        QVERIFY(life.until([&] { return answers[1].has_value(); }));
        for (const QString& pid : running)
            QVERIFY(!processesOf(m_folder->path()).contains(pid));
        QVERIFY(!answers[0]);
        QVERIFY2(answers[1]->has_value(), answers[1]->has_value() ? "" : answers[1]->error().message.c_str());
        QVERIFY(logs[1].find("Building the environment") != std::string::npos);
        QCOMPARE(entries(m_folder->path(), ".building"), QStringList());
    }

    void whatAKilledBuildLeftIsNeverUsed()
    {
        Life life(m_folder->path());
        const auto built = life.prepare(request({"six"}));
        QVERIFY(built);
        QVERIFY(life.until([&] { return isKept(built->folder); }));
        QVERIFY(QFile::remove(QString::fromStdString((built->folder / ".runyard-environment").string())));
        QVERIFY(writeFileDurably(built->folder / "junk", ""));
        QVERIFY(QDir(m_folder->path()).mkdir(".building-0123456789abcdef-1"));
        QVERIFY(!life.isBuilt(request({"six"})));
        const auto again = life.prepare(request({"six"}));
        QVERIFY(again && !again->wasCached);
        QVERIFY(!std::filesystem::exists(again->folder / "junk"));
        QCOMPARE(entries(m_folder->path(), ".building"), QStringList());
        // Built before a crash of the machine, and not known to have reached the disk.
        QVERIFY(life.until([&] { return isKept(built->folder); }));
        QVERIFY(writeFileDurably(again->folder / ".runyard-environment", "built 00000000-0000-0000-0000-000000000000\n"));
        QVERIFY(!life.isBuilt(request({"six"})));
    }

    void anotherProcessBuildingTheSameIsWaitedFor()
    {
        Life life(m_folder->path());
        const auto built = life.prepare(request({"six"}));
        QVERIFY(built);
        const auto lockFile = m_folder->path().toStdString() + "/." + built->key + ".lock";
        std::filesystem::rename(built->folder, m_folder->path().toStdString() + "/aside");
        const int lock = ::open(lockFile.c_str(), O_RDWR | O_CLOEXEC);
        QVERIFY(::flock(lock, LOCK_EX) == 0);
        std::string log;
        std::optional<Result<BuiltEnvironment>> answer;
        const auto job = life.begin(request({"six"}), log, answer);
        QVERIFY(!life.until([&] { return answer.has_value(); }, 700ms));
        std::filesystem::rename(m_folder->path().toStdString() + "/aside", built->folder);
        ::close(lock);
        QVERIFY(life.until([&] { return answer.has_value(); }, 5s));
        QVERIFY(answer->has_value());
        QVERIFY(log.empty());
    }

    void aFullDiskIsSaidSo()
    {
        const auto folder = m_folder->path().toStdString();
        if (::mount("none", folder.c_str(), "tmpfs", 0, "size=2m") != 0)
            QSKIP("needs the right to mount a small file system");
        {
            Life life(m_folder->path());
            const auto built = life.prepare(request({"six"}));
            QVERIFY(!built);
            QCOMPARE(built.error().code, Error::Code::Storage);
            QVERIFY2(built.error().message.find("no space left") != std::string::npos, built.error().message.c_str());
            QCOMPARE(entries(m_folder->path(), ".building"), QStringList());
        }
        ::umount2(folder.c_str(), MNT_DETACH);
    }

    void aMissingInstallerIsSaidSo()
    {
        const QByteArray path = qgetenv("PATH");
        const QByteArray uv = qgetenv("RUNYARD_UV");
        const QByteArray data = qgetenv("XDG_DATA_HOME");
        qputenv("PATH", "/nowhere");
        qputenv("RUNYARD_UV", "/nowhere/uv");
        qputenv("XDG_DATA_HOME", m_folder->path().toUtf8());
        Life life(m_folder->path());
        const auto built = life.prepare(request({"six"}));
        qputenv("PATH", path);
        uv.isNull() ? qunsetenv("RUNYARD_UV") : qputenv("RUNYARD_UV", uv);
        data.isNull() ? qunsetenv("XDG_DATA_HOME") : qputenv("XDG_DATA_HOME", data);
        QVERIFY(!built);
        QVERIFY2(built.error().message.find("packaging/build") != std::string::npos, built.error().message.c_str());
    }

    void theExampleTrainsInAnEnvironmentWithTensorFlow()
    {
        Life life(m_folder->path());
        api::EnvironmentRequest what;
        what.frameworkVersion = "2.21";
        const auto built = life.prepare(what);
        QVERIFY2(built, built ? "" : (built.error().message + life.log).c_str());
        const QString work = m_folder->path() + "/work";
        QVERIFY(QDir().mkpath(work));
        const QString resources = QString::fromStdString(resourceFolder().string());
        qputenv("PYTHONPATH", (resources + "/python/site").toUtf8());
        const QByteArray said = python(*built, {resources + "/examples/tf-mnist/tf_mnist.py", "--data-folder", "/usr/share/datasets/fashion-mnist",
                                                "--epochs", "1", "--batch-size", "100"}, work);
        qunsetenv("PYTHONPATH");
        QVERIFY2(said.contains("Attempted to log scalar metric training_acc:"), said.constData());
        const auto at = said.indexOf("Final accuracy: ");
        QVERIFY2(at > 0 && said.mid(at + 16, 6).toDouble() > 0.75, said.constData());
        const QByteArray loaded = python(*built, {"-c", "import tensorflow as tf\nm = tf.saved_model.load('outputs/model')\n"
                                                        "print('shape', m.serve(tf.zeros((3, 784))).shape)"}, work);
        QVERIFY2(loaded.contains("shape (3, 10)"), loaded.constData());
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(EnvironmentsTest)
#include "environments_test.moc"
