#include "mainwindow.h"

#include "commandpalette.h"
#include "pages.h"
#include "panels/session/homepanel.h"
#include "rail.h"
#include "servicestate.h"
#include "settingspage.h"
#include "statusline.h"
#include "theme/metrics.h"
#include "topbar.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QMessageBox>
#include <QShortcut>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace runyard {

static constexpr int narrowBelow = 1100;

MainWindow::MainWindow(Bridge& bridge, client::Client& client, Theme& theme, Settings settings, QString settingsFile)
    : m_client(client), m_theme(theme), m_settings(std::move(settings)), m_settingsFile(std::move(settingsFile)),
      m_watch(bridge, client.service, client.runs), m_topBar(new TopBar(this)), m_rail(new Rail(this)), m_pages(new Pages(bridge, client, theme, this)),
      m_status(new StatusLine(this)), m_palette(new CommandPalette(this)), m_modelCalls(bridge), m_countCalls(bridge)
{
    build();
    connectParts();
    addKeys();
    showState();
    m_pages->currentWidget()->setFocus();
    if (m_settings.isWorkspaceOpen)
        QTimer::singleShot(0, this, [this] { m_watch.open(); });
}

MainWindow::~MainWindow() = default;

void MainWindow::build()
{
    setWindowTitle(QStringLiteral("Runyard"));
    setMinimumSize(px(760), px(520));
    auto* middle = new QHBoxLayout;
    middle->setContentsMargins(0, 0, 0, 0);
    middle->setSpacing(0);
    middle->addWidget(m_rail);
    middle->addWidget(m_pages, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_topBar);
    column->addLayout(middle, 1);
    column->addWidget(m_status);
    const QSize frame(px(8), px(48));
    resize(QSize(1440, 900).boundedTo(screen()->availableSize() - frame));
    restoreGeometry(m_settings.geometry);
}

void MainWindow::connectParts()
{
    connect(&m_watch, &WorkspaceWatch::changed, this, &MainWindow::showState);
    connect(&m_watch, &WorkspaceWatch::opened, this, &MainWindow::whenOpened);
    connect(&m_watch, &WorkspaceWatch::runsChanged, this, &MainWindow::showRuns);
    connect(&m_theme, &Theme::changed, this, &MainWindow::resizeParts);
    connect(m_rail, &Rail::placeChosen, this, &MainWindow::go);
    connect(m_rail, &Rail::runChosen, this, &MainWindow::openRun);
    connect(m_rail, &Rail::pinToggled, this, &MainWindow::togglePin);
    connect(m_topBar, &TopBar::searchRequested, this, &MainWindow::openPalette);
    connect(m_topBar, &TopBar::workspaceRequested, this, &MainWindow::openWorkspaceMenu);
    connect(m_pages, &Pages::placeWanted, this, &MainWindow::go);
    connect(m_pages, &Pages::runWanted, this, &MainWindow::openRun);
    connect(m_pages, &Pages::countChanged, m_rail, &Rail::setCount);
    connect(m_pages, &Pages::modelRegistered, this, &MainWindow::loadCounts);
    connect(m_pages, &Pages::transfersChanged, m_status, &StatusLine::setTransfers);
    connect(&m_pages->home(), &HomePanel::openRequested, this, [this] { m_watch.open(); });
    connect(&m_pages->home(), &HomePanel::exampleRequested, this, [this] { go(Place::NewRun); });
    connect(&m_pages->home(), &HomePanel::connectRequested, this, [this] { go(Place::Connect); });
    connect(&m_pages->home(), &HomePanel::dataRequested, this, [this] { go(Place::Data); });
}

void MainWindow::key(const QKeySequence& keys, std::function<void()> action)
{
    auto* shortcut = new QShortcut(keys, this);
    connect(shortcut, &QShortcut::activated, this, std::move(action));
}

