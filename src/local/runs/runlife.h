#pragma once

#include "api/job.h"
#include "api/run.h"
#include "core/job.h"
#include "jobplan.h"
#include "local/environments/environments.h"
#include "scheduler.h"
#include "supervisor.h"

#include <boost/asio/thread_pool.hpp>

#include <memory>

namespace runyard::local {

class Lease;

// One run on its way through its phases, from Queued to its end. Shared by the coroutine that drives it and by the scheduler that cancels it.
class RunLife : public std::enable_shared_from_this<RunLife> {
public:
    RunLife(SchedulerParts& parts, asio::thread_pool& pool, api::Job job, std::vector<api::Phase> phases);

    // From the beginning, or from what its shim did in an earlier life of the service, to the end that is written down.
    static Task<> drive(std::shared_ptr<RunLife> life);
    // Ends a run that has no process yet. Only after its drive() was cancelled.
    static Task<> close(std::shared_ptr<RunLife> life, std::string reason);
    // Tells the shim. Only once isLaunched().
    static Task<Result<>> interrupt(std::shared_ptr<RunLife> life, std::string reason);

    bool isLaunched() const { return m_isLaunched; }
    bool isEnding() const { return m_isEnding; }
    bool isStopped() const { return m_isStopped; }
    void stop() { m_isStopped = true; }

private:
    using Self = std::shared_ptr<RunLife>;
    using Leases = std::vector<std::unique_ptr<Lease>>;

    static Task<Result<Exit>> execute(Self self);
    static Task<Result<Exit>> resume(Self self);
    static Task<Result<JobPlan>> prepare(Self self, std::shared_ptr<BuiltEnvironment> python);
    static Task<Result<Exit>> launch(Self self, JobPlan plan, BuiltEnvironment python);
    static Task<> finish(Self self, Result<Exit> exit);
    static Task<Result<>> seal(Self self);
    static Task<> enter(Self self, std::string phase, std::string status);
    static Task<> save(Self self);
    static Task<> end(Self self, std::string status, std::string code, std::string sentence, Millis when);

    void beginPhase(const std::string& name);
    void note(const std::string& text);

    SchedulerParts& m_parts;
    asio::thread_pool& m_pool;
    api::Job m_job;
    std::vector<api::Phase> m_phases;
    RunFolder m_folder;
    bool m_isLaunched = false, m_isEnding = false, m_isStopped = false;
};

} // namespace runyard::local
