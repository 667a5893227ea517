#pragma once

#include "task.h"

#include <memory>

namespace runyard {

// A Task set going by itself. Any thread may start and cancel it; it runs on the
// service thread. A handle: copies stand for the same Job, and dropping them all
// lets it run on.
class Job {
public:
    Job() = default;
    Job(asio::io_context& service, Task<> task);

    void cancel() const;

private:
    struct State;
    std::shared_ptr<State> m_state;
};

// Sets a Task going that nobody waits for or cancels. Service thread only.
void detach(asio::io_context& service, Task<> task);

} // namespace runyard
