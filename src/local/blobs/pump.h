#pragma once

#include "core/task.h"
#include "local/server/http.h"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <vector>

namespace runyard::local {

// Where bodies are worked on, and the memory they pass through: fresh pages for each would cost as much as the writing.
class Shelf {
public:
    static constexpr std::size_t pieceSize = 512 << 10;
    struct Piece {
        std::unique_ptr<char[]> bytes = std::make_unique_for_overwrite<char[]>(pieceSize);
        std::size_t size = 0;
    };

    Shelf(asio::io_context& io, asio::thread_pool& workers) : context(io), pool(workers) {}

    // Io thread only. A piece lives as long as one of its pointers does, and comes back by give().
    std::unique_ptr<Piece> take();
    void give(std::unique_ptr<Piece> piece);
    void begin() { ++m_users; }
    void end();  // what the last user leaves is used again or freed a moment later

    asio::io_context& context;
    asio::thread_pool& pool;

private:
    std::vector<std::unique_ptr<Piece>> m_free;
    int m_users = 0;
};

// Carries the bytes of one body from the io thread to a function on the pool: in order, a few pieces ahead at most.
class Pump {
public:
    using Take = std::function<int(std::string_view)>;  // an errno, 0 where all is well; not called again after a fault

    Pump(std::shared_ptr<Shelf> shelf, Take take);
    ~Pump();
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;

    // All that is left of the body. An error of the connection, or of the body's framing; faults of `take` end it early and are told by finish().
    Task<Result<>> drain(BodyReader& body);
    // Waits until all was taken and `last` has run behind it; the first fault.
    Task<int> finish(std::function<int()> last);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
