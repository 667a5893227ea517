#include "scheduler.h"

#include "api/json.h"
#include "api/names.h"
#include "api/uri.h"
#include "local/store/runs.h"
#include "local/store/store.h"
#include "runlife.h"

#include <boost/asio/co_spawn.hpp>

#include <map>

namespace runyard::local {

namespace {

struct Active {
    std::shared_ptr<RunLife> life;
    runyard::Job task;
};

} // namespace

struct Scheduler::State {
    explicit State(SchedulerParts given) : parts(std::move(given)), pool(2) {}

    SchedulerParts parts;
    std::map<std::string, Active> active;
    asio::thread_pool pool;

    static void begin(const std::shared_ptr<State>& state, api::Job job, std::vector<api::Phase> phases)
    {
        const std::string id = job.name;
        const auto life = std::make_shared<RunLife>(state->parts, state->pool, std::move(job), std::move(phases));
        state->active[id] = Active{life, runyard::Job(state->parts.context, drive(state, life, id))};
    }

    static Task<> drive(std::shared_ptr<State> state, std::shared_ptr<RunLife> life, std::string id)
    {
        co_await RunLife::drive(life);
        if (!life->isStopped() || life->isLaunched())
            state->active.erase(id);
    }

    static Task<> close(std::shared_ptr<State> state, std::shared_ptr<RunLife> life, std::string id, std::string reason)
    {
        co_await RunLife::close(life, reason);
        state->active.erase(id);
    }

    static Task<> fail(std::shared_ptr<State> state, std::string id, std::string sentence)
    {
        RunChange change;
        change.status = "Failed";
        change.ended = nowMillis();
        change.errorCode = "ServiceError";
        change.errorMessage = std::move(sentence);
        co_await state->parts.runs.change(id, std::move(change));
    }

    void takeUp(const std::shared_ptr<State>& state, const RunRecord& run);
    Result<> check(const api::Job& job) const;
};

Scheduler::Scheduler(SchedulerParts parts) : m_state(std::make_shared<State>(std::move(parts))) {}

Scheduler::~Scheduler()
{
    for (auto& [id, active] : m_state->active)
        active.task.cancel();
    m_state->pool.join();
}

void Scheduler::start()
{
    for (const RunRecord& run : m_state->parts.runs.unfinished())
        m_state->takeUp(m_state, run);
}

void Scheduler::State::takeUp(const std::shared_ptr<State>& state, const RunRecord& run)
{
    const auto document = parts.documents.get("job", run.id);
    const auto job = document ? api::read<api::Job>(document->json) : failure(Error::Code::NotFound, "The description of its job is lost.");
    if (!job) {
        detach(parts.context, fail(state, run.id, "The run could not be taken up after a restart of the service. " + job.error().message));
        return;
    }
    const bool isCancelled = run.status == "CancelRequested", isKnown = parts.supervisor.isKnown(run.id);
    if (isCancelled && !isKnown) {
        const auto life = std::make_shared<RunLife>(parts, pool, *job, run.phases);
        active[run.id] = Active{life, {}};
        detach(parts.context, close(state, life, run.id, "The run was cancelled."));
        return;
    }
    begin(state, *job, run.phases);
    if (isCancelled)
        detach(parts.context, [](std::shared_ptr<RunLife> life) -> Task<> { co_await RunLife::interrupt(life, "The run was cancelled."); }(active[run.id].life));
}

Result<> Scheduler::State::check(const api::Job& job) const
{
    if (auto named = api::checkJobName(job.name); !named)
        return named;
    if (!isRunId(job.name))
        return failure(Error::Code::Invalid, "“" + job.name + "” cannot be the name of a job: use letters, digits, “_” and “-”.");
    if (parts.runs.get(job.name) || parts.supervisor.isKnown(job.name))
        return failure(Error::Code::Conflict, "There is a job “" + job.name + "” already. Choose another name.");
    if (const auto plan = planJob(job, RunFolder(parts.supervisor.folderOf(job.name)), parts); !plan)
        return Failure(plan.error());
    return {};
}

Task<Result<>> Scheduler::submit(api::Job job, std::string document)
{
    const auto state = m_state;
    auto& parts = state->parts;
    if (job.experimentName.empty())
        job.experimentName = "Default";
    job.created = nowMillis();
    job.status = "Queued";
    auto checked = state->check(job);
    if (!checked)
        co_return checked;
    // The description first: a run without one could not be taken up.
    if (document.empty())
        document = api::toJson(job, parts.workspacePath).dump();
    auto kept = co_await parts.documents.put("job", job.name, "", std::move(document));
    if (!kept)
        co_return Failure(std::move(kept).error());
    RunRecord run;
    run.id = job.name;
    run.displayName = job.displayName.empty() ? job.name : job.displayName;
    run.status = "Queued";
    run.target = api::armName(job.computeId, "computes");
    run.created = job.created;
    run.phases.push_back(api::Phase{"Queued", job.created, 0, ""});
    auto created = co_await parts.runs.create(run, job.experimentName);
    if (!created) {
        co_await parts.documents.remove("job", job.name, "");
        co_return Failure(std::move(created).error());
    }
    State::begin(state, std::move(job), run.phases);
    co_return Result<>();
}

Task<Result<>> Scheduler::cancel(std::string runId)
{
    const auto state = m_state;
    const auto found = state->active.find(runId);
    if (found == state->active.end()) {
        if (!state->parts.runs.get(runId))
            co_return failure(Error::Code::NotFound, "There is no run “" + runId + "”.");
        co_return Result<>();  // it has ended: that is what was asked for
    }
    const auto life = found->second.life;
    const auto task = found->second.task;
    if (life->isEnding() || life->isStopped())
        co_return Result<>();
    const std::string reason = "The run was cancelled.";
    if (!life->isLaunched()) {
        life->stop();
        task.cancel();
        detach(state->parts.context, State::close(state, life, runId, reason));
        co_return Result<>();
    }
    RunChange change;
    change.status = "CancelRequested";
    auto noted = co_await state->parts.runs.change(runId, std::move(change));
    if (!noted)
        co_return noted;
    if (life->isEnding())
        co_return Result<>();
    co_return co_await RunLife::interrupt(life, reason);
}

bool Scheduler::isIdle() const { return m_state->active.empty(); }

} // namespace runyard::local
