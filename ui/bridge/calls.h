#pragma once

#include "bridge.h"
#include "core/job.h"

#include <functional>
#include <optional>
#include <type_traits>
#include <vector>

namespace runyard {

// The calls an object has made to the service and not yet had answered. Keep it
// as the last member: when it goes, it cancels them, and no callback comes after.
//
//     m_calls.start(m_items.list(filter), [this](Result<std::vector<Item>> items) { show(std::move(items)); });
//
// The Task runs on the service thread, the callback on the GUI thread. A
// callback may start calls, cancel them, or delete the owner.
class Calls {
public:
    explicit Calls(Bridge& bridge) : m_bridge(bridge) {}
    ~Calls() { cancel(); }
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;

    template<typename T>
    void start(Task<T> task, std::type_identity_t<std::function<void(T)>> then);

    void cancel();
    bool isIdle() const { return m_open.empty(); }

private:
    struct Call : Letter {
        explicit Call(Calls* calls) : owner(calls) {}
        virtual void forget() = 0;

        Calls* owner;  // GUI thread; null once cancelled
        Job job;
    };

    template<typename T>
    struct Answer;

    template<typename T>
    static Task<> run(Bridge& bridge, std::shared_ptr<Answer<T>> answer, Task<T> task);

    Bridge& m_bridge;
    std::vector<std::shared_ptr<Call>> m_open;
};

// A call that waits for a T. Its members need no lock: each belongs to one
// thread, and what passes to the other does so through the bridge.
template<typename T>
struct Calls::Answer final : Call {
    Answer(Calls* calls, std::function<void(T)> callback) : Call(calls), then(std::move(callback)) {}

    void forget() override { then = nullptr; }

    void open() override
    {
        if (!owner)
            return;
        std::erase_if(owner->m_open, [this](const auto& call) { return call.get() == this; });
        const auto callback = std::exchange(then, nullptr);
        callback(std::move(*value));  // may delete the owner
    }

    std::function<void(T)> then;  // GUI thread, where it is also destroyed
    std::optional<T> value;       // service thread until posted, then GUI thread
};

template<typename T>
Task<> Calls::run(Bridge& bridge, std::shared_ptr<Answer<T>> answer, Task<T> task)
{
    answer->value.emplace(co_await std::move(task));
    bridge.post(answer);
}

template<typename T>
void Calls::start(Task<T> task, std::type_identity_t<std::function<void(T)>> then)
{
    const auto answer = std::make_shared<Answer<T>>(this, std::move(then));
    m_open.push_back(answer);
    answer->job = Job(m_bridge.service(), run(m_bridge, answer, std::move(task)));
}

inline void Calls::cancel()
{
    for (const auto& call : std::exchange(m_open, {})) {
        call->owner = nullptr;
        call->forget();
        call->job.cancel();
    }
}

} // namespace runyard
