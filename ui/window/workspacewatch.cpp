#include "workspacewatch.h"

#include "api/job.h"

#include <algorithm>

namespace runyard {

static constexpr int listLimit = 500;

WorkspaceWatch::WorkspaceWatch(Bridge& bridge, client::LocalService& service, client::Runs& runs, QObject* parent)
    : QObject(parent), m_service(service), m_runList(runs), m_runFeed(bridge), m_stateFeed(bridge), m_opening(bridge)
{
    m_again.setSingleShot(true);
    m_again.setInterval(2000);
    connect(&m_again, &QTimer::timeout, this, &WorkspaceWatch::watchRuns);
}

void WorkspaceWatch::open()
{
    if (isOpen() || isOpening())
        return;
    m_error.reset();
    m_opening.start(m_service.open(), [this](Result<api::Workspace> workspace) { answered(std::move(workspace)); });
    Q_EMIT changed();
}

void WorkspaceWatch::answered(Result<api::Workspace> workspace)
{
    if (!workspace) {
        m_error = std::move(workspace).error();
        Q_EMIT changed();
        return;
    }
    m_workspace = std::move(*workspace);
    m_state.kind = client::ServiceState::Kind::Ready;
    watchState();
    watchRuns();
    Q_EMIT changed();
    Q_EMIT opened();
}

void WorkspaceWatch::watchState()
{
    m_stateFeed.start([this](Sink<client::ServiceState> sink) { return m_service.watch(sink); },
                      [this](std::vector<client::ServiceState> states) {
                          m_state = std::move(states.back());
                          Q_EMIT changed();
                      },
                      [this](Result<> end) {
                          m_state.kind = client::ServiceState::Kind::Failed;
                          if (!end)
                              m_state.sentence = end.error().message;
                          Q_EMIT changed();
                      });
}

void WorkspaceWatch::watchRuns()
{
    m_runFeed.start([this](Sink<std::vector<api::RunSummary>> sink) { return m_runList.watchList(listLimit, sink); },
                    [this](std::vector<std::vector<api::RunSummary>> lists) {
                        m_runs = std::move(lists.back());
                        Q_EMIT runsChanged();
                    },
                    [this](Result<>) { m_again.start(); });
}

int WorkspaceWatch::activeRuns() const
{
    return static_cast<int>(std::count_if(m_runs.begin(), m_runs.end(), [](const auto& run) { return !api::isTerminal(run.status) && run.ended == 0; }));
}

} // namespace runyard
