#include "local/runs/commandline.h"
#include "local/runs/runfolder.h"
#include "local/runs/snapshot.h"
#include "support/attemptprobe.h"

#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

using namespace runyard;
using namespace runyard::local;

// The folder of a run on the disk, and what is put into it before the start.
class RunFolderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void isPrivateAndComplete();
    void countsAttempts();
    void tellsLogSizes();
    void sealsOutputs();
    void saysWhatIsInTheWay();
    void knowsRunIds();
    void copiesASnapshot();
    void copiesOverWhatWasThere();
    void refusesAnUnreadableSnapshot();
    void expandsForTheShell_data();
    void expandsForTheShell();
    void refusesUnknownPlaceholders();

private:
    QString path(const QString& name) const { return m_folder->path() + '/' + name; }
    RunFolder run() const { return RunFolder(path("run").toStdString()); }
    void write(const QString& name, const QByteArray& content) const
    {
        QVERIFY(QDir().mkpath(QFileInfo(path(name)).path()));
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void RunFolderTest::isPrivateAndComplete()
{
    QVERIFY(run().create(1).has_value());
    QVERIFY(run().create(1).has_value());
    for (const char* name : {"run", "run/user_logs", "run/system_logs", "run/work", "run/record", "run/attempts/1"}) {
        struct stat info {};
        QCOMPARE(::stat(path(name).toUtf8(), &info), 0);
        QCOMPARE(info.st_mode & 07777, 0700u);
    }
}

void RunFolderTest::countsAttempts()
{
    QCOMPARE(run().lastAttempt(), 0);
    for (const int number : {1, 2, 10})
        QVERIFY(run().create(number).has_value());
    QVERIFY(QDir().mkpath(path("run/attempts/x")));
    QCOMPARE(run().lastAttempt(), 10);
}

void RunFolderTest::tellsLogSizes()
{
    QVERIFY(run().logSizes().empty());
    write("run/user_logs/std_log.txt", "12345");
    write("run/system_logs/environment.log", "");
    write("run/work/logs/other.txt", "1");
    const std::map<std::string, std::int64_t> expected = {{"user_logs/std_log.txt", 5}, {"system_logs/environment.log", 0}};
    QVERIFY(run().logSizes() == expected);
}

void RunFolderTest::sealsOutputs()
{
    QVERIFY(run().create(1).has_value());
    write("run/work/outputs/model/weights", "abc");
    write("run/work/outputs/ä \xff", "");
    write("run/work/logs/train/events", "1");
    write("run/work/train.py", "1");
    write("run/user_logs/std_log.txt", "said");
    QCOMPARE(::symlink("/etc/passwd", path("run/work/outputs/link").toUtf8()), 0);
    QVERIFY(run().sealOutputs().has_value());
    const auto files = QJsonDocument::fromJson(contentOf(path("run/record/outputs.json"))).array();
    QCOMPARE(files.size(), 4);
    QCOMPARE(files[0]["name"].toString(), "logs/train/events");
    QCOMPARE(files[1]["name"].toString(), "outputs/model/weights");
    QCOMPARE(files[1]["size"].toInt(), 3);
    QCOMPARE(files[1]["sha256"].toString(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QCOMPARE(files[1]["md5"].toString(), "kAFQmDzST7DWlj99KOF/cg==");
    QCOMPARE(files[3]["name"].toString(), "user_logs/std_log.txt");
}

void RunFolderTest::saysWhatIsInTheWay()
{
    write("run", "a file");
    const auto made = run().create(1);
    QVERIFY(!made);
    QCOMPARE(made.error().code, Error::Code::Storage);
    QVERIFY(!made.error().message.empty());
}

void RunFolderTest::knowsRunIds()
{
    for (const char* good : {"a", "sad_otter_k3x9p2mq4z", "Run-1.2", "0"})
        QVERIFY2(isRunId(good), good);
    for (const char* bad : {"", ".", "..", ".a", "a/b", "a b", "ä", "a\n"})
        QVERIFY2(!isRunId(bad), bad);
    QVERIFY(!isRunId(std::string(256, 'a')));
}

void RunFolderTest::copiesASnapshot()
{
    write("code/train.py", "print(1)");
    write("code/package/ä b.txt", QByteArray(3'000'000, '\0') + "end");
    write("code/empty", "");
    write("code/" + QString(255, 'x'), "long");
    QVERIFY(QDir().mkpath(path("code/nothing in it")));
    QVERIFY(QFile::setPermissions(path("code/train.py"), QFile::ReadOwner | QFile::ExeOwner));
    QCOMPARE(::symlink("train.py", path("code/linked.py").toUtf8()), 0);
    QCOMPARE(::symlink("..", path("code/package/up").toUtf8()), 0);
    QCOMPARE(::mkfifo(path("code/pipe").toUtf8(), 0600), 0);
    QVERIFY(copyTree(path("code").toStdString(), path("work").toStdString()).has_value());
    QCOMPARE(contentOf(path("work/package/ä b.txt")), contentOf(path("code/package/ä b.txt")));
    QCOMPARE(contentOf(path("work/" + QString(255, 'x'))), QByteArray("long"));
    QCOMPARE(contentOf(path("work/linked.py")), QByteArray("print(1)"));
    QVERIFY(QFile::exists(path("work/empty")) && QDir(path("work/nothing in it")).exists() && !QFile::exists(path("work/pipe")) && !QFile::exists(path("work/package/up")));
    QVERIFY(!QFileInfo(path("work/linked.py")).isSymLink());
    struct stat info {};
    QCOMPARE(::stat(path("work/train.py").toUtf8(), &info), 0);
    QCOMPARE(info.st_mode & 0700, 0700u);  // still a program, and now the run's own to change
}

void RunFolderTest::copiesOverWhatWasThere()
{
    write("code/a", "new");
    write("work/a", "old");
    write("work/left", "over");
    QVERIFY(mergeTree(path("code").toStdString(), path("work").toStdString()).has_value());
    QVERIFY(QFile::exists(path("work/left")));
    QCOMPARE(contentOf(path("work/a")), QByteArray("new"));
    QVERIFY(copyTree(path("code").toStdString(), path("work").toStdString()).has_value());
    QVERIFY(!QFile::exists(path("work/left")));
}

void RunFolderTest::refusesAnUnreadableSnapshot()
{
    const auto copied = copyTree(path("not there").toStdString(), path("work").toStdString());
    QVERIFY(!copied);
    QCOMPARE(copied.error().code, Error::Code::Storage);
}

void RunFolderTest::expandsForTheShell_data()
{
    QTest::addColumn<QString>("value");
    for (const char* value : {"128", "/data/my files/mnist", "it's", "\"quoted\"", "$HOME `id` $(id) \\ \\\\ !", "two\nlines", "", "*", "~", "-x", "ä€", "a;b|c&d>e", "'", "''\"\""})
        QTest::newRow(value) << QString(value);
}

void RunFolderTest::expandsForTheShell()
{
    QFETCH(QString, value);
    const std::map<std::string, std::string> values = {{"inputs.x", value.toStdString()}};
    const auto command = expandCommand(R"(printf '%s\0' ${{inputs.x}} "<${{ inputs.x }}>" '<${{inputs.x}}>' p=${{inputs.x}} \" ${{inputs.x}})", values);
    QVERIFY(command.has_value());
    QProcess bash;
    bash.start("bash", {"-c", QString::fromStdString(*command)});
    QVERIFY(bash.waitForFinished());
    auto words = QString::fromUtf8(bash.readAllStandardOutput()).split(QChar(0));
    words.removeLast();
    QCOMPARE(words, QStringList({value, '<' + value + '>', '<' + value + '>', "p=" + value, "\"", value}));
}

void RunFolderTest::refusesUnknownPlaceholders()
{
    const std::map<std::string, std::string> values = {{"inputs.x", "1"}};
    QCOMPARE(expandCommand("python train.py", values).value(), std::string("python train.py"));
    for (const char* command : {"${{inputs.y}}", "${{outputs.x}}", "${{inputs.x", "${{}}"}) {
        const auto expanded = expandCommand(command, values);
        QVERIFY2(!expanded && expanded.error().code == Error::Code::Invalid, command);
    }
}

QTEST_GUILESS_MAIN(RunFolderTest)
#include "runfolder_test.moc"
