#pragma once

#include "core/task.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace runyard::local {

// Does work that may block (disk flushes, scans) on a pool and answers on the io thread. A cancelled wait leaves the work to end by itself.
template<typename T>
Task<T> inPool(asio::io_context& context, asio::thread_pool& pool, std::function<T()> work)
{
    const auto answer = std::make_shared<std::optional<T>>();
    const auto isDone = std::make_shared<Event>(context);
    asio::post(pool, [&context, answer, isDone, work = std::move(work)]() mutable {
        answer->emplace(work());
        asio::post(context, [answer = std::move(answer), isDone = std::move(isDone)] { isDone->set(); });
    });
    co_await isDone->wait();
    co_return std::move(**answer);
}

} // namespace runyard::local
