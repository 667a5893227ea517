#include "pump.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>

namespace runyard::local {

namespace {

constexpr int piecesAhead = 6;
constexpr std::size_t piecesKept = 32;

} // namespace

std::unique_ptr<Shelf::Piece> Shelf::take()
{
    if (m_free.empty())
        return std::make_unique<Piece>();
    auto piece = std::move(m_free.back());
    m_free.pop_back();
    piece->size = 0;
    return piece;
}

void Shelf::give(std::unique_ptr<Piece> piece)
{
    if (m_users > 0 && m_free.size() < piecesKept)
        m_free.push_back(std::move(piece));
}

void Shelf::end()
{
    if (--m_users == 0)
        m_free.clear();
}

// Shared with the work on the pool.
struct Pump::State {
    State(std::shared_ptr<Shelf> pieces, Take function)
        : shelf(std::move(pieces)), take(std::move(function)), strand(shelf->pool.get_executor()), moved(shelf->context) {}

    // Runs on the strand; `after` on the io thread.
    void post(const std::shared_ptr<State>& self, std::function<int()> work, std::function<void()> after)
    {
        ++underWay;
        asio::post(strand, [self, work = std::move(work), after = std::move(after)]() mutable {
            if (self->fault == 0)
                self->fault = work();
            auto& context = self->shelf->context;
            asio::post(context, [self = std::move(self), after = std::move(after)] {
                --self->underWay;
                if (after)
                    after();
                self->moved.set();
            });
        });
    }

    void send(const std::shared_ptr<State>& self)
    {
        const auto piece = std::make_shared<std::unique_ptr<Shelf::Piece>>(std::move(filling));
        post(self, [this, piece] { return take({(*piece)->bytes.get(), (*piece)->size}); }, [this, piece] { shelf->give(std::move(*piece)); });
    }

    std::shared_ptr<Shelf> shelf;
    Take take;
    asio::strand<asio::thread_pool::executor_type> strand;
    std::atomic<int> fault{0};
    // Io thread only.
    std::unique_ptr<Shelf::Piece> filling;
    int underWay = 0;
    Event moved;
};

Pump::Pump(std::shared_ptr<Shelf> shelf, Take take) : m_state(std::make_shared<State>(std::move(shelf), std::move(take)))
{
    m_state->shelf->begin();
}

Pump::~Pump()
{
    m_state->shelf->end();
}

Task<Result<>> Pump::drain(BodyReader& body)
{
    const auto state = m_state;
    for (;;) {
        if (!state->filling)
            state->filling = state->shelf->take();
        auto& piece = *state->filling;
        const auto got = co_await body.read(piece.bytes.get() + piece.size, Shelf::pieceSize - piece.size);
        if (!got)
            co_return Failure(got.error());
        if (*got == 0 || state->fault != 0)
            co_return Result<>();
        piece.size += *got;
        if (piece.size < Shelf::pieceSize)
            continue;
        state->send(state);
        while (state->underWay >= piecesAhead)
            co_await state->moved.wait();
    }
}

Task<int> Pump::finish(std::function<int()> last)
{
    const auto state = m_state;
    if (state->filling && state->filling->size > 0)
        state->send(state);
    state->post(state, std::move(last), {});
    while (state->underWay > 0)
        co_await state->moved.wait();
    co_return state->fault;
}

} // namespace runyard::local
