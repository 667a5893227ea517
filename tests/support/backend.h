#pragma once

#include "core/job.h"
#include "core/servicethread.h"
#include "core/sink.h"
#include "http/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

namespace runyard {

// Lives as long as a frame does; a test that leaves one behind has a Task that never ended.
class Counted {
public:
    Counted() { ++alive(); }
    Counted(const Counted&) { ++alive(); }
    ~Counted() { --alive(); }
    Counted& operator=(const Counted&) = default;
    static std::atomic<int>& alive()
    {
        static std::atomic<int> count = 0;
        return count;
    }
};

// What the desktop has behind its windows, for tests that have no window: a service thread with a transport.
class Backend {
public:
    asio::io_context context{1};
    http::Client transport{context};

    ~Backend()
    {
        for (const Job& job : m_jobs)
            job.cancel();
    }

    // Runs a Task on the service thread and waits for its answer.
    template<typename T>
    T wait(Task<T> task, std::chrono::milliseconds limit = std::chrono::seconds(60))
    {
        auto answer = std::make_shared<std::promise<T>>();
        auto future = answer->get_future();
        const Job job(context, keep(std::move(task), answer));
        if (future.wait_for(limit) != std::future_status::ready) {
            job.cancel();
            throw std::runtime_error("the Task did not end in time");
        }
        return future.get();
    }

    // Starts a Task whose end nobody waits for; cancel it by the Job.
    template<typename T>
    Job start(Task<T> task, std::shared_ptr<std::promise<T>> answer = std::make_shared<std::promise<T>>())
    {
        m_jobs.push_back(Job(context, keep(std::move(task), std::move(answer))));
        return m_jobs.back();
    }

private:
    template<typename T>
    static Task<> keep(Task<T> task, std::shared_ptr<std::promise<T>> answer)
    {
        const Counted counted;
        T value = co_await std::move(task);
        answer->set_value(std::move(value));
    }

    std::vector<Job> m_jobs;  // cancelled at the end, as windows do
    ServiceThread m_thread{context};
};

// A feed's Task that ends once its reader has taken the last batch too, as ui/bridge/feed.h has it.
template<typename T>
Task<Result<>> drained(Task<Result<>> task, Sink<T> sink)
{
    auto end = co_await std::move(task);
    co_await sink.drained();
    co_return end;
}

// Takes what a Task puts into a Sink, at once.
template<typename T>
class Collected {
public:
    explicit Collected(asio::io_context& context, std::size_t capacity = 2000) : m_context(context), m_capacity(capacity), m_state(std::make_shared<State>()) {}

    Sink<T> sink()
    {
        return Sink<T>(m_context, m_capacity, [state = m_state, &context = m_context](const Sink<T>& sink, std::vector<T> values) {
            {
                const std::lock_guard lock(state->mutex);
                for (T& value : values)
                    state->values.push_back(std::move(value));
            }
            asio::post(context, [sink] { sink.taken(); });
        });
    }
    std::vector<T> values() const
    {
        const std::lock_guard lock(m_state->mutex);
        return m_state->values;
    }
    std::optional<T> last() const
    {
        const std::lock_guard lock(m_state->mutex);
        return m_state->values.empty() ? std::nullopt : std::optional<T>(m_state->values.back());
    }

private:
    struct State {
        mutable std::mutex mutex;
        std::vector<T> values;
    };
    asio::io_context& m_context;
    std::size_t m_capacity;
    std::shared_ptr<State> m_state;
};

} // namespace runyard
