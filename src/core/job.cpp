#include "job.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace runyard {

// Made by the starting thread, used by the service thread only.
struct Job::State {
    asio::io_context& service;
    asio::cancellation_signal signal;
    bool isCancelled = false;
};

Job::Job(asio::io_context& service, Task<> task) : m_state(new State{service, {}})
{
    asio::post(service, [state = m_state, task = std::move(task)]() mutable {
        const auto ended = [state](std::exception_ptr error) {
            if (error && !state->isCancelled)
                std::rethrow_exception(error);  // a mistake of ours: the program stops here
        };
        asio::co_spawn(state->service, std::move(task), asio::bind_cancellation_slot(state->signal.slot(), ended));
    });
}

void Job::cancel() const
{
    if (!m_state)
        return;
    asio::post(m_state->service, [state = m_state] {
        state->isCancelled = true;
        state->signal.emit(asio::cancellation_type::terminal);
    });
}

void detach(asio::io_context& service, Task<> task)
{
    asio::co_spawn(service, std::move(task), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
}

} // namespace runyard
