#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace runyard {

namespace asio = boost::asio;

// A computation on the service thread that may wait. It starts when awaited, or
// when the UI hands it to Calls. Cancelling it makes the co_await it stands at
// throw, so its frames unwind and their destructors release what they hold;
// nobody catches that exception but the one who cancelled.
template<typename T = void>
using Task = asio::awaitable<T>;

inline Task<> sleepFor(asio::steady_timer::duration time)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

// Lets one Task wait for what other code on the service thread brings about.
class Event {
public:
    using Time = asio::steady_timer::time_point;

    explicit Event(asio::io_context& context) : m_timer(context) {}

    void set()
    {
        m_isSet = true;
        m_timer.cancel();
    }

    // True once set() was called since the last wait; false if `limit` came first.
    Task<bool> wait(Time limit = Time::max())
    {
        m_timer.expires_at(limit);
        while (!m_isSet) {
            const auto [aborted] = co_await m_timer.async_wait(asio::as_tuple(asio::use_awaitable));
            if (!aborted)
                break;
        }
        co_return std::exchange(m_isSet, false);
    }

private:
    asio::steady_timer m_timer;
    bool m_isSet = false;
};

} // namespace runyard
