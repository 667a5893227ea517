#include "local/runs/attempt.h"
#include "local/runs/supervisor.h"
#include "support/attemptprobe.h"
#include "support/iorun.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QTemporaryDir>

#include <memory>
#include <optional>

using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

namespace {

// One life of the service, as far as supervision goes.
struct Life {
    explicit Life(const QString& folder)
        : supervisor(context, folder.toStdString(), shimProgram().toStdString(), [this](const std::string& id) { ++grew[id]; }) {}

    Result<Exit> run(Launch launch) { return await(context, supervisor.run(std::move(launch))); }
    Result<Exit> resume(const std::string& id) { return await(context, supervisor.resume(id)); }
    Result<bool> cancel(const std::string& id, const std::string& reason) { return await(context, cancelled(id, reason)); }
    Task<Result<bool>> cancelled(std::string id, std::string reason)
    {
        auto told = co_await supervisor.cancel(id, reason);
        if (!told)
            co_return Failure(told.error());
        co_return true;
    }
    // Sets a run going without waiting for its end.
    void begin(Launch launch)
    {
        asio::co_spawn(context, supervisor.run(std::move(launch)), [this](std::exception_ptr, Result<Exit> answer) { ended.emplace(std::move(answer)); });
    }
    template<typename Condition>
    bool until(Condition condition, std::chrono::milliseconds limit = 20s)
    {
        return runUntil(context, condition, limit);
    }

    asio::io_context context;
    std::map<std::string, int> grew;
    std::optional<Result<Exit>> ended;
    Supervisor supervisor;
};

} // namespace

class SupervisorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void runsToTheEnd();
    void saysHowItEnded_data();
    void saysHowItEnded();
    void tellsOfGrowingLogs();
    void takesUpARunningRun();
    void collectsWhatEndedMeanwhile();
    void cancelsWhileStarting();
    void cancelsWhileRunning();
    void cancelsInTheNextLife();
    void refusesToCancelTheUnknown();
    void losesACrashedShim();
    void losesAShimWhileDown();
    void knowsARestartOfTheComputer();
    void startsWhatWasOnlyIntended();
    void refusesBadNames();
    void doesNotTakeATornRecordForAnEnd();

private:
    Launch launch(const std::string& script, const std::string& id = "test_run") const
    {
        Launch made;
        made.runId = id;
        made.argv = {"sh", "-c", script};
        made.environment = {{"PATH", qgetenv("PATH").toStdString()}, {"GREETING", "hällo"}};
        made.graceSeconds = 1;
        return made;
    }
    QString path(const QString& name, const QString& id = "test_run") const { return m_folder->path() + '/' + id + '/' + name; }
    QByteArray log() const { return contentOf(path("user_logs/std_log.txt")); }
    QList<int> leftovers() const { return leftoversOf(path("").chopped(1)); }
    int shimPid() const { return jsonOf(path("attempts/1/started.json"))["shimPid"].toInt(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void SupervisorTest::runsToTheEnd()
{
    Life life(m_folder->path());
    const auto exit = life.run(launch("echo $GREETING $RUNYARD_RUN_ID; pwd; mkdir outputs; echo model > outputs/model"));
    QVERIFY2(exit.has_value(), exit ? "" : exit.error().message.c_str());
    QCOMPARE(exit->reason, Exit::Reason::Completed);
    QVERIFY(exit->started > 0 && exit->ended >= exit->started);
    QCOMPARE(log(), "hällo test_run\n" + path("work").toUtf8() + "\n");
    QVERIFY(life.supervisor.isKnown("test_run"));
    QCOMPARE(life.supervisor.logSizes("test_run").at("user_logs/std_log.txt"), log().size());

    const RunFolder folder(life.supervisor.folderOf("test_run"));
    QVERIFY(folder.sealOutputs().has_value());
    const auto files = QJsonDocument::fromJson(contentOf(path("record/outputs.json"))).array();
    QCOMPARE(files.size(), 2);
    QCOMPARE(files[0]["name"].toString(), "outputs/model");
    QCOMPARE(files[0]["size"].toInt(), 6);
    QCOMPARE(files[1]["sha256"].toString().toLatin1(), QCryptographicHash::hash(log(), QCryptographicHash::Sha256).toHex());
}

void SupervisorTest::saysHowItEnded_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("reason");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("3") << "exit 3" << int(Exit::Reason::Failed) << "The script ended with exit code 3.";
    QTest::newRow("TERM") << "kill -TERM $$" << int(Exit::Reason::Signalled) << "The script was ended by signal 15 (Terminated).";
    QTest::newRow("KILL") << "kill -KILL $$" << int(Exit::Reason::Signalled) << "The script was ended by signal 9 (Killed). If nobody sent it, memory may have run out.";
}

void SupervisorTest::saysHowItEnded()
{
    QFETCH(QString, script);
    QFETCH(int, reason);
    QFETCH(QString, sentence);
    Life life(m_folder->path());
    const auto exit = life.run(launch(script.toStdString()));
    QVERIFY(exit.has_value());
    QCOMPARE(int(exit->reason), reason);
    QCOMPARE(QString::fromStdString(exit->sentence), sentence);
}

void SupervisorTest::tellsOfGrowingLogs()
{
    Life life(m_folder->path());
    life.begin(launch("for i in 1 2 3 4 5; do echo $i; sleep 0.1; done"));
    QVERIFY(life.until([&] { return life.ended.has_value(); }));
    QVERIFY2(life.grew["test_run"] >= 5 && life.grew["test_run"] < 40, qPrintable(QString::number(life.grew["test_run"])));

    life.ended.reset();
    life.grew.clear();
    life.begin(launch("dd if=/dev/zero bs=1000 count=100000 2>/dev/null", "flood"));
    QElapsedTimer time;
    time.start();
    QVERIFY(life.until([&] { return life.ended.has_value(); }));
    QVERIFY(life.grew["flood"] >= 1 && life.grew["flood"] <= time.elapsed() / 2 + 5);
    QCOMPARE(life.supervisor.logSizes("flood").at("user_logs/std_log.txt"), 100'000'000);
}

void SupervisorTest::takesUpARunningRun()
{
    {
        Life life(m_folder->path());
        life.begin(launch("echo one; sleep 1; echo two; exit 4"));
        QVERIFY(life.until([&] { return log().contains("one"); }));
    }
    Life next(m_folder->path());
    QVERIFY(next.supervisor.isKnown("test_run"));
    const auto exit = next.resume("test_run");
    QCOMPARE(exit->reason, Exit::Reason::Failed);
    QCOMPARE(exit->code, 4);
    QCOMPARE(log(), QByteArray("one\ntwo\n"));
    QVERIFY(next.grew["test_run"] >= 1);
}

void SupervisorTest::collectsWhatEndedMeanwhile()
{
    {
        Life life(m_folder->path());
        life.begin(launch("echo one; sleep 0.2; exit 5"));
        QVERIFY(life.until([&] { return log().contains("one"); }));
    }
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("attempts/1/exit.json")), 20'000);
    Life next(m_folder->path());
    const auto exit = next.resume("test_run");
    QCOMPARE(exit->code, 5);
    QCOMPARE(next.run(launch("echo again"))->code, 5);  // the same attempt never runs twice
    QCOMPARE(log(), QByteArray("one\n"));
}

