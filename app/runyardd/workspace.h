#pragma once

#include "facts.h"
#include "local/blobs/blobs.h"
#include "local/blobs/sas.h"
#include "local/computes/computes.h"
#include "local/environments/environments.h"
#include "local/runs/scheduler.h"
#include "local/runs/supervisor.h"
#include "local/server/changes.h"
#include "local/server/router.h"
#include "local/server/tokens.h"
#include "local/store/runstore.h"
#include "local/store/store.h"
#include "local/workspace/workspaceroutes.h"

namespace runyard {

// All parts of a workspace, in the order in which they need each other. The server is beside it.
class Workspace {
public:
    Workspace(boost::asio::io_context& context, std::filesystem::path folder, Facts facts, std::string url);
    ~Workspace();

    Result<> open();        // database, folders
    void addRoutes();
    void start();           // takes up what an earlier life left
    void close();           // flushes; nothing is to be asked of it afterwards
    bool isIdle();          // no run is under way

    local::Router& router() { return m_router; }
    local::Tokens& tokens() { return m_tokens; }
    local::Changes& changes() { return m_changes; }

private:
    local::Health health();
    bool isEnded(const std::string& runId);

    boost::asio::io_context& m_context;
    std::filesystem::path m_folder;
    api::Workspace m_facts;
    std::string m_url;
    local::Router m_router;
    local::Tokens m_tokens;
    local::Sas m_sas;
    local::Changes m_changes;
    std::unique_ptr<local::Store> m_store;
    local::Documents m_documents;
    local::RunStore m_runs;
    local::Blobs m_blobs;
    local::Computes m_computes;
    local::Environments m_environments;
    local::Supervisor m_supervisor;
    local::Scheduler m_scheduler;
};

} // namespace runyard
