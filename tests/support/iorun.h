#pragma once

#include "core/task.h"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>

namespace runyard {

// Runs a Task on a context that no thread runs, and returns its answer.
template<typename T>
T await(asio::io_context& context, Task<T> task, std::chrono::milliseconds limit = std::chrono::seconds(60))
{
    std::optional<T> answer;
    std::exception_ptr fault;
    bool isDone = false;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
        fault = error;
        answer.emplace(std::move(value));
        isDone = true;
    });
    const auto end = std::chrono::steady_clock::now() + limit;
    context.restart();
    while (!isDone && std::chrono::steady_clock::now() < end)
        context.run_one_until(end);
    if (fault)
        std::rethrow_exception(fault);
    if (!isDone)
        throw std::runtime_error("the Task did not end in time");
    return std::move(*answer);
}

// Runs the context until the condition holds, or until the time is over; whether it held. It is not asked again then: what processes are
// doing may look otherwise a moment later.
template<typename Condition>
bool runUntil(asio::io_context& context, Condition condition, std::chrono::milliseconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    context.restart();
    bool holds = condition();
    while (!holds && std::chrono::steady_clock::now() < end) {
        context.run_one_for(std::chrono::milliseconds(10));
        holds = condition();
    }
    return holds;
}

} // namespace runyard
