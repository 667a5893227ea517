#pragma once

#include "api/run.h"
#include "api/workspace.h"
#include "bridge/calls.h"
#include "bridge/feed.h"
#include "client/localservice.h"
#include "client/runs.h"

#include <QObject>
#include <QTimer>

#include <optional>
#include <vector>

namespace runyard {

// What the frame of the window knows of the workspace: whether it is open, how its service is, which runs there are.
class WorkspaceWatch final : public QObject {
    Q_OBJECT
public:
    WorkspaceWatch(Bridge& bridge, client::LocalService& service, client::Runs& runs, QObject* parent = nullptr);

    // Starts the service where it does not run; does nothing while that is under way or done.
    void open();
    bool isOpen() const { return m_workspace.has_value(); }
    bool isOpening() const { return !m_opening.isIdle(); }
    const std::optional<Error>& error() const { return m_error; }

    const client::ServiceState& state() const { return m_state; }
    const std::vector<api::RunSummary>& runs() const { return m_runs; }
    int activeRuns() const;

Q_SIGNALS:
    void changed();  // opening, open, failed, or another state of the service
    void opened();
    void runsChanged();

private:
    void answered(Result<api::Workspace> workspace);
    void watchState();
    void watchRuns();

    client::LocalService& m_service;
    client::Runs& m_runList;
    std::optional<api::Workspace> m_workspace;
    std::optional<Error> m_error;
    client::ServiceState m_state;
    std::vector<api::RunSummary> m_runs;
    QTimer m_again;
    Feed<std::vector<api::RunSummary>> m_runFeed;
    Feed<client::ServiceState> m_stateFeed;
    Calls m_opening;
};

} // namespace runyard
