#pragma once

#include "core/task.h"
#include "database.h"
#include "touchedruns.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace runyard::local {

// The thread that writes. It commits whatever is queued as one group; while it flushes, the next group gathers.
class WriterThread {
public:
    // One operation on its way through the writer.
    struct Step {
        Step(asio::io_context& context, std::function<bool(Database&)> work) : operation(std::move(work)), done(context) {}

        std::function<bool(Database&)> operation;  // false: roll back
        std::optional<Error> error;                // of the disk
        Event done;
    };

    WriterThread(asio::io_context& context, std::unique_ptr<Database> database, TouchedRuns& touched);
    ~WriterThread();  // writes what is queued

    void push(std::shared_ptr<Step> step);  // io thread
    std::int64_t groups() const { return m_groups; }  // io thread: committed so far
    void onDamage(std::function<void()> tell) { m_tellDamage = std::move(tell); }  // io thread
    void reportDamage();  // io thread

private:
    using Group = std::vector<std::shared_ptr<Step>>;

    void loop();
    bool awaitGroup(Group& group);  // false: the end
    void commit(Group& group);
    void runStep(Step& step);
    bool runAlone(Step& step);
    void failGroup(Group& group, const Error& error);
    void checkpoint();
    void lengthenWal();
    void answer(Group group);

    asio::io_context& m_context;
    std::unique_ptr<Database> m_database;
    TouchedRuns& m_touched;
    std::function<void()> m_tellDamage;
    std::int64_t m_groups = 0;
    bool m_isKicked = false;  // io thread

    std::mutex m_mutex;
    std::condition_variable m_wake;
    Group m_queue;
    bool m_isStopping = false;
    int m_walPages = 0;  // writer thread
    bool m_isWalShort = true;  // writer thread
    std::thread m_thread;
};

} // namespace runyard::local
