#pragma once

#include "api/run.h"
#include "connection.h"
#include "core/job.h"

#include <list>
#include <memory>
#include <optional>
#include <string>

namespace runyard::client {

// The one change wait that is open for a run, shared by whoever follows its state, its logs and its metrics. It lasts as long as somebody holds it and
// the run goes on, over restarts of the service; a service that does not hold requests is polled.
class Pulse {
public:
    Pulse(asio::io_context& context, Connection& connection, std::string id);
    ~Pulse();
    Pulse(const Pulse&) = delete;
    Pulse& operator=(const Pulse&) = delete;

    // The newest details once they are newer than `seen`, which is set to theirs. An error only where waiting on makes no sense.
    Task<Result<api::RunDetails>> next(std::uint64_t& seen);
    // The same, but nothing if `limit` comes first.
    Task<Result<std::optional<api::RunDetails>>> nextWithin(std::uint64_t& seen, std::chrono::milliseconds limit);

private:
    struct State;
    static Task<> beat(std::shared_ptr<State> state);
    static Task<> keepUp(std::shared_ptr<State> state);

    std::shared_ptr<State> m_state;
    Job m_job;
};

// Whether an error is one that passes: the service restarts, the line is bad.
bool isPassing(const Error& error);

} // namespace runyard::client
