#pragma once

#include "core/task.h"

#include <memory>

namespace runyard::local {

// Accepts until the `acceptor` of a door is closed; `take` gets each socket.
template<typename Door, typename Take>
Task<> accept(std::shared_ptr<Door> door, Take take)
{
    while (door->acceptor.is_open()) {
        auto [error, accepted] = co_await door->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (!error)
            take(std::move(accepted));
        else if (door->acceptor.is_open())
            co_await sleepFor(std::chrono::milliseconds(100));  // out of descriptors: some connection will end
    }
}

} // namespace runyard::local
