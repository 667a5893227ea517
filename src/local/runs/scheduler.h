#pragma once

#include "api/job.h"
#include "core/result.h"
#include "core/task.h"

#include <functional>
#include <memory>
#include <string>

namespace runyard::local {

class Blobs;
class Changes;
class Computes;
class Documents;
class Environments;
class Runs;
class Supervisor;

// What a run needs from the rest of the service.
struct SchedulerParts {
    asio::io_context& context;
    Runs& runs;
    Documents& documents;
    Blobs& blobs;
    Computes& computes;
    Environments& environments;
    Supervisor& supervisor;
    Changes& changes;
    std::function<std::string(const std::string& runId)> tokenOf;  // the run's own bearer token
    std::string serviceUrl;                                        // "http://127.0.0.1:PORT"
    std::string workspacePath;
};

// Drives every run through its phases: Queued, Preparing (snapshot copied, environment built), Scaling (nodes), Running, Finalizing
// (record sealed), and takes up unfinished runs after a restart. One coroutine a run.
class Scheduler {
public:
    explicit Scheduler(SchedulerParts parts);
    ~Scheduler();

    void start();  // takes up what an earlier life left
    // Checks what can be checked at once (code, environment, compute, inputs exist), writes down the run and its description, the document
    // ("job", name, ""), and queues it. On an error nothing is left.
    Task<Result<>> submit(api::Job job, std::string document = {});
    Task<Result<>> cancel(std::string runId);
    bool isIdle() const;  // no run is under way

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
