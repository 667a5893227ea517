#include "support/attemptprobe.h"

#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>

#include <sys/mount.h>
#include <unistd.h>

using namespace runyard;

namespace {

// An attempt's folder with an intent, run by the real shim.
class Attempt {
public:
    explicit Attempt(const QString& folder = {}) : m_folder(folder.isEmpty() ? m_temporary.path() : folder)
    {
        QDir(m_folder).mkpath("work");
        intent = {{"runId", "test"},
                  {"env", QJsonObject{{"PATH", qEnvironmentVariable("PATH")}, {"MARK", mark()}}},
                  {"cwd", path("work")},
                  {"log", path("std_log.txt")},
                  {"times", path("std_log.times")},
                  {"graceMillis", 1000},
                  {"lingerMillis", 300}};
    }
    ~Attempt()
    {
        for (const int pid : leftovers())
            ::kill(pid, SIGKILL);
    }

    QString path(const QString& name) const { return m_folder + '/' + name; }
    QString mark() const { return "shim_test " + m_folder; }
    QList<int> leftovers() const { return processesWith("MARK=" + mark().toUtf8()); }

    void write(const QByteArray& text) const
    {
        QFile file(path("intent.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text), text.size());
    }
    int start(const QStringList& argv)
    {
        intent["argv"] = QJsonArray::fromStringList(argv);
        write(QJsonDocument(intent).toJson());
        return startAgain();
    }
    int startAgain() const { return QProcess::execute(shimProgram(), {m_folder}); }
    void tell(const QByteArray& line) const
    {
        QFile pipe(path("ctl"));
        QVERIFY(pipe.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
        QCOMPARE(pipe.write(line + '\n'), line.size() + 1);
    }
    QJsonObject end(int limit = 30'000) const
    {
        [&] { QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("exit.json")), limit); }();
        return jsonOf(path("exit.json"));
    }
    QByteArray log() const { return contentOf(path("std_log.txt")); }
    int shimPid() const { return jsonOf(path("started.json"))["shimPid"].toInt(); }

    QJsonObject intent;

private:
    QTemporaryDir m_temporary;
    QString m_folder;
};

QStringList sh(const QString& script) { return {"sh", "-c", script}; }
QStringList python(const QString& script) { return {"python3", "-u", "-c", script}; }

} // namespace

class ShimTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endsAsTheScriptEnds_data();
    void endsAsTheScriptEnds();
    void keepsBothStreamsInOrder();
    void givesOnlyTheIntendedEnvironment();
    void bindsAndGivesWay();
    void startsOnce();
    void twoAtOnceStartOnce();
    void cancelsPolitely();
    void endsATreeThatResists();
    void killsAtOnce();
    void endsWhenTimeIsOver();
    void endsWhatOutlivesTheScript();
    void keepsAFloodWhole();
    void notesWhenTheLogGrew();
    void survivesAFullDisk();
    void refusesABadIntent();
    void obeysItsOwnSignals();
};

void ShimTest::endsAsTheScriptEnds_data()
{
    QTest::addColumn<QStringList>("argv");
    QTest::addColumn<QString>("reason");
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("signal");
    QTest::newRow("well") << sh("echo ä") << "completed" << 0 << -1;
    QTest::newRow("exit 3") << sh("exit 3") << "failed" << 3 << -1;
    QTest::newRow("raises") << python("raise ValueError('no')") << "failed" << 1 << -1;
    QTest::newRow("segmentation fault") << sh("kill -SEGV $$") << "signalled" << -1 << SIGSEGV;
    QTest::newRow("killed") << sh("kill -KILL $$") << "signalled" << -1 << SIGKILL;
    QTest::newRow("no such program") << QStringList{"/no/such/python"} << "notStarted" << 127 << -1;
}

void ShimTest::endsAsTheScriptEnds()
{
    QFETCH(QStringList, argv);
    QFETCH(QString, reason);
    QFETCH(int, code);
    QFETCH(int, signal);
    Attempt attempt;
    QCOMPARE(attempt.start(argv), 0);
    const QJsonObject exit = attempt.end();
    QCOMPARE(exit["reason"].toString(), reason);
    QCOMPARE(exit["exitCode"].toInt(-1), code);
    QCOMPARE(exit["signal"].toInt(-1), signal);
    QVERIFY(exit["endedAt"].toDouble() >= exit["startedAt"].toDouble());
    QCOMPARE(exit["message"].toString().contains("could not be started: No such file"), reason == "notStarted");
}

void ShimTest::keepsBothStreamsInOrder()
{
    Attempt attempt;
    QCOMPARE(attempt.start(sh("for i in 1 2 3; do echo out $i; echo err $i >&2; done")), 0);
    attempt.end();
    QCOMPARE(attempt.log(), QByteArray("out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n"));
}

void ShimTest::givesOnlyTheIntendedEnvironment()
{
    Attempt attempt;
    qputenv("LEAKED", "yes");
    QCOMPARE(attempt.start(python("import os\nprint(sorted(os.environ), os.getcwd(), os.read(0, 9), sorted(os.listdir('/proc/self/fd')), oct(os.umask(0)))")), 0);
    attempt.end();
    QVERIFY2(!attempt.log().contains("LEAKED") && attempt.log().contains("'MARK', 'PATH'"), attempt.log());
    QVERIFY2(attempt.log().contains(attempt.path("work").toUtf8() + " b'' ['0', '1', '2', '3'] 0o22"), attempt.log());  // 3: the listing itself
}

void ShimTest::bindsAndGivesWay()
{
    Attempt attempt;
    attempt.intent["cpus"] = QJsonArray{0};
    QCOMPARE(attempt.start(python("import os\nprint(os.sched_getaffinity(0), os.nice(0), open('/proc/self/oom_score_adj').read())")), 0);
    attempt.end();
    QCOMPARE(attempt.log().simplified(), QByteArray("{0} 10 500"));
}

void ShimTest::startsOnce()
{
    Attempt attempt;
    QCOMPARE(attempt.start(sh("echo once; sleep 0.3")), 0);
    QCOMPARE(attempt.startAgain(), 102);  // its supervisor lives
    attempt.end();
    QTRY_COMPARE(attempt.startAgain(), 103);  // it ran before
    QCOMPARE(attempt.log(), QByteArray("once\n"));
}

void ShimTest::twoAtOnceStartOnce()
{
    for (int round = 0; round < 10; ++round) {
        Attempt attempt;
        attempt.intent["argv"] = QJsonArray::fromStringList(sh("echo once"));
        attempt.write(QJsonDocument(attempt.intent).toJson());
        QProcess one, two;
        one.start(shimProgram(), {attempt.path("")});
        two.start(shimProgram(), {attempt.path("")});
        QVERIFY(one.waitForFinished() && two.waitForFinished());
        QVERIFY2((one.exitCode() == 0) != (two.exitCode() == 0), qPrintable(QString("%1 and %2").arg(one.exitCode()).arg(two.exitCode())));
        attempt.end();
        QCOMPARE(attempt.log(), QByteArray("once\n"));
    }
}

void ShimTest::cancelsPolitely()
{
    Attempt attempt;
    attempt.intent["graceMillis"] = 20'000;
    QCOMPARE(attempt.start(sh("trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done")), 0);
    QTRY_VERIFY(attempt.log().contains("ready"));
    attempt.tell("cancel Somebody had enough.");
    const QJsonObject exit = attempt.end();
    QCOMPARE(exit["reason"].toString(), "cancelled");
    QCOMPARE(exit["message"].toString(), "Somebody had enough.");
    QVERIFY(attempt.log().contains("saved\n"));
    QVERIFY(exit["durationMillis"].toInt() < 15'000);
}

void ShimTest::endsATreeThatResists()
{
    Attempt attempt;
    QCOMPARE(attempt.start(python(R"(
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for i in range(10):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        while i == 0:  # a pid that never rests
            if os.fork(): os._exit(0)
            time.sleep(0.002)
        os.execvpe('sleep', ['sleep', '1000'], {'PATH': os.environ['PATH']} if i == 1 else os.environ)
print('ready')
time.sleep(1000))")),
             0);
    QTRY_VERIFY_WITH_TIMEOUT(attempt.log().contains("ready"), 20'000);
    QTRY_VERIFY(attempt.leftovers().size() >= 9);
    attempt.tell("cancel");
    const QJsonObject exit = attempt.end();
    QCOMPARE(exit["reason"].toString(), "cancelled");
    QCOMPARE(exit["signal"].toInt(), SIGKILL);
    QVERIFY2(exit["durationMillis"].toInt() < 10'000, "grace is 1 s");
    QCOMPARE(attempt.leftovers(), QList<int>());
}

void ShimTest::killsAtOnce()
{
    Attempt attempt;
    attempt.intent["graceMillis"] = 60'000;
    QCOMPARE(attempt.start(sh("trap '' TERM; echo ready; while :; do sleep 0.05; done")), 0);
    QTRY_VERIFY(attempt.log().contains("ready"));
    attempt.tell("cancel");
    QTest::qWait(100);
    QVERIFY(!QFile::exists(attempt.path("exit.json")));
    attempt.tell("kill");
    QCOMPARE(attempt.end(10'000)["reason"].toString(), "cancelled");
    QCOMPARE(attempt.leftovers(), QList<int>());
}

void ShimTest::endsWhenTimeIsOver()
{
    Attempt attempt;
    attempt.intent["timeoutMillis"] = 300;
    QCOMPARE(attempt.start(sh("sleep 1000")), 0);
    const QJsonObject exit = attempt.end(20'000);
    QCOMPARE(exit["reason"].toString(), "timedOut");
    QVERIFY(exit["durationMillis"].toInt() >= 300);
}

void ShimTest::endsWhatOutlivesTheScript()
{
    Attempt attempt;
    QCOMPARE(attempt.start(sh("setsid sh -c 'sleep 1000 & sleep 1000' & echo done; exit 3")), 0);
    const QJsonObject exit = attempt.end();
    QCOMPARE(exit["reason"].toString(), "failed");
    QCOMPARE(exit["exitCode"].toInt(), 3);
    QVERIFY(exit["killedDescendants"].toInt() >= 1);
    QVERIFY(exit["mainEndedAt"].toDouble() + 250 < exit["endedAt"].toDouble());
    QCOMPARE(attempt.leftovers(), QList<int>());
}

void ShimTest::keepsAFloodWhole()
{
    Attempt attempt;
    constexpr int size = 50'000'000;
    QCOMPARE(attempt.start(python(R"(
import os
block = bytes(0 if i % 7 == 0 else 255 if i % 11 == 0 else 65 + i % 26 for i in range(100000))
left = 50000000
while left: left -= os.write(1, block[:left])
)")),
             0);
    const QJsonObject exit = attempt.end(60'000);
    QCOMPARE(exit["reason"].toString(), "completed");
    QCOMPARE(exit["logSize"].toInt(), size);
    const QByteArray log = attempt.log();
    QCOMPARE(log.size(), size);
    QCOMPARE(log.count('\n'), 0);
    QVERIFY(log.left(100'000) == log.right(100'000) && log.at(0) == '\0' && log.at(11) == '\xff');
    const auto times = QFileInfo(attempt.path("std_log.times")).size();
    QVERIFY2(times > 0 && times < 16 * 3000, "a flood must not be noted write by write");
}

void ShimTest::notesWhenTheLogGrew()
{
    Attempt attempt;
    QCOMPARE(attempt.start(python("import os, time\nfor i in range(5): os.write(1, f'{i} {time.time():.3f}\\n'.encode()); time.sleep(0.15)")), 0);
    attempt.end();
    const QByteArray log = attempt.log(), times = contentOf(attempt.path("std_log.times"));
    QCOMPARE(times.size() % 16, 0);
    qint64 from = 0;
    int lines = 0;
    for (qsizetype at = 0; at < times.size(); at += 16) {
        qint64 record[2];
        memcpy(record, times.constData() + at, sizeof record);
        QVERIFY(record[0] > from);
        for (const QByteArray& line : log.mid(from, record[0] - from).trimmed().split('\n')) {
            ++lines;
            const double late = static_cast<double>(record[1]) - line.split(' ').value(1).toDouble() * 1000;
            QVERIFY2(late > -2 && late < 2000, qPrintable(QString::number(late)));
        }
        from = record[0];
    }
    QCOMPARE(lines, 5);
    QCOMPARE(from, log.size());
    QVERIFY(times.size() / 16 >= 4);  // lines 150 ms apart are told apart
}

void ShimTest::survivesAFullDisk()
{
    if (::geteuid() != 0)
        QSKIP("needs root to mount a small disk");
    QTemporaryDir folder;
    if (::mount("tmpfs", folder.path().toUtf8(), "tmpfs", 0, "size=256k") != 0)
        QSKIP("a small disk cannot be mounted here");
    {
        Attempt attempt(folder.path());
        QCOMPARE(attempt.start(python("import os\ntry:\n  while True: os.write(1, b'x' * 4096)\nexcept OSError as e:\n  os._exit(e.errno)")), 0);
        const QJsonObject exit = attempt.end();
        QCOMPARE(exit["exitCode"].toInt(), ENOSPC);
        QCOMPARE(exit["reason"].toString(), "failed");
        QTRY_COMPARE(attempt.startAgain(), 103);
    }
    QCOMPARE(::umount2(folder.path().toUtf8(), MNT_DETACH), 0);
}

void ShimTest::refusesABadIntent()
{
    Attempt attempt;
    for (const char* text : {"", "{", "[1]", "{\"argv\":[]}", "{\"argv\":[\"x\"],\"cwd\":\"/\"}"}) {
        attempt.write(text);
        QCOMPARE(attempt.startAgain(), 101);
        QVERIFY(!QFile::exists(attempt.path("started.json")));
    }
    QVERIFY(contentOf(attempt.path("shim.log")).contains("runyard-shim: The intent"));
}

void ShimTest::obeysItsOwnSignals()
{
    Attempt attempt;
    QCOMPARE(attempt.start(sh("echo ready; sleep 1000")), 0);
    QTRY_VERIFY(attempt.log().contains("ready"));
    QVERIFY(attempt.shimPid() > 1);
    ::kill(attempt.shimPid(), SIGTERM);
    QCOMPARE(attempt.end()["reason"].toString(), "cancelled");
    QCOMPARE(attempt.leftovers(), QList<int>());
}

QTEST_GUILESS_MAIN(ShimTest)
#include "shim_test.moc"
