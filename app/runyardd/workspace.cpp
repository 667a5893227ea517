#include "workspace.h"

#include "api/job.h"
#include "core/hash.h"
#include "core/job.h"
#include "local/blobs/blobroutes.h"

#include <sched.h>

#include <cstdio>

namespace runyard {

namespace asio = boost::asio;

namespace {

int coresOfMachine()
{
    cpu_set_t set;
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

} // namespace

Workspace::Workspace(asio::io_context& context, std::filesystem::path folder, Facts facts, std::string url)
    : m_context(context), m_folder(std::move(folder)), m_facts(facts.workspace(url)), m_url(std::move(url)), m_tokens(hmacSha256(facts.key, "tokens"), facts.guid),
      m_sas(hmacSha256(facts.key, "addresses")), m_changes(context), m_store(std::make_unique<local::Store>(context, m_folder / "store.sqlite")), m_documents(*m_store),
      m_runs(*m_store, m_changes), m_blobs(context, *m_store, m_folder)
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
    const local::WorkspaceParts parts{m_facts, m_url, m_blobs, m_documents, m_sas, [this] { return health(); }};
    local::addWorkspaceRoutes(m_router, parts);
    local::addDatastoreRoutes(m_router, parts);
    local::addCodeRoutes(m_router, parts);
    local::addBlobRoutes(m_router, local::BlobParts{m_blobs, m_changes, m_sas, [this] { return m_url; }, [this](const std::string& runId) { return isEnded(runId); }});
}

void Workspace::start()
{
    detach(m_context, m_store->keepBackups());
}

void Workspace::close()
{
    m_store.reset();
}

bool Workspace::isIdle()
{
    return m_runs.unfinished().empty();
}

bool Workspace::isEnded(const std::string& runId)
{
    const auto run = m_runs.get(runId);
    return !run || api::isTerminal(run->status);
}

local::Health Workspace::health()
{
    local::Health health;
    health.cores = coresOfMachine();
    health.activeRuns = static_cast<int>(m_runs.unfinished().size());
    return health;
}

} // namespace runyard
