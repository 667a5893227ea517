#pragma once

#include "core/task.h"

#include <list>
#include <memory>

namespace runyard::http {

// Lets at most `places` in at once; the others stand in line, first come first served. Service thread only.
class Gate : public std::enable_shared_from_this<Gate> {
public:
    Gate(asio::io_context& context, int places) : m_context(context), m_free(places) {}

    // A place inside; it is given back when this goes.
    class Place {
    public:
        explicit Place(std::shared_ptr<Gate> gate) : m_gate(std::move(gate)) {}
        Place(Place&&) = default;
        Place& operator=(Place&&) = delete;
        ~Place()
        {
            if (m_gate)
                m_gate->giveBack();
        }

    private:
        std::shared_ptr<Gate> m_gate;
    };

    Task<Place> enter()
    {
        const auto self = shared_from_this();
        if (m_free > 0) {
            --m_free;
            co_return Place(self);
        }
        Waiting waiting(*this);
        while (!waiting.isCalled)
            co_await waiting.called.wait();
        waiting.isTaken = true;
        co_return Place(self);
    }

    std::size_t waiting() const { return m_line.size(); }

private:
    // Stands in line; whoever leaves it without going in passes a place on.
    struct Waiting {
        explicit Waiting(Gate& owner) : called(owner.m_context), gate(owner) { gate.m_line.push_back(this); }
        ~Waiting()
        {
            if (!isCalled)
                gate.m_line.remove(this);
            else if (!isTaken)
                gate.giveBack();
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;

        Event called;
        Gate& gate;
        bool isCalled = false;
        bool isTaken = false;
    };

    void giveBack()
    {
        if (m_line.empty()) {
            ++m_free;
            return;
        }
        Waiting* next = m_line.front();
        m_line.pop_front();
        next->isCalled = true;
        next->called.set();
    }

    asio::io_context& m_context;
    int m_free;
    std::list<Waiting*> m_line;
};

} // namespace runyard::http
