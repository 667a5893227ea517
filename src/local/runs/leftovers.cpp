#include "leftovers.h"

#include "core/files.h"

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

namespace runyard::local {

namespace {

struct Process {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
    std::uint64_t start = 0;
    char state = '?';

    bool operator<(const Process& other) const { return std::pair(pid, start) < std::pair(other.pid, other.start); }
};

Process lookUp(pid_t pid)
{
    const auto line = readFile("/proc/" + std::to_string(pid) + "/stat", 4096);
    const auto name = line ? line->rfind(')') : std::string::npos;
    Process process;
    unsigned long long start = 0;
    if (name == std::string::npos)
        return process;
    if (std::sscanf(line->c_str() + name + 1, " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &process.state, &process.parent,
                    &process.session, &start) == 4) {
        process.pid = pid;
        process.start = start;
    }
    return process;
}

bool carries(pid_t pid, const std::string& marker)
{
    const auto environment = readFile("/proc/" + std::to_string(pid) + "/environ", 4u << 20);
    return environment && (std::string(1, '\0') + *environment).find('\0' + marker + '\0') != std::string::npos;
}

std::vector<Process> everyProcess()
{
    std::vector<Process> all;
    DIR* folder = ::opendir("/proc");
    if (!folder)
        return all;
    while (const dirent* entry = ::readdir(folder))
        if (const int pid = std::atoi(entry->d_name); pid > 0)
            if (const Process process = lookUp(pid); process.pid && process.state != 'Z' && process.state != 'X')
                all.push_back(process);
    ::closedir(folder);
    return all;
}

class Sweep {
public:
    Sweep(const Attempt& attempt, Loss loss) : m_marker(attempt.marker()), m_started(attempt.started())
    {
        // A session outlives its leader, but a leader that started at another moment leads another session.
        const Process leader = lookUp(m_started.main);
        m_isBySession = loss == Loss::Fresh && m_started.main > 0 && (!leader.pid || leader.start == m_started.mainStart);
    }

    std::set<Process> find() const
    {
        const auto all = everyProcess();
        std::set<Process> found;
        std::set<pid_t> family;
        for (const Process& process : all)
            if (process.pid != ::getpid() && isMarked(process)) {
                found.insert(process);
                family.insert(process.pid);
            }
        for (bool hasGrown = true; hasGrown;) {
            hasGrown = false;
            for (const Process& process : all)
                if (family.contains(process.parent) && family.insert(process.pid).second)
                    hasGrown = found.insert(process).second;
        }
        return found;
    }

private:
    bool isMarked(const Process& process) const
    {
        return (m_isBySession && process.session == m_started.main && process.start >= m_started.mainStart) || carries(process.pid, m_marker);
    }

    std::string m_marker;
    Attempt::Started m_started;
    bool m_isBySession;
};

void sendSignal(const Process& process, int signal)
{
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0));
    if (handle < 0)
        return;
    if (lookUp(process.pid).start == process.start)
        ::syscall(SYS_pidfd_send_signal, handle, signal, nullptr, 0);
    ::close(handle);
}

} // namespace

int endLeftovers(const Attempt& attempt, Loss loss)
{
    constexpr int mostRounds = 200;
    const Sweep sweep(attempt, loss);
    std::set<Process> stopped;
    int quiet = 0;
    for (int round = 0; round < mostRounds && quiet < 2; ++round) {
        const auto found = sweep.find();
        // A process may fork and end between the listing and the look at it: one empty look proves nothing.
        quiet = found.empty() ? quiet + 1 : 0;
        bool isNew = false;
        for (const Process& process : found)
            if (stopped.insert(process).second) {
                isNew = true;
                sendSignal(process, SIGSTOP);
            }
        if (isNew)
            continue;  // stop all before any is killed, so that none can fork away
        for (const Process& process : found)
            sendSignal(process, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return static_cast<int>(stopped.size());
}

} // namespace runyard::local
