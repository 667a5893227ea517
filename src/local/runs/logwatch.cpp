#include "logwatch.h"

#include "core/job.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/inotify.h>

#include <cstring>
#include <map>
#include <set>

namespace runyard::local {

struct LogWatch::State {
    State(asio::io_context& context, Grew tell) : events(context), grew(std::move(tell)) {}

    asio::posix::stream_descriptor events;
    Grew grew;
    std::map<int, std::string> runs;
    bool isOver = false;

    std::set<std::string> read(const char* at, const char* end) const
    {
        std::set<std::string> touched;
        while (at + sizeof(inotify_event) <= end) {
            inotify_event event;  // a copy: names of any length stand between events
            std::memcpy(&event, at, sizeof event);
            at += sizeof event + event.len;
            if (event.mask & IN_Q_OVERFLOW) {
                for (const auto& [watch, run] : runs)
                    touched.insert(run);
            } else if (const auto found = runs.find(event.wd); found != runs.end()) {
                touched.insert(found->second);
            }
        }
        return touched;
    }
};

LogWatch::LogWatch(asio::io_context& context, Grew grew) : m_state(std::make_shared<State>(context, std::move(grew)))
{
    const int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch < 0)
        return;
    m_state->events.assign(watch);
    detach(context, listen(m_state));
}

LogWatch::~LogWatch()
{
    m_state->isOver = true;
    m_state->events.close();
}

void LogWatch::add(const std::string& runId, const std::filesystem::path& folder)
{
    if (!m_state->events.is_open())
        return;
    const int watch = ::inotify_add_watch(m_state->events.native_handle(), folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
    if (watch >= 0)
        m_state->runs[watch] = runId;
}

void LogWatch::remove(const std::string& runId)
{
    for (auto at = m_state->runs.begin(); at != m_state->runs.end();) {
        if (at->second != runId) {
            ++at;
            continue;
        }
        ::inotify_rm_watch(m_state->events.native_handle(), at->first);
        at = m_state->runs.erase(at);
    }
}

Task<> LogWatch::listen(std::shared_ptr<State> state)
{
    alignas(inotify_event) char buffer[32768];
    while (!state->isOver) {
        const auto [error, got] = co_await state->events.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
        if (error || state->isOver)
            co_return;
        for (const std::string& run : state->read(buffer, buffer + got))
            state->grew(run);
        co_await sleepFor(std::chrono::milliseconds(2));
    }
}

} // namespace runyard::local
