#pragma once

#include "task.h"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace runyard {

// Between two batches: a frame, or less after a batch of a few values, so that what comes now and then comes at once.
constexpr std::chrono::milliseconds SinkPause(16);
constexpr std::chrono::milliseconds SinkBreath(4);
constexpr std::size_t SinkFew = 8;

// Where a Task puts many answers. They are handed over in batches: at most one
// a frame, none before the last was taken, and none of more than `capacity`
// values, so that a slow reader slows the Task instead of filling the memory.
// A Sink is a handle; copies write to the same place. Service thread only.
template<typename T>
class Sink {
public:
    using Deliver = std::function<void(const Sink&, std::vector<T>)>;  // must lead to one taken()

    Sink(asio::io_context& context, std::size_t capacity, Deliver deliver)
        : m_state(std::make_shared<State>(context, capacity, std::move(deliver))) {}

    // Adds a value once there is room for it.
    Task<> push(T value) const
    {
        while (m_state->pending.size() >= m_state->capacity)
            co_await m_state->room.wait();
        m_state->pending.push_back(std::move(value));
        flush(m_state);
    }

    // Keeps only the newest value, for progress and other moving targets.
    void show(T value) const
    {
        m_state->pending.clear();
        m_state->pending.push_back(std::move(value));
        flush(m_state);
    }

    // Returns once the reader has taken everything.
    Task<> drained() const
    {
        while (m_state->isBusy || !m_state->pending.empty())
            co_await m_state->room.wait();
    }

    void taken() const
    {
        m_state->pace.expires_at(m_state->delivered + m_state->pause);
        m_state->pace.async_wait([state = m_state](boost::system::error_code) {
            state->isBusy = false;
            flush(state);
            state->room.set();
        });
    }

private:
    struct State {
        State(asio::io_context& context, std::size_t size, Deliver handOver)
            : capacity(size), deliver(std::move(handOver)), room(context), pace(context) {}

        std::size_t capacity;
        Deliver deliver;
        std::vector<T> pending;
        Event room;
        asio::steady_timer pace;
        asio::steady_timer::time_point delivered;
        std::chrono::milliseconds pause = SinkPause;
        bool isBusy = false;  // a batch is with the reader, or went to it less than a pause ago
    };

    explicit Sink(std::shared_ptr<State> state) : m_state(std::move(state)) {}

    static void flush(const std::shared_ptr<State>& state)
    {
        if (state->isBusy || state->pending.empty())
            return;
        state->isBusy = true;
        state->delivered = std::chrono::steady_clock::now();
        state->pause = state->pending.size() <= SinkFew ? SinkBreath : SinkPause;
        state->deliver(Sink(state), std::exchange(state->pending, {}));
        state->room.set();
    }

    std::shared_ptr<State> m_state;
};

} // namespace runyard
