#include "pages.h"

#include "panels/computes/computespanel.h"
#include "panels/data/datapanel.h"
#include "panels/estimator/estimatorpanel.h"
#include "panels/models/modelspanel.h"
#include "panels/runs/runpanel.h"
#include "panels/runs/runspanel.h"
#include "panels/session/connectpanel.h"
#include "panels/session/homepanel.h"
#include "settingspage.h"
#include "theme/theme.h"

#include <utility>

namespace runyard {

static QString folderOf(client::Client& client)
{
    return QString::fromStdString(client.service.dataFolder().string());
}

Pages::Pages(Bridge& bridge, client::Client& client, Theme& theme, QWidget* parent)
    : QStackedWidget(parent), m_bridge(bridge), m_client(client), m_theme(theme), m_home(new HomePanel(folderOf(client))), m_calls(bridge)
{
    m_pages.insert(Place::Home, m_home);
    addWidget(m_home);
    connect(m_home, &HomePanel::runActivated, this, &Pages::runWanted);
}

SettingsPage& Pages::settings()
{
    return *static_cast<SettingsPage*>(page(Place::Settings));
}

QWidget* Pages::page(Place place)
{
    if (QWidget* known = m_pages.value(place))
        return known;
    QWidget* made = make(place);
    m_pages.insert(place, made);
    addWidget(made);
    return made;
}

QWidget* Pages::make(Place place)
{
    switch (place) {
    case Place::Data: return makeData();
    case Place::Compute: return makeComputes();
    case Place::Models: return makeModels();
    case Place::Runs: return makeRuns();
    case Place::Run: return makeRun();
    case Place::NewRun: return makeEstimator();
    case Place::Settings: return new SettingsPage(m_theme, folderOf(m_client), this);
    case Place::Connect: return new ConnectPanel(m_bridge, m_client.service, this);
    case Place::Home: break;
    }
    return m_home;
}

void Pages::show(Place place)
{
    setCurrentWidget(page(place));
    if (place == Place::Models && !m_newModel.isEmpty())
        openModel(std::exchange(m_newModel, {}));
}

DataPanel* Pages::makeData()
{
    auto* panel = new DataPanel(m_bridge, m_client.datastores, this);
    connect(panel, &DataPanel::useRequested, this, [this](const QString& datastore, const QString& path) {
        Q_EMIT placeWanted(Place::NewRun);
        static_cast<EstimatorPanel*>(page(Place::NewRun))->useData(datastore, path);
    });
    connect(panel, &DataPanel::transfersChanged, this, [this, panel](int count, double rate) { noteTransfers(panel, count, rate); });
    return panel;
}

ComputesPanel* Pages::makeComputes()
{
    auto* panel = new ComputesPanel(m_bridge, m_client.computes, this);
    connect(panel, &ComputesPanel::countChanged, this, [this](int count) { Q_EMIT countChanged(Place::Compute, count); });
    connect(panel, &ComputesPanel::runActivated, this, &Pages::runWanted);
    return panel;
}

ModelsPanel* Pages::makeModels()
{
    auto* panel = new ModelsPanel(m_bridge, m_client.models, this);
    connect(panel, &ModelsPanel::countChanged, this, [this](int count) { Q_EMIT countChanged(Place::Models, count); });
    connect(panel, &ModelsPanel::runActivated, this, &Pages::runWanted);
    connect(panel, &ModelsPanel::transfersChanged, this, [this, panel](int count, double rate) { noteTransfers(panel, count, rate); });
    return panel;
}

QWidget* Pages::makeRuns()
{
    auto* panel = new RunsPanel(m_bridge, m_client.runs, this);
    connect(panel, &RunsPanel::runActivated, this, &Pages::runWanted);
    connect(panel, &RunsPanel::newRunRequested, this, [this] { Q_EMIT placeWanted(Place::NewRun); });
    return panel;
}

QWidget* Pages::makeRun()
{
    auto* panel = new RunPanel(m_bridge, m_client.runs, m_client.models, this);
    connect(panel, &RunPanel::closed, this, [this] { Q_EMIT placeWanted(Place::Runs); });
    connect(panel, &RunPanel::duplicateRequested, this, &Pages::duplicate);
    connect(panel, &RunPanel::modelRegistered, this, [this](const QString& name) {
        m_newModel = name;
        Q_EMIT modelRegistered();
    });
    return panel;
}

QWidget* Pages::makeEstimator()
{
    auto* panel = new EstimatorPanel(m_bridge, m_client.estimators, m_client.computes, m_client.datastores, this);
    connect(panel, &EstimatorPanel::submitted, this, &Pages::runWanted);
    connect(panel, &EstimatorPanel::computeRequested, this, [this] { Q_EMIT placeWanted(Place::Compute); });
    connect(panel, &EstimatorPanel::dataRequested, this, [this] { Q_EMIT placeWanted(Place::Data); });
    return panel;
}

void Pages::openRun(const QString& id)
{
    auto* panel = static_cast<RunPanel*>(page(Place::Run));
    setCurrentWidget(panel);
    panel->open(id);
}

void Pages::openModel(const QString& name)
{
    auto* panel = static_cast<ModelsPanel*>(page(Place::Models));
    setCurrentWidget(panel);
    panel->choose(name);
}

void Pages::duplicate(const QString& id)
{
    m_calls.start(m_client.runs.job(id.toStdString()), [this](Result<api::Job> job) {
        Q_EMIT placeWanted(Place::NewRun);
        if (job)
            static_cast<EstimatorPanel*>(page(Place::NewRun))->load(client::Estimators::fromJob(*job));
    });
}

void Pages::noteTransfers(const QObject* panel, int count, double rate)
{
    m_transfers[panel] = {count, rate};
    double sum = 0;
    for (const auto& [number, speed] : m_transfers)
        sum += speed;
    Q_EMIT transfersChanged(transfers(), sum);
}

int Pages::transfers() const
{
    int all = 0;
    for (const auto& [number, speed] : m_transfers)
        all += number;
    return all;
}

} // namespace runyard
