#include "processes.h"

#include "files.h"

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <set>

namespace runyard {

namespace {

struct Seen : Process {
    char state = '?';
};

Seen readStat(pid_t pid)
{
    Seen seen;
    char name[32], line[1024];
    std::snprintf(name, sizeof name, "/proc/%d/stat", pid);
    std::FILE* file = std::fopen(name, "re");
    if (!file)
        return seen;
    const std::size_t size = std::fread(line, 1, sizeof line - 1, file);
    std::fclose(file);
    line[size] = 0;
    // The name in parentheses may hold anything: what follows its last ")" is regular.
    const char* rest = std::strrchr(line, ')');
    int parent = 0;
    unsigned long long start = 0;
    if (rest && std::sscanf(rest + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &seen.state, &parent, &start) == 3) {
        seen.pid = pid;
        seen.parent = parent;
        seen.start = start;
    }
    return seen;
}

std::vector<Seen> everyProcess()
{
    std::vector<Seen> all;
    DIR* folder = ::opendir("/proc");
    if (!folder)
        return all;
    while (const dirent* entry = ::readdir(folder))
        if (const int pid = std::atoi(entry->d_name); pid > 0)
            if (const Seen seen = readStat(pid); seen.pid)
                all.push_back(seen);
    ::closedir(folder);
    return all;
}

} // namespace

Process lookUp(pid_t pid) { return readStat(pid); }

std::vector<Process> descendants(pid_t ancestor)
{
    const auto all = everyProcess();
    std::set<pid_t> family{ancestor};
    std::vector<Process> found;
    for (bool hasGrown = true; hasGrown;) {
        hasGrown = false;
        for (const Seen& seen : all)
            if (family.contains(seen.parent) && family.insert(seen.pid).second) {
                hasGrown = true;
                if (seen.state != 'Z' && seen.state != 'X')
                    found.push_back(seen);
            }
    }
    return found;
}

void sendSignal(const Process& process, int signal)
{
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
    if (handle.get() >= 0 && lookUp(process.pid).start == process.start)
        ::syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0);
}

int killDescendants(pid_t ancestor)
{
    constexpr int mostRounds = 100;
    std::set<std::uint64_t> stopped;
    std::vector<Process> all;
    bool isNew = true;
    for (int round = 0; isNew && round < mostRounds; ++round) {
        isNew = false;
        all = descendants(ancestor);
        for (const Process& process : all)
            if (stopped.insert(process.start << 24 ^ static_cast<std::uint64_t>(process.pid)).second) {
                isNew = true;
                sendSignal(process, SIGSTOP);
            }
    }
    for (const Process& process : all)
        sendSignal(process, SIGKILL);
    return static_cast<int>(all.size());
}

std::string bootId()
{
    try {
        std::string id = readWhole("/proc/sys/kernel/random/boot_id");
        id.erase(std::remove(id.begin(), id.end(), '\n'), id.end());
        return id;
    } catch (const std::exception&) {
        return {};
    }
}

} // namespace runyard
