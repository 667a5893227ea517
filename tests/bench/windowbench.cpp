// What the window adds: how soon it is there, how soon a printed line and a logged metric are on the screen, and how smooth it
// stays while a run floods it. Needs a display. Usage: windowbench FOLDER_OF_THE_SCRIPT
#include "../../app/runyard/desktop.h"
#include "floors.h"
#include "support/stallprobe.h"
#include "world.h"

#include "core/ids.h"
#include "widgets/chart.h"
#include "widgets/logview.h"
#include "panels/runs/runpanel.h"

#include <QApplication>
#include <QEvent>
#include <QProcess>

#include <csignal>

using namespace runyard;
using namespace runyard::bench;
namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const QString& what)
{
    std::printf("FAILED: %s\n", qPrintable(what));
    std::exit(1);
}

void waitFor(const QString& what, const std::function<bool()>& condition, int seconds = 120)
{
    QElapsedTimer timer;
    for (timer.start(); !condition();) {
        if (timer.elapsed() > seconds * 1000LL)
            fail("waited for " + what);
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
    }
}

double nowSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Starts a program and waits for its line "ready"; milliseconds, and its resident bytes a second later.
std::pair<double, double> startOf(const QString& program, const QStringList& arguments)
{
    QProcess process;
    double milliseconds = 0;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    milliseconds = 1e3 * secondsOf([&] {
        process.start(program, arguments);
        if (!process.waitForReadyRead(20'000) || !process.readAllStandardOutput().contains("ready"))
            fail(program + " did not say that it is ready");
    });
    QElapsedTimer settle;
    settle.start();
    waitFor("the program to settle", [&] { return settle.elapsed() > 1000; });
    const double memory = static_cast<double>(residentBytes(process.processId())) / 1e6;
    process.terminate();
    process.waitForFinished(10'000);
    return {milliseconds, memory};
}

void starts(const fs::path& folder)
{
    const QString bin = QString::fromStdString(binaryFolder().string());
    Samples ours, bare;
    double memory = 0, bareMemory = 0;
    for (int i = 0; i < 6; ++i) {
        const auto plain = startOf(bin + "/bareapp", {});
        const auto window = startOf(bin + "/runyard", {"--data", QString::fromStdString((folder / "startdata").string()), "--report-ready"});
        if (i == 0)
            continue;  // fills the page cache
        bare.add(plain.first);
        ours.add(window.first);
        bareMemory = plain.second;
        memory = window.second;
    }
    Table::row("start → usable window, p50 (floor: bare QApplication)", ours.at(0.5), bare.at(0.5), "ms", "< 300 ms", ours.at(0.5) < 300);
    Table::row("window: memory (floor: bare QApplication)", memory, bareMemory, "MB", "", true);
}

// Looks at what is on the screen right after it was painted.
class PaintWatch : public QObject {
public:
    PaintWatch(QWidget* painted, std::function<void()> look) : m_look(std::move(look)) { painted->installEventFilter(this); }

protected:
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::Paint)
            QMetaObject::invokeMethod(this, m_look, Qt::QueuedConnection);  // once the paint is done
        return false;
    }

private:
    std::function<void()> m_look;
};

client::EstimatorDraft draftOf(const fs::path& source, const std::string& what, const std::string& seconds)
{
    client::EstimatorDraft draft = draftFor(source, "flood.py");
    draft.parameters = {{what, {}, client::ScriptParameter::Kind::Literal, {}}, {seconds, {}, client::ScriptParameter::Kind::Literal, {}}};
    return draft;
}

QString submitted(Desktop& desktop, Calls& calls, const client::EstimatorDraft& draft)
{
    QString id;
    const Sink<client::SubmitProgress> sink(desktop.context, 100, [](const Sink<client::SubmitProgress>& own, std::vector<client::SubmitProgress>) { own.taken(); });
    calls.start(desktop.client.estimators.submit(draft, sink), [&id](Result<api::Job> job) {
        if (!job)
            fail(QString::fromStdString(job.error().message));
        id = QString::fromStdString(job->name);
    });
    waitFor("the run to be accepted", [&] { return !id.isEmpty(); });
    return id;
}

LogView* liveLog(Desktop& desktop)
{
    for (auto* view : desktop.window.findChildren<LogView*>()) {
        if (view->isVisible())
            return view;
    }
    return nullptr;
}

void latencies(Desktop& desktop, Calls& calls, const fs::path& source)
{
    Samples lines, metrics;
    const QString id = submitted(desktop, calls, draftOf(source, "probe", "8"));
    desktop.window.openRun(id);
    waitFor("the log", [&] { return liveLog(desktop) && liveLog(desktop)->shownText().contains("stamp"); });
    double seen = nowSeconds();
    const PaintWatch log(liveLog(desktop)->viewport(), [&] {
        const double now = nowSeconds();
        for (const QString& line : liveLog(desktop)->shownText().split('\n')) {
            const double stamp = line.section("stamp ", 1).toDouble();
            if (stamp <= seen)
                continue;
            lines.add((now - stamp) * 1e3);
            seen = stamp;
        }
    });
    Chart* chart = nullptr;
    waitFor("the chart", [&] { return (chart = desktop.window.findChild<Chart*>("chart_stamp")) != nullptr; });
    qsizetype points = 0;
    const PaintWatch drawn(chart, [&] {
        const double now = nowSeconds();
        const auto* data = chart->seriesNames().isEmpty() ? nullptr : chart->series(chart->seriesNames().first());
        for (; data && points < data->points().size(); ++points) {
            if (points > 0)
                metrics.add((now - data->points().at(points).value) * 1e3);
        }
    });
    QElapsedTimer watched;
    watched.start();
    waitFor("the probe to end", [&] { return watched.elapsed() > 7000; });
    if (lines.size() < 50 || metrics.size() < 10)
        fail(QString("only %1 lines and %2 points were seen").arg(lines.size()).arg(metrics.size()));
    Table::row("print → line on the screen, p50", lines.at(0.5), 0, "ms", "", true);
    Table::row("print → line on the screen, p95", lines.at(0.95), 0, "ms", "< 100 ms", lines.at(0.95) < 100);
    Table::row("metric logged → drawn in its chart, p50", metrics.at(0.5), 0, "ms", "", true);
    Table::row("metric logged → drawn in its chart, p95", metrics.at(0.95), 0, "ms", "", true);
}

struct Stalls {
    double p99 = 0;
    double worst = 0;
};

Stalls stallsFor(int milliseconds)
{
    Samples gaps;
    QElapsedTimer since, wall;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        gaps.add(static_cast<double>(since.nsecsElapsed()) / 1e6);
        since.restart();
    });
    since.start();
    wall.start();
    timer.start(1);
    waitFor("the flood to be watched", [&] { return wall.elapsed() > milliseconds; });
    return {gaps.at(0.99), gaps.at(1)};
}

