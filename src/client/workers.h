#pragma once

#include "core/task.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace runyard::client {

// Whether whoever wanted a piece of work still wants it; work looks at it now and then.
using Wanted = std::function<bool()>;

// Two threads for work that would hold up the service thread: digests, folder scans, flushes. What is still under way
// when nobody waits for it any more is told so by `Wanted`.
class Workers {
public:
    Workers() = default;
    ~Workers()
    {
        m_isClosing = true;
        m_pool.join();
    }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // Runs `work` on one of the threads and answers with what it returned.
    template<typename T>
    Task<T> run(std::function<T(const Wanted&)> work)
    {
        const auto executor = co_await asio::this_coro::executor;
        auto& context = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
        const auto state = std::make_shared<State<T>>(context);
        const Leash leash(state->isWanted);
        asio::post(m_pool, [this, state, &context, work = std::move(work)]() mutable {
            const Wanted wanted = [this, flag = state->isWanted] { return *flag && !m_isClosing; };
            state->value.emplace(work(wanted));
            work = nullptr;
            asio::post(context, [state = std::move(state)] { state->done.set(); });
        });
        co_await state->done.wait();
        co_return std::move(*state->value);
    }

    // Work that nobody waits for.
    void leave(std::function<void()> work) { asio::post(m_pool, std::move(work)); }

private:
    template<typename T>
    struct State {
        explicit State(asio::io_context& context) : done(context) {}
        Event done;                // service thread
        std::optional<T> value;    // worker until `done` is set
        std::shared_ptr<std::atomic<bool>> isWanted = std::make_shared<std::atomic<bool>>(true);
    };

    struct Leash {
        explicit Leash(std::shared_ptr<std::atomic<bool>> flag) : isWanted(std::move(flag)) {}
        ~Leash() { *isWanted = false; }
        Leash(const Leash&) = delete;
        Leash& operator=(const Leash&) = delete;
        std::shared_ptr<std::atomic<bool>> isWanted;
    };

    std::atomic<bool> m_isClosing = false;
    asio::thread_pool m_pool{2};
};

} // namespace runyard::client
