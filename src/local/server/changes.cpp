#include "changes.h"

#include "core/ids.h"

#include <list>

namespace runyard::local {

struct Changes::Topic {
    std::uint64_t version = 0;
    std::list<asio::steady_timer*> waiting;
};

namespace {

// Stands in a topic's line for as long as it lives.
class Place {
public:
    Place(std::list<asio::steady_timer*>& line, asio::steady_timer& timer) : m_line(line), m_at(line.insert(line.end(), &timer)) {}
    ~Place() { m_line.erase(m_at); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::list<asio::steady_timer*>& m_line;
    std::list<asio::steady_timer*>::iterator m_at;
};

} // namespace

Changes::Changes(asio::io_context& context) : m_context(context), m_life(randomHex(4)) {}

Changes::Topic& Changes::topicOf(const std::string& name)
{
    auto& topic = m_topics[name];
    if (!topic)
        topic = std::make_shared<Topic>();
    return *topic;
}

void Changes::touch(const std::string& topic)
{
    Topic& touched = topicOf(topic);
    ++touched.version;
    for (auto* timer : touched.waiting)
        timer->cancel();
}

std::string Changes::version(const std::string& topic) const
{
    const auto found = m_topics.find(topic);
    return '"' + m_life + '-' + std::to_string(found == m_topics.end() ? 0 : found->second->version) + '"';
}

Task<> Changes::wait(std::string topic, std::string seen, std::chrono::seconds limit)
{
    topicOf(topic);
    const auto held = m_topics.at(topic);
    asio::steady_timer timer(m_context, limit);
    const auto until = timer.expiry();
    const Place place(held->waiting, timer);
    while (!m_isReleased && version(topic) == seen && std::chrono::steady_clock::now() < until)
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Changes::release()
{
    m_isReleased = true;
    for (const auto& [name, topic] : m_topics) {
        for (auto* timer : topic->waiting)
            timer->cancel();
    }
}

} // namespace runyard::local
