#include "bridge.h"

#include <QElapsedTimer>
#include <QSocketNotifier>

#include <sys/eventfd.h>
#include <unistd.h>

namespace runyard {

namespace {
constexpr int TurnLimit = 6;  // ms of one turn of the event loop; a frame has 16
}

Bridge::Bridge(boost::asio::io_context& service) : m_service(service), m_bell(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    auto* notifier = new QSocketNotifier(m_bell, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, &Bridge::deliver);
}

Bridge::~Bridge()
{
    ::close(m_bell);
}

void Bridge::post(std::shared_ptr<Letter> letter)
{
    const std::lock_guard lock(m_mutex);
    m_letters.push_back(std::move(letter));
    if (m_letters.size() == 1)
        eventfd_write(m_bell, 1);
}

void Bridge::deliver()
{
    QElapsedTimer turn;
    for (turn.start(); turn.elapsed() < TurnLimit;) {
        std::shared_ptr<Letter> letter;
        {
            const std::lock_guard lock(m_mutex);
            if (m_letters.empty())
                return;
            letter = std::move(m_letters.front());
            m_letters.pop_front();
            if (m_letters.empty()) {
                eventfd_t rings;
                eventfd_read(m_bell, &rings);
            }
        }
        letter->open();
    }
}

} // namespace runyard