void MainWindow::addKeys()
{
    const Place places[] = {Place::Home, Place::Data, Place::Compute, Place::Runs, Place::Models, Place::Settings};
    for (int at = 0; at < 6; ++at)
        key(QKeySequence(QStringLiteral("Ctrl+%1").arg(at + 1)), [this, place = places[at]] { go(place); });
    key(QKeySequence(QStringLiteral("Ctrl+,")), [this] { go(Place::Settings); });
    key(QKeySequence(QStringLiteral("Ctrl+N")), [this] { go(Place::NewRun); });
    key(QKeySequence(QStringLiteral("Ctrl+K")), [this] { openPalette(); });
    key(QKeySequence(QStringLiteral("Ctrl+=")), [this] { zoom(m_theme.scale() + 0.05); });
    key(QKeySequence(QStringLiteral("Ctrl+-")), [this] { zoom(m_theme.scale() - 0.05); });
    key(QKeySequence(QStringLiteral("Ctrl+0")), [this] { zoom(1.0); });
    key(QKeySequence(Qt::Key_F11), [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
}

void MainWindow::go(Place place)
{
    if (!m_watch.isOpen() && place != Place::Home && place != Place::Settings) {
        m_wanted = place;
        place = Place::Home;
        m_watch.open();
    }
    m_place = place;
    m_run = place == Place::Run ? m_run : QString();
    m_pages->show(place);
    m_pages->currentWidget()->setFocus();
    m_rail->setPlace(place, m_run);
    if (place == Place::Settings)
        connect(&m_pages->settings(), &SettingsPage::changed, this, &MainWindow::save, Qt::UniqueConnection);
}

void MainWindow::openRun(const QString& id)
{
    m_place = Place::Run;
    m_run = id;
    m_pages->openRun(id);
    m_rail->setPlace(Place::Run, id);
}

void MainWindow::whenOpened()
{
    m_settings.isWorkspaceOpen = true;
    save();
    loadCounts();
    if (const Place wanted = std::exchange(m_wanted, Place::Home); wanted != Place::Home)
        go(wanted);
}

// What the rail says of pages that have not been open yet.
void MainWindow::loadCounts()
{
    m_countCalls.start(m_client.computes.list(), [this](Result<std::vector<api::Compute>> computes) {
        if (computes)
            m_rail->setCount(Place::Compute, static_cast<int>(computes->size()));
    });
    m_countCalls.start(m_client.models.list(), [this](Result<std::vector<api::ModelContainer>> models) {
        if (models)
            m_rail->setCount(Place::Models, static_cast<int>(models->size()));
    });
}

void MainWindow::showState()
{
    HomePanel& home = m_pages->home();
    const QString folder = QString::fromStdString(m_client.service.dataFolder().string());
    if (m_watch.isOpen()) {
        const auto& state = m_watch.state();
        m_topBar->setWorkspace(kindOf(state), tr("local"), tr("This computer"), wordsFor(state) + QLatin1Char('\n') + folder);
        m_status->setState(&state);
        home.showOpen(state);
        return;
    }
    m_status->setState(nullptr);
    if (m_watch.error()) {
        m_wanted = Place::Home;
        m_topBar->setWorkspace(StateKind::Danger, tr("local"), tr("Not open"), QString::fromStdString(m_watch.error()->message));
        home.showFailed(*m_watch.error());
    } else if (m_watch.isOpening()) {
        m_topBar->setWorkspace(StateKind::Accent, tr("local"), tr("Starting"), folder);
        home.showOpening();
    } else {
        m_topBar->setWorkspace(StateKind::Neutral, tr("No workspace"), {}, {});
    }
}

void MainWindow::showRuns()
{
    const auto& runs = m_watch.runs();
    m_rail->setRuns(runs, m_settings.pinnedRuns);
    m_rail->setPlace(m_place, m_run);
    m_rail->setCount(Place::Runs, static_cast<int>(runs.size()));
    m_status->setActiveRuns(m_watch.activeRuns());
    m_pages->home().showRuns(runs);
}

void MainWindow::openPalette()
{
    m_palette->open(commands());
    if (!m_watch.isOpen() || !m_modelCalls.isIdle())
        return;
    m_modelCalls.start(m_client.models.list(), [this](Result<std::vector<api::ModelContainer>> models) {
        if (!models)
            return;
        m_models = std::move(*models);
        m_palette->setCommands(commands());
    });
}

std::vector<PaletteEntry> MainWindow::commands()
{
    const auto goes = [this](Place place) { return [this, place] { go(place); }; };
    std::vector<PaletteEntry> all{
        {tr("New run"), tr("Ctrl+N"), QStringLiteral("plus"), goes(Place::NewRun)},
        {tr("Home"), tr("Ctrl+1"), QStringLiteral("home"), goes(Place::Home)},
        {tr("Data"), tr("Ctrl+2"), QStringLiteral("data"), goes(Place::Data)},
        {tr("Compute"), tr("Ctrl+3"), QStringLiteral("compute"), goes(Place::Compute)},
        {tr("Runs"), tr("Ctrl+4"), QStringLiteral("runs"), goes(Place::Runs)},
        {tr("Models"), tr("Ctrl+5"), QStringLiteral("models"), goes(Place::Models)},
        {tr("Connect tools"), tr("MLflow, azure-ai-ml, REST"), QStringLiteral("link"), goes(Place::Connect)},
        {tr("Settings"), tr("Ctrl+6"), QStringLiteral("settings"), goes(Place::Settings)},
        {tr("Light colours"), tr("Scheme"), QStringLiteral("eye"), [this] { m_theme.setSetting(SchemeSetting::Light); save(); }},
        {tr("Dark colours"), tr("Scheme"), QStringLiteral("eye"), [this] { m_theme.setSetting(SchemeSetting::Dark); save(); }},
        {tr("Colours as the system"), tr("Scheme"), QStringLiteral("eye"), [this] { m_theme.setSetting(SchemeSetting::System); save(); }},
    };
    if (!m_run.isEmpty()) {
        const QString title = m_settings.pinnedRuns.contains(m_run) ? tr("Unpin %1").arg(m_run) : tr("Pin %1").arg(m_run);
        all.push_back({title, tr("Run"), QStringLiteral("pin"), [this, id = m_run] { togglePin(id); }});
    }
    for (const auto& model : m_models) {
        const QString name = QString::fromStdString(model.name);
        all.push_back({name, tr("Model"), QStringLiteral("models"), [this, name] {
            go(Place::Models);
            m_pages->openModel(name);
        }});
    }
    for (const auto& run : m_watch.runs()) {
        const QString id = QString::fromStdString(run.id);
        const QString title = run.name.empty() ? id : QString::fromStdString(run.name);
        all.push_back({title, tr("Run · %1 · %2").arg(QString::fromStdString(run.experimentName), QString::fromStdString(run.status)), QStringLiteral("runs"), [this, id] { openRun(id); }});
    }
    return all;
}

void MainWindow::openWorkspaceMenu(const QPoint& at)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString folder = QString::fromStdString(m_client.service.dataFolder().string());
    if (!m_watch.isOpen())
        menu->addAction(tr("Open the workspace on this computer"), this, [this] { m_watch.open(); });
    menu->addAction(tr("Copy the path of %1").arg(folder), this, [folder] { QApplication::clipboard()->setText(folder); });
    menu->addAction(tr("Connect tools…"), this, [this] { go(Place::Connect); });
    menu->addAction(tr("Settings"), this, [this] { go(Place::Settings); });
    menu->popup(at);
}

void MainWindow::togglePin(const QString& id)
{
    if (!m_settings.pinnedRuns.removeOne(id))
        m_settings.pinnedRuns.append(id);
    save();
    showRuns();
}

void MainWindow::zoom(double scale)
{
    m_theme.setScale(scale);
    save();
}

void MainWindow::save()
{
    m_settings.scheme = m_theme.setting();
    m_settings.scale = m_theme.scale();
    m_settings.save(m_settingsFile);
}

void MainWindow::resizeParts()
{
    m_topBar->setFixedHeight(px(metrics::topBarHeight));
    m_status->setFixedHeight(px(metrics::statusBarHeight));
    m_rail->setNarrow(width() < px(narrowBelow));
}

void MainWindow::comeForward(const QString& page)
{
    if (!page.isEmpty())
        go(placeNamed(page));
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_rail->setNarrow(width() < px(narrowBelow));
}

// Runs go on without a window; an upload or a download does not.
bool MainWindow::mayStopTransfers()
{
    const int count = m_pages->transfers();
    if (count == 0)
        return true;
    QMessageBox question(QMessageBox::NoIcon, tr("Close Runyard?"), count == 1 ? tr("A transfer is under way. Closing stops it.") : tr("%1 transfers are under way. Closing stops them.").arg(count), QMessageBox::NoButton, this);
    question.setObjectName(QStringLiteral("closeQuestion"));
    question.setInformativeText(tr("Files that are not whole are not kept; start it again to send the rest. Runs go on without the window."));
    const auto* stop = question.addButton(tr("Stop and close"), QMessageBox::DestructiveRole);
    auto* stay = question.addButton(tr("Keep it open"), QMessageBox::RejectRole);
    question.setDefaultButton(stay);
    question.setEscapeButton(stay);
    question.exec();
    return question.clickedButton() == stop;
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!mayStopTransfers()) {
        event->ignore();
        return;
    }
    m_settings.geometry = saveGeometry();
    save();
    QWidget::closeEvent(event);
}

} // namespace runyard
