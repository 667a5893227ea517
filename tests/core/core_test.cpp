#include "core/files.h"
#include "core/hash.h"
#include "core/ids.h"
#include "core/job.h"
#include "core/process.h"
#include "core/time.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <optional>
#include <set>

using namespace runyard;
using namespace std::chrono_literals;

namespace {

Task<> keep(Command command, std::optional<Result<CommandResult>>& answer)
{
    answer.emplace(co_await runCommand(std::move(command)));
}

Result<CommandResult> runToEnd(Command command)
{
    asio::io_context context(1);
    std::optional<Result<CommandResult>> answer;
    const Job job(context, keep(std::move(command), answer));
    context.run();
    return *answer;
}

} // namespace

class CoreTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void momentsGoBothWays()
    {
        QCOMPARE(toIso(1'661'889'388'226), std::string("2022-08-30T19:56:28.2260000+00:00"));
        QCOMPARE(fromIso("2022-08-30T19:56:28.2261097+00:00"), Millis(1'661'889'388'226));
        QCOMPARE(fromIso("2022-08-30T19:56:28Z"), Millis(1'661'889'388'000));
        QCOMPARE(fromIso("2022-08-30T21:56:28.5+02:00"), Millis(1'661'889'388'500));
        QCOMPARE(fromIso("yesterday"), Millis(0));
        QCOMPARE(fromIsoDuration("PT2M"), std::int64_t(120));
        QCOMPARE(fromIsoDuration("P1DT1H"), std::int64_t(90'000));
        QCOMPARE(fromIsoDuration("2 minutes"), std::int64_t(-1));
        QCOMPARE(fromIsoDuration(toIsoDuration(3725)), std::int64_t(3725));
    }

    void digestsMatchKnownOnes()
    {
        QCOMPARE(sha256Hex("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        Digest md5(Digest::Kind::Md5);
        md5.add("a");
        md5.add("bc");
        QCOMPARE(toBase64(md5.finish()), std::string("kAFQmDzST7DWlj99KOF/cg=="));
        QCOMPARE(toHex(hmacSha256("Jefe", "what do ya want for nothing?")), std::string("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
        const std::string raw("\0\xff\x10", 3);
        QCOMPARE(fromBase64(toBase64(raw)), raw);
        QCOMPARE(fromBase64("not base64!"), std::string());
    }

    void runIdsDiffer()
    {
        std::set<std::string> ids;
        for (int i = 0; i < 10'000; ++i)
            ids.insert(newRunId());
        QCOMPARE(ids.size(), std::size_t(10'000));
        QCOMPARE(newGuid().size(), std::size_t(36));
    }

    void durableFilesReplaceWhole()
    {
        const QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "a file ü.json";
        QVERIFY(writeFileDurably(file, "one", 0600).has_value());
        QVERIFY(writeFileDurably(file, std::string(100'000, 'x'), 0600).has_value());
        QCOMPARE(readFile(file)->size(), std::size_t(100'000));
        struct stat facts{};
        QCOMPARE(::stat(file.c_str(), &facts), 0);
        QCOMPARE(facts.st_mode & 0777u, 0600u);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
        QVERIFY(!writeFileDurably(file / "below", "x").has_value());
        QVERIFY(!readFile(file, 10).has_value());
    }

    void insideIsNotFooledByLinks()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base(folder.path().toStdString());
        std::filesystem::create_directories(base / "in");
        std::filesystem::create_directory_symlink("/etc", base / "in" / "out");
        QVERIFY(isInside(base / "in", base / "in" / "new" / "file"));
        QVERIFY(!isInside(base / "in", base / "in" / ".." / "other"));
        QVERIFY(!isInside(base / "in", base / "in" / "out" / "passwd"));
        QVERIFY(!isInside(base / "in", base / "inside"));
    }

    void commandsAnswerWithBothStreams()
    {
        Command command;
        command.argv = {"sh", "-c", "echo out $X; echo err >&2; exit 3"};
        command.environment["X"] = "here";
        const auto result = runToEnd(command);
        QVERIFY(result.has_value());
        QCOMPARE(result->exitCode, 3);
        QCOMPARE(result->output, std::string("out here\n"));
        QCOMPARE(result->errors, std::string("err\n"));
    }

    void commandsThatHangAreKilled()
    {
        Command command;
        command.argv = {"sh", "-c", "sleep 1000 & wait"};
        command.limit = 200ms;
        const auto result = runToEnd(command);
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().code, Error::Code::Timeout);
    }

    void missingProgramsAreNamed()
    {
        Command command;
        command.argv = {"no-such-program-anywhere"};
        const auto result = runToEnd(command);
        QVERIFY(!result.has_value());
        QVERIFY(result.error().message.find("no-such-program-anywhere") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(CoreTest)
#include "core_test.moc"
