#include "workspace.h"

#include "api/job.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/job.h"
#include "local/blobs/blobroutes.h"
#include "local/resources/resources.h"
#include "local/tracking/tracking.h"

#include <unistd.h>

#include <cstdio>

namespace runyard {

namespace asio = boost::asio;

namespace {

constexpr int damagedExit = 5;

} // namespace

Workspace::Workspace(asio::io_context& context, std::filesystem::path folder, Facts facts, std::string url)
    : m_context(context), m_folder(std::move(folder)), m_facts(facts.workspace(url)), m_url(std::move(url)), m_tokens(hmacSha256(facts.key, "tokens"), facts.guid),
      m_sas(hmacSha256(facts.key, "addresses")), m_changes(context), m_store(std::make_unique<local::Store>(context, m_folder / "store.sqlite")), m_documents(*m_store),
      m_runs(*m_store, m_changes), m_blobs(context, *m_store, m_folder), m_computes(context, m_documents, m_changes), m_environments(context, m_folder / "environments"),
      m_supervisor(context, m_folder / "runs", binaryFolder() / "runyard-shim", [this](const std::string& runId) { m_changes.touch("run/" + runId); }),
      m_scheduler(local::SchedulerParts{context, m_runs, m_documents, m_blobs, m_computes, m_environments, m_supervisor, m_changes,
          [this](const std::string& runId) { return m_tokens.forRun(runId); }, m_url, m_facts.path()})
{
}

Workspace::~Workspace() = default;

Result<> Workspace::open()
{
    if (auto opened = m_store->open(); !opened)
        return opened;
    for (const auto& note : m_store->notes())
        std::fprintf(stderr, "runyardd: %s\n", note.c_str());
    m_tokens.use([this](const std::string& runId) {
        const auto run = m_runs.get(runId);
        return run ? run->ended : Millis(0);
    });
    return m_blobs.open();
}

void Workspace::addRoutes()
{
    const local::WorkspaceParts parts{m_facts, m_tokens, m_blobs, m_documents, m_sas, [this] { return health(); }};
    local::addWorkspaceRoutes(m_router, parts);
    local::addDatastoreRoutes(m_router, parts);
    local::addCodeRoutes(m_router, parts);
    local::addBlobRoutes(m_router, local::BlobParts{m_blobs, m_changes, m_sas, [this](const std::string& runId) { return isEnded(runId); }});
    const local::TrackingParts tracking{m_context, *m_store, m_changes, m_blobs, m_facts.path()};
    local::addTrackingRoutes(m_router, tracking);
    local::addRunContextRoutes(m_router, tracking);
    local::addResourceRoutes(m_router, std::make_shared<local::ResourceParts>(local::ResourceParts{*m_store, m_documents, m_blobs, m_computes, m_environments, m_scheduler, m_supervisor,
        m_changes, m_facts.path(), m_facts.subscriptionId, m_facts.location,
        [this](const std::string& base, const std::string& container, const std::string& name) { return local::blobUrl(base, container, name) + "?" + m_sas.sign(container, name, "r"); }}));
}

void Workspace::start()
{
    // The next life restores a backup.
    m_store->onDamage([] {
        std::fputs("runyardd: the database is damaged; starting anew with its last backup.\n", stderr);
        ::_exit(damagedExit);
    });
    m_computes.load();
    m_scheduler.start();
    detach(m_context, m_store->keepBackups());
}

void Workspace::close()
{
    m_store.reset();
}

bool Workspace::isIdle()
{
    return m_scheduler.isIdle() && m_runs.unfinished().empty();
}

bool Workspace::isEnded(const std::string& runId)
{
    const auto run = m_runs.get(runId);
    return !run || api::isTerminal(run->status);
}

local::Health Workspace::health()
{
    local::Health health;
    health.cores = m_computes.cores();
    health.coresBusy = m_computes.busyCores();
    health.activeRuns = static_cast<int>(m_runs.unfinished().size());
    return health;
}

} // namespace runyard