void SupervisorTest::cancelsWhileStarting()
{
    for (int turns = 0; turns < 12; ++turns) {
        const std::string id = "run" + std::to_string(turns);
        Life life(m_folder->path());
        life.begin(launch("sleep 1000", id));
        for (int turn = 0; turn < turns; ++turn)
            life.context.run_one_for(1ms);
        if (turns == 0)
            QVERIFY(!life.cancel("nobody", "").has_value());
        QVERIFY(life.cancel(id, "Not wanted.").has_value());
        QVERIFY(life.until([&] { return life.ended.has_value(); }));
        QVERIFY(life.ended->has_value());
        QCOMPARE((*life.ended)->reason, Exit::Reason::Cancelled);
        QCOMPARE((*life.ended)->sentence, "Not wanted.");
        QCOMPARE(leftoversOf(m_folder->path() + '/' + QString::fromStdString(id)), QList<int>());
    }
}

void SupervisorTest::cancelsWhileRunning()
{
    Life life(m_folder->path());
    life.begin(launch("trap '' TERM; setsid sleep 1000 & echo ready; while :; do sleep 0.1; done"));
    QVERIFY(life.until([&] { return log().contains("ready"); }));
    QVERIFY(life.cancel("test_run", "Two\nlines.").has_value());
    QVERIFY(life.until([&] { return life.ended.has_value(); }));
    QCOMPARE((*life.ended)->reason, Exit::Reason::Cancelled);
    QCOMPARE((*life.ended)->sentence, "Two lines.");
    QCOMPARE(leftovers(), QList<int>());
}

void SupervisorTest::cancelsInTheNextLife()
{
    {
        Life life(m_folder->path());
        life.begin(launch("echo ready; sleep 1000"));
        QVERIFY(life.until([&] { return log().contains("ready"); }));
    }
    Life next(m_folder->path());
    QVERIFY(next.cancel("test_run", "Later.").has_value());
    QCOMPARE(next.resume("test_run")->sentence, "Later.");
    QVERIFY(next.cancel("test_run", "Too late.").has_value());
    QCOMPARE(next.resume("test_run")->sentence, "Later.");
}

