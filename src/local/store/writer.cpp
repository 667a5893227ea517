#include "writer.h"

#include <boost/asio/post.hpp>
#include <sqlite3.h>

namespace runyard::local {

namespace {

constexpr std::size_t GroupLimit = 4096;
constexpr int IdlePages = 1000;     // checkpoint these when nothing is queued for 30 ms
constexpr int ForcedPages = 16000;  // and these at once

int rememberPages(void* pages, sqlite3*, const char*, int count)
{
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
}

} // namespace

WriterThread::WriterThread(asio::io_context& context, std::unique_ptr<Database> database)
    : m_context(context), m_database(std::move(database))
{
    sqlite3_wal_hook(m_database->handle(), rememberPages, &m_walPages);
    m_thread = std::thread([this] { loop(); });
}

WriterThread::~WriterThread()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void WriterThread::push(std::shared_ptr<Step> step)
{
    {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(step));
    }
    if (std::exchange(m_isKicked, true))
        return;
    // Behind the handlers that are ready now, so that one round of the loop makes one group.
    asio::post(m_context, [this] {
        m_isKicked = false;
        m_wake.notify_one();
    });
}

void WriterThread::loop()
{
    Group group;
    while (awaitGroup(group)) {
        commit(group);
        answer(std::move(group));
        group = Group();
        if (m_walPages > ForcedPages)
            checkpoint();
    }
    checkpoint();
}

bool WriterThread::awaitGroup(Group& group)
{
    std::unique_lock lock(m_mutex);
    const auto isReady = [this] { return m_isStopping || !m_queue.empty(); };
    while (!isReady()) {
        if (m_walPages <= IdlePages) {
            m_wake.wait(lock, isReady);
        } else if (!m_wake.wait_for(lock, std::chrono::milliseconds(30), isReady)) {
            lock.unlock();
            checkpoint();
            lock.lock();
        }
    }
    if (m_queue.size() <= GroupLimit) {
        group.swap(m_queue);
    } else {
        const auto middle = m_queue.begin() + static_cast<std::ptrdiff_t>(GroupLimit);
        group.assign(m_queue.begin(), middle);
        m_queue.erase(m_queue.begin(), middle);
    }
    return !group.empty();
}

void WriterThread::commit(Group& group)
{
    auto begun = m_database->execute("BEGIN IMMEDIATE");
    if (!begun)
        return failGroup(group, begun.error());
    for (const auto& step : group) {
        runStep(*step);
        if (m_database->isInTransaction())
            continue;
        // SQLite has undone everything (disk full, I/O error): what seemed done in this group is not.
        return failGroup(group, step->error.value_or(Error{Error::Code::Storage, "The workspace's database could not be written.", ""}));
    }
    auto done = m_database->execute("COMMIT");
    if (!done)
        failGroup(group, done.error());
}

void WriterThread::runStep(Step& step)
{
    m_database->run("SAVEPOINT step");
    const bool isGood = step.operation(*m_database);
    step.error = m_database->takeFault();
    if ((!isGood || step.error) && m_database->isInTransaction())
        m_database->run("ROLLBACK TO step");
    if (m_database->isInTransaction())
        m_database->run("RELEASE step");
    if (auto fault = m_database->takeFault(); fault && !step.error)
        step.error = std::move(fault);
}

void WriterThread::failGroup(Group& group, const Error& error)
{
    if (m_database->isInTransaction())
        (void)m_database->execute("ROLLBACK");
    for (const auto& step : group)
        step->error = error;
}

void WriterThread::checkpoint()
{
    int left = 0;
    int moved = 0;
    sqlite3_wal_checkpoint_v2(m_database->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &left, &moved);
    m_walPages = 0;  // the hook tells again with the next commit
}

void WriterThread::answer(Group group)
{
    const bool isDamaged = m_database->isDamaged();
    asio::post(m_context, [this, group = std::move(group), isDamaged] {
        ++m_groups;
        for (const auto& step : group)
            step->done.set();
        if (isDamaged)
            reportDamage();
    });
}

void WriterThread::reportDamage()
{
    if (m_tellDamage)
        std::exchange(m_tellDamage, nullptr)();
}

} // namespace runyard::local
