#pragma once

#include "core/job.h"

#include <boost/asio/query.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace runyard::client {

inline asio::io_context& contextOf(const asio::any_io_executor& executor)
{
    return static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
}

// Several Tasks over one pile of numbered pieces, each taking the next. The first error stops the pile. Whoever stops waiting cancels them all.
class Crew {
public:
    using Work = std::function<Task<Result<>>(std::size_t piece)>;

    static Task<Result<>> share(std::size_t pieces, std::size_t hands, Work work)
    {
        const auto executor = co_await asio::this_coro::executor;
        auto& context = contextOf(executor);
        const auto state = std::make_shared<State>(context, pieces, std::move(work));
        Jobs jobs;
        state->busy = std::min(pieces, hands);
        for (std::size_t i = 0; i < state->busy; ++i)
            jobs.list.push_back(Job(context, run(state)));
        while (state->busy > 0 && !state->error)
            co_await state->changed.wait();
        if (state->error)
            co_return Failure(*state->error);
        co_return Result<>();
    }

private:
    struct State {
        State(asio::io_context& context, std::size_t count, Work function) : changed(context), pieces(count), work(std::move(function)) {}
        Event changed;
        std::size_t pieces;
        Work work;
        std::size_t next = 0;
        std::size_t busy = 0;
        std::optional<Error> error;
    };

    struct Jobs {
        Jobs() = default;
        Jobs(const Jobs&) = delete;
        Jobs& operator=(const Jobs&) = delete;
        ~Jobs()
        {
            for (const Job& job : list)
                job.cancel();
        }
        std::vector<Job> list;
    };

    static Task<> run(std::shared_ptr<State> state)
    {
        while (state->next < state->pieces && !state->error) {
            auto done = co_await state->work(state->next++);
            if (!done && !state->error)
                state->error = done.error();
        }
        --state->busy;
        state->changed.set();
    }
};

} // namespace runyard::client
