#pragma once

#include "core/task.h"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>

namespace runyard::test {

// Runs a Task of the service to its end on this thread and answers what it answered.
template<typename T>
T runTask(asio::io_context& context, Task<T> task)
{
    std::optional<T> answer;
    asio::co_spawn(context, std::move(task), [&answer](const std::exception_ptr& error, T value) {
        if (error)
            std::rethrow_exception(error);
        answer.emplace(std::move(value));
    });
    context.restart();
    const auto guard = asio::make_work_guard(context);
    while (!answer)
        context.run_one();
    return std::move(*answer);
}

} // namespace runyard::test
