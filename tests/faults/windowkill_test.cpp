#include "support/countingrun.h"
#include "support/killing.h"

#include <QProcess>

using namespace runyard;

// The window is killed at random moments while a run is on: the run, its lines and its metrics do not notice.
class WindowKillTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsDoNotNoticeThatTheWindowDies()
    {
        const ServiceProcess service;
        Backend backend;
        client::Client client(backend.transport, service.folder(), ServiceProcess::program());
        QVERIFY(backend.wait(client.service.open()).has_value());
        CountingRun run(backend, client, service);
        QVERIFY(run.start());

        auto dice = seeded("windowkill_test");
        const int kills = killCount();
        for (int i = 0; i < kills; ++i) {
            QProcess window;
            window.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            window.start(QString::fromLocal8Bit(qgetenv("RUNYARD_BIN")) + "/runyard", {"--data", QString::fromStdString(service.folder().string()), "--page", i % 2 ? "runs" : "data"});
            QVERIFY(window.waitForStarted());
            QVERIFY2(!window.waitForFinished(static_cast<int>(dice.bounded(2000u))), "the window ended by itself");
            window.kill();
            QVERIFY(window.waitForFinished());
        }
        run.stop();
        const int total = run.requireWhole();
        QVERIFY2(total > 100, qPrintable(QString::number(total)));
        std::printf("window killed %d times: %d lines and metrics, 0 lost, 0 doubled\n", kills, total);
    }
};

QTEST_GUILESS_MAIN(WindowKillTest)
#include "windowkill_test.moc"
