#include "core/job.h"
#include "local/runs/attempt.h"
#include "local/runs/supervisor.h"
#include "support/attemptprobe.h"
#include "support/iorun.h"
#include "support/killing.h"

#include <QTemporaryDir>

using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

namespace {

// One run that is to be hit at a random moment, and what came of it.
struct Victim {
    std::string id;
    std::optional<Result<Exit>> exit;
    std::chrono::steady_clock::time_point hit, end;

    std::chrono::milliseconds took() const { return std::chrono::duration_cast<std::chrono::milliseconds>(end - hit); }
};

} // namespace

// Kills supervisors and training processes at random moments. No line may be lost or doubled, and nothing may be left.
class ShimKillTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void killedShim() { hit("shim", [](const local::Attempt& attempt) { return attempt.supervisor(); }); }
    void killedTrainingProcess() { hit("training process", [](const local::Attempt& attempt) { return attempt.started().main; }); }

private:
    using Target = std::function<pid_t(const local::Attempt&)>;

    void hit(const char* what, const Target& target);
    Task<> hitOne(Supervisor& supervisor, Victim& victim, Target target, std::chrono::milliseconds delay);
    Task<> follow(Supervisor& supervisor, Victim& victim);
    void check(const Victim& victim, const std::filesystem::path& folder, bool isShim);

    asio::io_context m_context;
    int m_lost = 0, m_doubled = 0, m_torn = 0, m_seen = 0;
    std::chrono::milliseconds m_longest{0};
};

Task<> ShimKillTest::follow(Supervisor& supervisor, Victim& victim)
{
    Launch launch;
    launch.runId = victim.id;
    launch.argv = {"python3", "-c", chattyScript, "0"};
    launch.environment = {{"PATH", qgetenv("PATH").toStdString()}, {"SCRIPT", chattyScript}};
    auto exit = co_await supervisor.run(std::move(launch));
    victim.end = std::chrono::steady_clock::now();
    victim.exit.emplace(std::move(exit));
}

Task<> ShimKillTest::hitOne(Supervisor& supervisor, Victim& victim, Target target, std::chrono::milliseconds delay)
{
    co_await sleepFor(delay);
    const local::Attempt attempt(RunFolder(supervisor.folderOf(victim.id)), 1);
    pid_t pid = 0;
    while ((pid = target(attempt)) <= 0)
        co_await sleepFor(1ms);
    victim.hit = std::chrono::steady_clock::now();
    ::kill(pid, SIGKILL);
}

void ShimKillTest::hit(const char* what, const Target& target)
{
    constexpr int atOnce = 5;
    QTemporaryDir folder;
    QRandomGenerator random = seeded(what);
    m_lost = m_doubled = m_torn = m_seen = 0;
    m_longest = {};
    Supervisor supervisor(m_context, folder.path().toStdString(), shimProgram().toStdString(), [](const std::string&) {});
    int started = 0;
    for (int done = 0; done < killCount(); done += atOnce) {
        std::vector<Victim> victims(atOnce);
        for (Victim& victim : victims) {
            victim.id = "run" + std::to_string(++started);
            detach(m_context, follow(supervisor, victim));
            detach(m_context, hitOne(supervisor, victim, target, std::chrono::milliseconds(random.bounded(1200))));
        }
        const auto limit = std::chrono::steady_clock::now() + 40s;
        m_context.restart();
        while (std::any_of(victims.begin(), victims.end(), [](const Victim& victim) { return !victim.exit; }) && std::chrono::steady_clock::now() < limit)
            m_context.run_one_for(50ms);
        for (const Victim& victim : victims) {
            QVERIFY2(victim.exit && victim.exit->has_value(), victim.id.c_str());
            check(victim, supervisor.folderOf(victim.id), QByteArray(what) == "shim");
            if (QTest::currentTestFailed())
                return;
        }
    }
    std::printf("%s killed %d times: %d lines, %d lost, %d doubled, %d torn; ended after at most %lld ms\n", what, started, m_seen, m_lost, m_doubled, m_torn,
                static_cast<long long>(m_longest.count()));
    QCOMPARE(m_lost + m_doubled + m_torn, 0);
    QVERIFY(m_seen > started * 10);
}

void ShimKillTest::check(const Victim& victim, const std::filesystem::path& folder, bool isShim)
{
    const QString path = QString::fromStdString(folder.string());
    const Exit& exit = **victim.exit;
    const bool hasStarted = QFile::exists(path + "/attempts/1/started.json");
    const auto expected = !isShim ? Exit::Reason::Signalled : hasStarted ? Exit::Reason::Lost : Exit::Reason::NotStarted;
    QVERIFY2(exit.reason == expected, (victim.id + ": " + exit.sentence).c_str());
    QVERIFY2(victim.took() < 5s, qPrintable(QString("%1 ms").arg(victim.took().count())));
    QCOMPARE(leftoversOf(path), QList<int>());
    const auto size = QFileInfo(path + "/user_logs/std_log.txt").size();
    for (const char* writer : {"main", "stray", "bare"}) {
        const Lines lines = countLines(contentOf(path + "/user_logs/std_log.txt"), writer, contentOf(path + "/work/" + writer).simplified().toInt());
        m_seen += lines.seen;
        m_lost += lines.lost;
        m_doubled += lines.doubled;
        m_torn += lines.torn;
    }
    QTest::qWait(20);
    QCOMPARE(QFileInfo(path + "/user_logs/std_log.txt").size(), size);  // nobody writes any more, not even who hid
    m_longest = std::max(m_longest, victim.took());
}

QTEST_GUILESS_MAIN(ShimKillTest)
#include "shimkill_test.moc"
