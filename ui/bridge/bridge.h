#pragma once

#include <QObject>

#include <boost/asio/io_context.hpp>

#include <deque>
#include <memory>
#include <mutex>

namespace runyard {

// Something the service thread hands to the GUI thread, which opens it there.
class Letter {
public:
    virtual ~Letter() = default;
    virtual void open() = 0;
};

// The one way between the service thread and the GUI thread. What waits here is
// opened for a few milliseconds at a time, so that a thousand answers at once do
// not make the windows stutter. Its mutex is the only one the two threads share.
class Bridge : public QObject {
    Q_OBJECT
public:
    explicit Bridge(boost::asio::io_context& service);
    ~Bridge() override;

    boost::asio::io_context& service() const { return m_service; }
    void post(std::shared_ptr<Letter> letter);  // from any thread

private:
    void deliver();

    boost::asio::io_context& m_service;
    int m_bell;  // an eventfd that is readable while letters wait
    std::mutex m_mutex;
    std::deque<std::shared_ptr<Letter>> m_letters;
};

} // namespace runyard
