#include "pulse.h"

#include "api/job.h"
#include "api/json.h"
#include "api/uri.h"

namespace runyard::client {

namespace {

constexpr auto FirstPause = std::chrono::milliseconds(100);
constexpr auto LongestPause = std::chrono::milliseconds(2000);
constexpr auto Rush = std::chrono::milliseconds(10);
constexpr auto PollingPause = std::chrono::milliseconds(1000);

std::string headerOf(const http::Reply& reply, const char* name)
{
    const auto found = reply.headers.find(name);
    return found == reply.headers.end() ? std::string() : found->second;
}

} // namespace

struct Pulse::State {
    State(asio::io_context& c, Connection& way, std::string run) : context(c), connection(way), id(std::move(run)) {}

    void publish()
    {
        ++revision;
        for (Event* waiting : waiters)
            waiting->set();
    }

    asio::io_context& context;
    Connection& connection;
    std::string id;
    std::optional<api::RunDetails> details;
    std::optional<Error> error;
    std::uint64_t revision = 0;
    std::list<Event*> waiters;
};

namespace {

// Stands in a list for as long as it lives.
class Standing {
public:
    Standing(std::list<Event*>& list, Event& event) : m_list(list), m_event(&event) { m_list.push_back(m_event); }
    ~Standing() { m_list.remove(m_event); }
    Standing(const Standing&) = delete;
    Standing& operator=(const Standing&) = delete;

private:
    std::list<Event*>& m_list;
    Event* m_event;
};

} // namespace

bool isPassing(const Error& error)
{
    return error.code == Error::Code::Network || error.code == Error::Code::Timeout || error.code == Error::Code::Server || error.code == Error::Code::Throttled;
}

Pulse::Pulse(asio::io_context& context, Connection& connection, std::string id)
    : m_state(std::make_shared<State>(context, connection, std::move(id))), m_job(context, beat(m_state))
{
}

Pulse::~Pulse()
{
    m_job.cancel();
}

Task<> Pulse::beat(std::shared_ptr<State> state)
{
    co_await keepUp(state);
    state->publish();
}

Task<> Pulse::keepUp(std::shared_ptr<State> state)
{
    auto pause = FirstPause;
    while (true) {
        http::Request request = state->connection.get(state->connection.history("runs/" + api::encode(state->id) + "/details"));
        const std::string etag = state->details ? state->details->etag : std::string();
        if (!etag.empty()) {
            request.headers.push_back("Prefer: wait=20");
            request.headers.push_back("If-None-Match: " + etag);
        }
        const auto asked = std::chrono::steady_clock::now();
        auto reply = co_await state->connection.wait(std::move(request));
        if (!reply && !isPassing(reply.error())) {
            state->error = reply.error();
            co_return;
        }
        if (!reply) {
            co_await sleepFor(pause);
            pause = std::min(pause * 2, LongestPause);
            continue;
        }
        pause = FirstPause;
        if (reply->status == 304)
            continue;
        auto details = api::read<api::RunDetails>(reply->body);
        if (!details) {
            state->error = details.error();
            co_return;
        }
        details->etag = headerOf(*reply, "etag");
        state->details = std::move(*details);
        state->publish();
        if (api::isTerminal(state->details->status))
            co_return;
        if (state->details->etag.empty() || state->details->etag == etag)
            co_await sleepFor(PollingPause);
        else if (std::chrono::steady_clock::now() - asked < Rush)
            co_await sleepFor(Rush);  // a run that changes all the time is looked at a hundred times a second
    }
}

Task<Result<std::optional<api::RunDetails>>> Pulse::nextWithin(std::uint64_t& seen, std::chrono::milliseconds limit)
{
    const auto state = m_state;
    Event changed(state->context);
    const Standing standing(state->waiters, changed);
    const auto end = limit.count() > 0 ? std::chrono::steady_clock::now() + limit : Event::Time::max();
    bool isInTime = true;
    while (state->revision == seen && isInTime)
        isInTime = co_await changed.wait(end);
    if (state->error)
        co_return Failure(*state->error);
    if (state->revision == seen)
        co_return std::optional<api::RunDetails>();
    seen = state->revision;
    co_return state->details;
}

Task<Result<api::RunDetails>> Pulse::next(std::uint64_t& seen)
{
    auto details = co_await nextWithin(seen, std::chrono::milliseconds(0));
    if (!details)
        co_return Failure(details.error());
    co_return std::move(**details);
}

} // namespace runyard::client