void SupervisorTest::refusesToCancelTheUnknown()
{
    Life life(m_folder->path());
    for (const char* id : {"nobody", "", "..", "../x", "a/b"}) {
        const auto answer = life.cancel(id, "");
        QVERIFY(!answer && answer.error().code == Error::Code::NotFound);
        QVERIFY(!life.resume(id).has_value());
        QVERIFY(!life.supervisor.isKnown(id));
    }
}

// Whether a process of this session lives; one that is killed may take a moment to be gone.
static bool hasSession(int session)
{
    for (const QString& name : QDir("/proc").entryList(QDir::Dirs)) {
        const auto stat = contentOf("/proc/" + name + "/stat");
        const auto fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
        if (fields.value(3).toInt() == session && fields[0] != "Z" && fields[0] != "X")
            return true;
    }
    return false;
}

void SupervisorTest::losesACrashedShim()
{
    Life life(m_folder->path());
    life.begin(launch("setsid sh -c 'sleep 1000 & sleep 1000' & env -i sleep 1000 & echo ready; sleep 1000"));
    QVERIFY(life.until([&] { return log().contains("ready") && leftovers().size() >= 4; }));
    const int main = jsonOf(path("attempts/1/started.json"))["mainPid"].toInt();
    QElapsedTimer time;
    time.start();
    ::kill(shimPid(), SIGKILL);
    QVERIFY(life.until([&] { return life.ended.has_value(); }, 5s));
    QVERIFY(time.elapsed() < 5000);
    QCOMPARE((*life.ended)->reason, Exit::Reason::Lost);
    QCOMPARE(leftovers(), QList<int>());
    QVERIFY2(life.until([&] { return !hasSession(main); }, 5s), "something of its session is left");
    QVERIFY(time.elapsed() < 5000);
}

void SupervisorTest::losesAShimWhileDown()
{
    {
        Life life(m_folder->path());
        life.begin(launch("setsid sh -c 'sleep 1000 & sleep 1000' & echo ready; sleep 1000"));
        QVERIFY(life.until([&] { return log().contains("ready") && leftovers().size() >= 3; }));
    }
    ::kill(shimPid(), SIGKILL);
    Life next(m_folder->path());
    QCOMPARE(next.resume("test_run")->reason, Exit::Reason::Lost);
    QCOMPARE(leftovers(), QList<int>());
    QCOMPARE(next.resume("test_run")->reason, Exit::Reason::Lost);
    QCOMPARE(jsonOf(path("attempts/1/exit.json"))["reason"].toString(), "lost");
}

void SupervisorTest::knowsARestartOfTheComputer()
{
    QVERIFY(QDir().mkpath(path("attempts/1")));
    QFile file(path("attempts/1/started.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"shimPid":1,"mainPid":1,"mainStart":1,"bootId":"another","startedAt":1000})");  // pid 1: it must not be hit
    file.close();
    Life life(m_folder->path());
    const auto exit = life.resume("test_run");
    QCOMPARE(exit->reason, Exit::Reason::Lost);
    QVERIFY(exit->sentence.find("restarted") != std::string::npos);
    QCOMPARE(exit->started, 1000);
}

void SupervisorTest::startsWhatWasOnlyIntended()
{
    const RunFolder folder((m_folder->path() + "/test_run").toStdString());
    QVERIFY(local::Attempt(folder, 1).prepare(launch("echo old")).has_value());
    Life life(m_folder->path());
    QVERIFY(!life.supervisor.isKnown("test_run"));
    QCOMPARE(life.run(launch("echo new"))->reason, Exit::Reason::Completed);
    QCOMPARE(log(), QByteArray("new\n"));
}

void SupervisorTest::refusesBadNames()
{
    Life life(m_folder->path());
    for (const char* id : {"", ".", "..", "a/b", "../up", "ä", "a b"})
        QCOMPARE(life.run(launch("true", id)).error().code, Error::Code::Invalid);
    Launch bad = launch("true");
    bad.argv.push_back("\xff");
    QCOMPARE(life.run(bad).error().code, Error::Code::Invalid);
    Launch missing = launch("true", "missing");
    missing.argv = {"/no/such/python", "train.py"};
    const auto exit = life.run(missing);
    QCOMPARE(exit->reason, Exit::Reason::NotStarted);
    QCOMPARE(exit->sentence, "“/no/such/python” could not be started: No such file or directory.");
}

void SupervisorTest::doesNotTakeATornRecordForAnEnd()
{
    const RunFolder folder((m_folder->path() + "/test_run").toStdString());
    const local::Attempt attempt(folder, 1);
    QVERIFY(attempt.prepare(launch("true")).has_value());
    for (const char* text : {"", "{", "[]", "{\"reason\":3}", "{\"reason\":\"unheard of\"}"}) {
        QFile file(path("attempts/1/exit.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        QVERIFY2(!attempt.exit(), text);
    }
}

QTEST_GUILESS_MAIN(SupervisorTest)
#include "supervisor_test.moc"
