#include "logtimes.h"

#include "clock.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runyard {

LogTimes::LogTimes(const std::string& log, const std::string& times) : m_log(openFile(log.c_str(), O_RDONLY | O_CREAT, 0644))
{
    if (times.empty())
        return;
    m_times = openFile(times.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    m_watch.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (m_watch.get() >= 0 && ::inotify_add_watch(m_watch.get(), log.c_str(), IN_MODIFY) < 0)
        m_watch.reset();
}

void LogTimes::sync() const { ::fsync(m_log.get()); }

void LogTimes::note()
{
    char events[4096];
    while (m_watch.get() >= 0 && ::read(m_watch.get(), events, sizeof events) > 0)
        continue;
    struct stat info;
    if (::fstat(m_log.get(), &info) != 0 || info.st_size == m_size)
        return;
    m_size = info.st_size;
    if (m_times.get() < 0)
        return;
    const std::int64_t record[2] = {m_size, wallMillis()};
    if (::write(m_times.get(), record, sizeof record) != sizeof record) {
        // Half a record would shift all that follow.
        const off_t whole = ::lseek(m_times.get(), 0, SEEK_END) / static_cast<off_t>(sizeof record);
        if (::ftruncate(m_times.get(), whole * static_cast<off_t>(sizeof record)) != 0)
            m_times.reset();
    }
    ++m_records;
}

} // namespace runyard
