#include "child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace runyard {

namespace {

void makePipe(Descriptor& reading, Descriptor& writing)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    reading.reset(ends[0]);
    writing.reset(ends[1]);
}

std::vector<char*> pointers(const std::vector<std::string>& texts)
{
    std::vector<char*> all;
    for (const std::string& text : texts)
        all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
}

bool bindTo(const std::vector<int>& cpus)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus)
        if (cpu >= 0 && cpu < CPU_SETSIZE)
            CPU_SET(static_cast<unsigned>(cpu), &set);
    return cpus.empty() || ::sched_setaffinity(0, sizeof set, &set) == 0;
}

// Training gives way to the service and the shim, for the processor and when memory runs out.
void giveWay(int nice)
{
    ::setpriority(PRIO_PROCESS, 0, nice);
    const Descriptor score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (score.get() >= 0 && ::write(score.get(), "500", 3) != 3)
        errno = 0;
}

void plainSignals()
{
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace

Child::Child(const Intent& intent)
{
    const Descriptor log = openFile(intent.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    Descriptor gate, report;
    makePipe(gate, m_gate);
    makePipe(m_report, report);
    const pid_t shim = ::getpid();
    m_pid = ::fork();
    if (m_pid < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (m_pid == 0) {
        m_gate = std::move(gate);
        m_report = std::move(report);
        become(intent, shim, log.get());
    }
}

void Child::become(const Intent& intent, pid_t shim, int log)
{
    const auto fail = [this](const std::string& what) {
        const std::string text = what + ": " + std::strerror(errno) + ".";
        if (::write(m_report.get(), text.data(), text.size()) < 0)
            ::_exit(126);
        ::_exit(127);
    };
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setsid();
    char go = 0;
    if (::getppid() != shim || ::read(m_gate.get(), &go, 1) != 1)
        ::_exit(126);
    plainSignals();
    ::umask(022);
    giveWay(intent.nice);
    if (!bindTo(intent.cpus))
        fail("The run could not be bound to its cores");
    if (::chdir(intent.folder.c_str()) != 0)
        fail("The working folder of the run cannot be entered");
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(log, 1) < 0 || ::dup2(log, 2) < 0)
        fail("The log of the run cannot be attached");
    ::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
    auto argv = pointers(intent.argv);
    auto environment = pointers(intent.environment);
    ::environ = environment.data();
    ::execvp(argv[0], argv.data());
    fail("“" + intent.argv[0] + "” could not be started");
    ::_exit(127);
}

std::string Child::release()
{
    std::string failed;
    if (::write(m_gate.get(), "!", 1) != 1)
        return failed;  // killed already, which its exit status will tell
    char buffer[512];
    ssize_t got = 0;
    while ((got = ::read(m_report.get(), buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR))
        failed.append(buffer, static_cast<std::size_t>(got > 0 ? got : 0));
    return failed;
}

} // namespace runyard
