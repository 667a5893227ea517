#include "local/runs/supervisor.h"
#include "support/attemptprobe.h"
#include "support/iorun.h"
#include "support/killing.h"

#include <QTemporaryDir>
#include <QThread>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

// Kills the process that starts and follows runs at random moments, and starts it again at once. Each run must be started exactly once,
// end as it ends, and keep every line.
class SupervisorKillTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void killedAtRandomMoments();

private:
    static constexpr int lines = 120;

    // What the service does for one run, in a process of its own: exits 0 once the run has ended as it should.
    [[noreturn]] static void live(const QString& folder, const std::string& id);
    static pid_t begin(const QString& folder, const std::string& id);
};

void SupervisorKillTest::live(const QString& folder, const std::string& id)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    asio::io_context context;
    Supervisor supervisor(context, folder.toStdString(), shimProgram().toStdString(), [](const std::string&) {});
    Launch launch;
    launch.runId = id;
    launch.argv = {"python3", "-c", chattyScript, std::to_string(lines)};
    launch.environment = {{"PATH", qgetenv("PATH").toStdString()}, {"SCRIPT", chattyScript}};
    const auto exit = await(context, supervisor.isKnown(id) ? supervisor.resume(id) : supervisor.run(launch), 120s);
    const bool isRight = exit && exit->reason == Exit::Reason::Failed && exit->code == 7;
    if (!isRight)
        std::fprintf(stderr, "%s: %s\n", id.c_str(), (exit ? exit->sentence : exit.error().message + exit.error().detail).c_str());
    ::_exit(isRight ? 0 : 1);
}

pid_t SupervisorKillTest::begin(const QString& folder, const std::string& id)
{
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid == 0)
        live(folder, id);
    return pid;
}

void SupervisorKillTest::killedAtRandomMoments()
{
    QTemporaryDir folder;
    QRandomGenerator random = seeded("supervising process");
    int kills = 0, runs = 0, seen = 0, lost = 0, doubled = 0, torn = 0;
    while (kills < killCount()) {
        const std::string id = "run" + std::to_string(++runs);
        const QString path = folder.path() + '/' + QString::fromStdString(id);
        for (;;) {
            const pid_t pid = begin(folder.path(), id);
            QVERIFY(pid > 0);
            // Mostly while the run is being started, where most can go wrong.
            QThread::usleep(static_cast<unsigned long>(random.bounded(4) ? random.bounded(25'000) : random.bounded(500'000)));
            ::kill(pid, SIGKILL);
            int status = 0;
            QCOMPARE(::waitpid(pid, &status, 0), pid);
            if (WIFEXITED(status)) {
                QCOMPARE(WEXITSTATUS(status), 0);
                break;
            }
            ++kills;
        }
        QCOMPARE(contentOf(path + "/work/starts"), QByteArray("start\n"));
        QCOMPARE(leftoversOf(path), QList<int>());
        for (const char* writer : {"main", "stray", "bare"}) {
            const Lines counted = countLines(contentOf(path + "/user_logs/std_log.txt"), writer, lines);
            seen += counted.seen;
            lost += counted.lost;
            doubled += counted.doubled;
            torn += counted.torn;
        }
    }
    std::printf("supervising process killed %d times in %d runs: %d lines, %d lost, %d doubled, %d torn\n", kills, runs, seen, lost, doubled, torn);
    QCOMPARE(lost + doubled + torn, 0);
    QCOMPARE(seen, runs * lines * 3);
}

QTEST_GUILESS_MAIN(SupervisorKillTest)
#include "supervisorkill_test.moc"
