#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

namespace runyard {

// Runs the io_context on which all Tasks live. Declare it after everything the
// Tasks use and before everything that starts them: its destructor waits until
// the last Task has unwound, and only then may the rest go.
class ServiceThread {
public:
    explicit ServiceThread(boost::asio::io_context& context)
        : m_work(context.get_executor()), m_thread([&context] { context.run(); }) {}
    ~ServiceThread()
    {
        m_work.reset();
        m_thread.join();
    }
    ServiceThread(const ServiceThread&) = delete;
    ServiceThread& operator=(const ServiceThread&) = delete;

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> m_work;
    std::thread m_thread;
};

} // namespace runyard
