#include "story.h"

#include <QApplication>
#include <QAbstractItemView>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QScreen>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>

#include <cstdio>

namespace runyard::tour {

namespace {

QString stateOf(Driver& driver)
{
    auto* chip = driver.find<StateChip>(QStringLiteral("runState"));
    return chip->word();
}

} // namespace

Story::Story(Places places) : m_places(std::move(places)), m_log(m_places.data) {}

Story::~Story() = default;

void Story::open()
{
    m_driver.reset();
    m_desktop.reset();
    Settings settings;
    m_desktop = std::make_unique<Desktop>(m_places.data.toStdString(), SchemeSetting::Light, settings, m_places.data + QStringLiteral("/tour-settings.ini"));
    m_desktop->window.resize(1440, 900);
    m_desktop->window.show();
    m_driver = std::make_unique<Driver>(m_desktop->window);
    waitFor(QStringLiteral("the window to be active"), [this] {
        m_desktop->window.activateWindow();
        return m_desktop->window.isActiveWindow();
    }, 30);
}

void Story::step(const QString& name)
{
    m_log.mark();
    std::printf("%s\n", qPrintable(name));
    std::fflush(stdout);
}

void Story::picture(const QString& name)
{
    linger(250);
    const QPixmap shot = m_desktop->window.screen()->grabWindow(m_desktop->window.winId());
    const QString file = m_places.pictures + QLatin1Char('/') + name + m_suffix + QStringLiteral(".png");
    require(!shot.isNull() && shot.save(file), QStringLiteral("the picture %1 could not be taken").arg(file));
}

void Story::shoot(const QString& name)
{
    picture(name + QStringLiteral("-light"));
    m_desktop->theme.setSetting(SchemeSetting::Dark);
    picture(name + QStringLiteral("-dark"));
    m_desktop->theme.setSetting(SchemeSetting::Light);
    for (const QString& line : m_log.found())
        std::printf("    %s\n", qPrintable(line));
}

QString Story::runFolder() const
{
    return m_places.data + QStringLiteral("/runs/") + m_run;
}

void Story::showTab(int tab)
{
    auto* tabs = m_driver->find<QTabWidget>(QStringLiteral("runTabs"));
    QTest::mouseClick(tabs->tabBar(), Qt::LeftButton, {}, tabs->tabBar()->tabRect(tab).center());
    linger(300);
}

void Story::home()
{
    step(QStringLiteral("1 Home: work on this computer"));
    open();
    m_driver->click(QStringLiteral("homeWorkHere"));
    m_log.expect(QStringLiteral("GET"), QStringLiteral("/workspaces/[^/? ]+[? ]"), 20);
    linger(1200);
    shoot(QStringLiteral("1-home"));
    m_driver->click(QStringLiteral("homeConnect"));
    linger(300);
    shoot(QStringLiteral("1-connect"));
}

void Story::data()
{
    step(QStringLiteral("2 Data: upload Fashion-MNIST"));
    m_driver->click(QStringLiteral("rail_data"));
    m_driver->click(QStringLiteral("dataUpload"));
    m_driver->type(QStringLiteral("uploadSource"), m_places.images);
    m_driver->type(QStringLiteral("uploadTarget"), QStringLiteral("mnist"));
    picture(QStringLiteral("2-data-form-light"));
    m_driver->click(QStringLiteral("uploadStart"));
    for (const char* name : {"train-images.gz", "train-labels.gz", "test-images.gz", "test-labels.gz"})
        m_log.expect(QStringLiteral("PUT"), QStringLiteral("/data/mnist/") + QLatin1String(name), 60);
    m_driver->selectRow(QStringLiteral("dataTree"), QStringLiteral("mnist"));
    auto* tree = m_driver->find<QAbstractItemView>(QStringLiteral("dataTree"));
    tree->setFocus();
    QTest::keyClick(tree, Qt::Key_Right);
    m_driver->selectRow(QStringLiteral("dataTree"), QStringLiteral("train-images.gz"));
    m_log.expect(QStringLiteral("GET"), QStringLiteral("comp=list"));
    linger(800);
    shoot(QStringLiteral("2-data"));
}

void Story::compute()
{
    step(QStringLiteral("3 Compute: find or create cpu-cluster"));
    m_driver->click(QStringLiteral("rail_compute"));
    m_driver->click(QStringLiteral("computeNew"));
    m_driver->type(QStringLiteral("computeName"), QStringLiteral("cpu-cluster"));
    waitFor(QStringLiteral("the sizes of nodes"), [this] {
        const auto* sizes = m_driver->visible<QComboBox>(QStringLiteral("computeSize"));
        return sizes && sizes->count() > 0;
    });
    m_driver->type(QStringLiteral("computeMax"), QStringLiteral("2"));
    picture(QStringLiteral("3-compute-form-light"));
    m_driver->click(QStringLiteral("computeCreate"));
    m_log.expect(QStringLiteral("PUT"), QStringLiteral("/computes/cpu-cluster"), 20);
    m_driver->selectRow(QStringLiteral("computeTable"), QStringLiteral("cpu-cluster"));
    linger(800);
    shoot(QStringLiteral("3-compute"));
}

void Story::newRun()
{
    step(QStringLiteral("4 New run: the estimator as a form"));
    m_driver->click(QStringLiteral("rail_runs"));
    m_driver->click(QStringLiteral("runsNew"));
    m_driver->choose(QStringLiteral("estimatorCompute"), QStringLiteral("cpu-cluster"));
    waitFor(QStringLiteral("the checks to allow a submission"), [this] {
        const auto* button = m_driver->visible<QWidget>(QStringLiteral("estimatorSubmit"));
        return button && button->isEnabled();
    });
    m_log.expect(QStringLiteral("GET"), QStringLiteral("(comp=list|/computes)"));
    waitFor(QStringLiteral("the checks to end"), [this] { return m_driver->find<StateChip>(QStringLiteral("estimatorReady"))->word() == QStringLiteral("ready"); });
    linger(600);
    shoot(QStringLiteral("4-new-run"));
}

void Story::submit()
{
    step(QStringLiteral("5 Submit: the run, live"));
    m_driver->click(QStringLiteral("estimatorSubmit"));
    const QString line = m_log.expect(QStringLiteral("PUT"), QStringLiteral("/jobs/[A-Za-z0-9_.-]+"), 60);
    m_run = line.section(QStringLiteral("/jobs/"), 1).section(QRegularExpression(QStringLiteral("[? ]")), 0, 0);
    m_driver->find<QWidget>(QStringLiteral("runPanel"));
    waitFor(QStringLiteral("the preparing phase"), [this] { return stateOf(*m_driver).contains(QStringLiteral("Preparing")); }, 60);
    linger(1500);
    picture(QStringLiteral("5-preparing-light"));
    waitForPoints(QStringLiteral("validation_acc"), 2, 300);
    shoot(QStringLiteral("5-running"));
    m_log.expect(QStringLiteral("POST"), QStringLiteral("metric"));
}

qint64 Story::points(const QString& metric)
{
    qint64 count = -1;
    Calls calls(m_desktop->bridge);
    calls.start(m_desktop->client.runs.history(m_run.toStdString(), metric.toStdString()),
        [&](Result<std::vector<api::MetricPoint>> answer) { count = answer ? static_cast<qint64>(answer->size()) : 0; });
    waitFor(QStringLiteral("the history of %1").arg(metric), [&] { return count >= 0; });
    return count;
}

void Story::waitForPoints(const QString& metric, qint64 count, int seconds)
{
    QElapsedTimer timer;
    for (timer.start(); points(metric) < count; linger(500))
        require(timer.elapsed() < seconds * 1000LL, QStringLiteral("waited %1 s for %2 points of %3").arg(seconds).arg(count).arg(metric));
}

void Story::reopen()
{
    step(QStringLiteral("6 The window is closed in mid-run and opened again"));
    m_desktop->window.close();
    open();
    m_driver->click(QStringLiteral("rail_runs"));
    m_driver->activateRow(QStringLiteral("runsTable"), QStringLiteral("tf-mnist"));
    auto* panel = m_driver->find<QWidget>(QStringLiteral("runPanel"));
    waitFor(QStringLiteral("the log to be back"), [panel] {
        const auto views = panel->findChildren<LogView*>();
        return std::any_of(views.begin(), views.end(), [](const LogView* view) { return view->isVisible() && view->shownText().contains(QStringLiteral("poch")); });
    });
    m_log.expect(QStringLiteral("GET"), QStringLiteral("/runs/%1/details").arg(m_run));
    shoot(QStringLiteral("6-reopened"));
}

void Story::complete()
{
    std::printf("7 The run completes\n");  // it may have done so already: what was answered since the window is open again counts
    waitFor(QStringLiteral("the run to complete"), [this] {
        const QString state = stateOf(*m_driver);
        require(!state.contains(QStringLiteral("Failed")), QStringLiteral("the run failed; its log is in %1").arg(runFolder()));
        return state.contains(QStringLiteral("Completed"));
    }, 600);
    requireAccuracy();
    linger(800);
    m_log.expect(QStringLiteral("GET"), QStringLiteral("dcid.%1").arg(m_run));
    shoot(QStringLiteral("7-completed"));
    const QStringList names{QStringLiteral("live"), QStringLiteral("overview"), QStringLiteral("metrics"), QStringLiteral("logs"), QStringLiteral("outputs"), QStringLiteral("code"), QStringLiteral("spec")};
    for (int tab = 1; tab < names.size(); ++tab) {
        showTab(tab);
        linger(500);
        shoot(QStringLiteral("7-tab-") + names[tab]);
    }
    showTab(0);
}

void Story::requireAccuracy()
{
    double accuracy = -1;
    Calls calls(m_desktop->bridge);
    calls.start(m_desktop->client.runs.history(m_run.toStdString(), "final_acc"), [&](Result<std::vector<api::MetricPoint>> answer) {
        accuracy = answer && !answer->empty() ? answer->back().value : 0;
    });
    waitFor(QStringLiteral("final_acc"), [&] { return accuracy >= 0; });
    std::printf("    accuracy on Fashion-MNIST: %.4f\n", accuracy);
    require(accuracy >= 0.80, QStringLiteral("accuracy %1 is below 0.80").arg(accuracy));
}

void Story::registerModel()
{
    step(QStringLiteral("8 Register outputs/model as tf-mnist"));
    m_driver->click(QStringLiteral("runRegister"));
    m_driver->type(QStringLiteral("registerName"), QStringLiteral("tf-mnist"));
    shoot(QStringLiteral("8-register"));
    m_driver->click(QStringLiteral("registerConfirm"));
    m_log.expect(QStringLiteral("PUT"), QStringLiteral("/models/tf-mnist/versions/1"), 30);
}

void Story::download()
{
    m_driver->click(QStringLiteral("rail_models"));
    m_driver->selectRow(QStringLiteral("modelTable"), QStringLiteral("tf-mnist"));
    linger(600);
    const QString target = m_places.models + QStringLiteral("/tf-mnist-1");
    m_driver->type(QStringLiteral("modelFolder"), target);
    m_driver->click(QStringLiteral("modelDownload"));
    waitFor(QStringLiteral("the model to be downloaded"), [&] { return QDir(target).exists(); }, 60);
    linger(600);
    m_log.expect(QStringLiteral("GET"), QStringLiteral("/models/tf-mnist"));
    requireSameBytes(target);
    shoot(QStringLiteral("8-models"));
}

void Story::finishedRuns()
{
    step(QStringLiteral("9 Runs: all of them, and a finished one whole again"));
    m_driver->click(QStringLiteral("rail_runs"));
    m_driver->find<QWidget>(QStringLiteral("runsTable"));
    linger(600);
    shoot(QStringLiteral("9-runs"));
    m_driver->activateRow(QStringLiteral("runsTable"), m_run);
    m_log.expect(QStringLiteral("GET"), QStringLiteral("/runs/%1/details").arg(m_run));
    waitFor(QStringLiteral("the finished run to be whole again"), [this] { return stateOf(*m_driver).contains(QStringLiteral("Completed")); });
    linger(1200);
    shoot(QStringLiteral("9-opened-again"));
}

void Story::all()
{
    home();
    data();
    compute();
    newRun();
    submit();
    reopen();
    complete();
    registerModel();
    download();
    killService();
    finishedRuns();
}

void Story::visit()
{
    m_suffix = QStringLiteral("-200");
    step(QStringLiteral("The same pages at 200 %"));
    open();
    m_driver->click(QStringLiteral("homeWorkHere"));
    linger(1500);
    picture(QStringLiteral("1-home"));
    for (const char* place : {"data", "compute", "models"}) {
        m_driver->click(QStringLiteral("rail_") + QLatin1String(place));
        linger(1000);
        picture(QStringLiteral("page-") + QLatin1String(place));
    }
    m_driver->click(QStringLiteral("rail_runs"));
    linger(800);
    picture(QStringLiteral("9-runs"));
    m_driver->click(QStringLiteral("runsNew"));
    linger(1500);
    picture(QStringLiteral("4-new-run"));
    m_driver->click(QStringLiteral("rail_runs"));
    m_driver->activateRow(QStringLiteral("runsTable"), QStringLiteral("tf-mnist"));
    linger(2000);
    picture(QStringLiteral("7-completed"));
    m_desktop->theme.setSetting(SchemeSetting::Dark);
    picture(QStringLiteral("7-completed-dark"));
}

} // namespace runyard::tour