void flood(Desktop& desktop, Calls& calls, const fs::path& source)
{
    const Stalls idle = stallsFor(3000);
    const QString id = submitted(desktop, calls, draftOf(source, "flood", "12"));
    desktop.window.openRun(id);
    waitFor("the flood", [&] { return liveLog(desktop) && liveLog(desktop)->shownText().contains("epoch"); });
    const Stalls stalls = stallsFor(9000);
    Table::row("GUI stall in a flood, p99 (floor: idle)", stalls.p99, idle.p99, "ms", "< 16 ms", stalls.p99 < 16);
    Table::row("GUI stall in a flood, max (floor: idle)", stalls.worst, idle.worst, "ms", "< 50 ms", stalls.worst < 50);
    Table::row("window: memory after the flood", static_cast<double>(residentBytes(getpid())) / 1e6, 0, "MB", "", true);
    Table::row("service: memory after the flood", static_cast<double>(residentBytes(desktop.client.connection.info().pid)) / 1e6, 0, "MB", "", true);
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    QApplication application(argc, argv);
    const fs::path folder = fs::temp_directory_path() / ("runyard-bench-" + randomHex(4));
    fs::create_directories(folder / "source");
    fs::copy_file(fs::path(argc > 1 ? argv[1] : ".") / "flood.py", folder / "source" / "flood.py");
    starts(folder);
    {
        const Settings settings;
        Desktop desktop(folder / "data", SchemeSetting::Light, settings, QString::fromStdString((folder / "settings.ini").string()));
        desktop.window.resize(1440, 900);
        desktop.window.show();
        desktop.window.go(Place::Runs);
        Calls calls(desktop.bridge);
        waitFor("the service", [&] { return desktop.client.connection.isOpen(); });
        latencies(desktop, calls, folder / "source");
        flood(desktop, calls, folder / "source");
        ::kill(static_cast<pid_t>(desktop.client.connection.info().pid), SIGTERM);
    }
    fs::remove_all(folder);
    return 0;
}
