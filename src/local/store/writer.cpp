#include "writer.h"

#include <boost/asio/post.hpp>
#include <sqlite3.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace runyard::local {

namespace {

constexpr std::size_t GroupLimit = 4096;
constexpr int IdlePages = 1000;     // checkpoint these when nothing is queued for 30 ms
constexpr int ForcedPages = 16000;  // and these at once
constexpr off_t WalRoom = 16 << 20;
constexpr int RoomPages = static_cast<int>(WalRoom / 4200);  // what fits into it
constexpr int FewPages = 16;  // of a commit that somebody waits for, and of which another may come at once

int rememberPages(void* pages, sqlite3*, const char*, int count)
{
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
}

} // namespace

WriterThread::WriterThread(asio::io_context& context, std::unique_ptr<Database> database, TouchedRuns& touched)
    : m_context(context), m_database(std::move(database)), m_touched(touched)
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
        const int before = m_walPages;
        commit(group);
        m_touched.publish();
        answer(std::move(group));
        group = Group();
        // Between small commits it is short, and they stay in the room where a flush is cheap.
        const bool isSmall = m_walPages - before <= FewPages;
        if (m_walPages > (isSmall ? RoomPages : ForcedPages))
            checkpoint();
    }
    checkpoint();
}

bool WriterThread::awaitGroup(Group& group)
{
    std::unique_lock lock(m_mutex);
    const auto isReady = [this] { return m_isStopping || !m_queue.empty(); };
    while (!isReady()) {
        if (m_isWalShort) {
            if (!m_wake.wait_for(lock, std::chrono::milliseconds(100), isReady)) {
                lock.unlock();
                lengthenWal();
                lock.lock();
            }
        } else if (m_walPages <= IdlePages) {
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
    m_database->run("BEGIN IMMEDIATE");
    if (const auto fault = m_database->takeFault())
        return failGroup(group, *fault);
    if (group.size() == 1 && !runAlone(*group.front()))
        return;
    for (std::size_t i = 0; i < group.size() && group.size() > 1; ++i) {
        const auto& step = group[i];
        runStep(*step);
        if (m_database->isInTransaction())
            continue;
        // SQLite has undone everything (disk full, I/O error): what seemed done in this group is not.
        return failGroup(group, step->error.value_or(Error{Error::Code::Storage, "The workspace's database could not be written.", ""}));
    }
    m_database->run("COMMIT");
    if (const auto fault = m_database->takeFault())
        failGroup(group, *fault);
}

// A step that is alone needs no savepoint: where it fails, false, the whole transaction is undone.
bool WriterThread::runAlone(Step& step)
{
    const bool isGood = step.operation(*m_database);
    step.error = m_database->takeFault();
    if (isGood && !step.error)
        return true;
    if (m_database->isInTransaction())
        m_database->run("ROLLBACK");
    static_cast<void>(m_database->takeFault());
    return false;
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

// A commit that overwrites what is there already costs its flush half of one that makes the file longer. Zeros are no frames to SQLite.
// Not where the disk is small or nearly full.
void WriterThread::lengthenWal()
{
    m_isWalShort = false;
    const char* name = sqlite3_filename_wal(sqlite3_db_filename(m_database->handle(), "main"));
    const int file = ::open(name, O_WRONLY | O_CLOEXEC);
    struct stat facts {};
    struct statvfs disk {};
    const bool isRoomy = file >= 0 && ::fstatvfs(file, &disk) == 0 && disk.f_bavail > 64 * static_cast<unsigned long>(WalRoom) / disk.f_frsize;
    if (isRoomy && ::fstat(file, &facts) == 0 && facts.st_size < WalRoom) {
        const std::vector<char> zeros(static_cast<std::size_t>(WalRoom - facts.st_size), '\0');
        if (::pwrite(file, zeros.data(), zeros.size(), facts.st_size) > 0)
            ::fdatasync(file);
    }
    if (file >= 0)
        ::close(file);
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
