#include "supervision.h"

#include "clock.h"
#include "json.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

namespace runyard {

namespace {

Descriptor watchSignals()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT})
        ::sigaddset(&set, number);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    Descriptor opened(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (opened.get() < 0)
        throw std::system_error(errno, std::generic_category(), "signalfd");
    return opened;
}

std::int64_t millis(const timeval& time) { return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_usec / 1000; }

} // namespace

Supervision::Supervision(Intent intent)
    : m_intent(std::move(intent)), m_control("ctl"), m_times(m_intent.log, m_intent.times), m_exitFile("exit.json.reserved"), m_signals(watchSignals()),
      m_child(m_intent), m_startedAt(wallMillis()), m_startClock(steadyMillis())
{
}

bool Supervision::markStarted(std::string_view version)
{
    JsonObject started;
    started.add("shimPid", ::getpid()).add("shimStart", static_cast<std::int64_t>(lookUp(::getpid()).start));
    started.add("mainPid", m_child.pid()).add("mainStart", static_cast<std::int64_t>(lookUp(m_child.pid()).start));
    started.add("bootId", bootId()).add("startedAt", m_startedAt).add("version", version);
    return createDurably("started.json", started.done());
}

int Supervision::run()
{
    m_message = m_child.release();
    if (!m_message.empty())
        m_reason = "notStarted";
    if (m_intent.timeout > 0)
        m_limit = m_startClock + m_intent.timeout;
    while (!m_isEmpty)
        wait();
    m_times.note();
    m_times.sync();
    // A full disk may have taken even what was reserved, on some file systems. The run counts as running until this is written.
    const std::string text = record();
    while (!m_exitFile.publish("exit.json", text) && ::access("intent.json", F_OK) == 0)
        ::usleep(500'000);
    return WIFEXITED(m_status) ? WEXITSTATUS(m_status) : 128 + WTERMSIG(m_status);
}

void Supervision::wait()
{
    const bool isQuiet = steadyMillis() < m_noteAfter;
    pollfd watched[3] = {{m_signals.get(), POLLIN, 0}, {m_control.descriptor(), POLLIN, 0}, {isQuiet ? -1 : m_times.descriptor(), POLLIN, 0}};
    if (::poll(watched, 3, pauseMillis()) < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "poll");
    if (watched[2].revents) {
        m_times.note();
        m_noteAfter = steadyMillis() + m_times.pause();
    }
    takeSignals();
    takeRequests();
    reap();
    checkTime();
}

// Until the next thing that happens by the clock; -1 for none.
int Supervision::pauseMillis() const
{
    const std::int64_t now = steadyMillis();
    std::int64_t pause = INT64_MAX;
    if (m_limit > 0)
        pause = std::max<std::int64_t>(0, m_limit - now);
    if (m_noteAfter > now)
        pause = std::min(pause, m_noteAfter - now);
    return pause == INT64_MAX ? -1 : static_cast<int>(std::min<std::int64_t>(pause, INT_MAX));
}

void Supervision::takeSignals()
{
    signalfd_siginfo info;
    while (::read(m_signals.get(), &info, sizeof info) == sizeof info)
        if (info.ssi_signo != SIGCHLD)
            end("cancelled", "The supervisor of the run was ended by signal " + std::to_string(info.ssi_signo) + ".");
}

void Supervision::takeRequests()
{
    for (const auto& request : m_control.take()) {
        end("cancelled", request.reason);
        if (request.kind == Control::Request::Kind::Kill) {
            m_phase = Phase::Killing;
            m_limit = steadyMillis();
        }
    }
}

// Ends the run from outside: politely first, to the whole tree.
void Supervision::end(const char* reason, std::string message)
{
    if (m_phase != Phase::Running)
        return;
    m_reason = reason;
    m_message = std::move(message);
    m_phase = Phase::Ending;
    m_limit = steadyMillis() + m_intent.grace;
    for (const Process& process : descendants(::getpid())) {
        sendSignal(process, SIGTERM);
        sendSignal(process, SIGCONT);
    }
}

void Supervision::reap()
{
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid == 0)
            return;
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0) {
            m_isEmpty = true;  // being the subreaper, no child means no descendant
            return;
        }
        if (pid != m_child.pid())
            continue;
        m_isMainGone = true;
        m_status = status;
        m_mainEndedAt = wallMillis();
        if (m_phase == Phase::Running)
            m_phase = Phase::Lingering;
        if (m_phase == Phase::Lingering || m_phase == Phase::Ending)
            m_limit = steadyMillis() + m_intent.linger;
    }
}

void Supervision::checkTime()
{
    if (m_limit == 0 || m_isEmpty || steadyMillis() < m_limit)
        return;
    if (m_phase == Phase::Running)
        return end("timedOut", "The run took longer than it was allowed.");
    m_phase = Phase::Killing;
    const int killed = killDescendants(::getpid());
    if (m_killRounds++ == 0)
        m_killed = killed - (m_isMainGone ? 0 : 1);
    // A process in the middle of a disk operation dies when that ends; do not spin on it.
    m_limit = steadyMillis() + std::min(10 * m_killRounds, 1000);
}

const char* Supervision::outcome() const
{
    if (m_reason)
        return m_reason;
    if (WIFSIGNALED(m_status))
        return "signalled";
    return WEXITSTATUS(m_status) == 0 ? "completed" : "failed";
}

std::string Supervision::record() const
{
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    JsonObject exit;
    exit.add("reason", outcome()).add("message", m_message.substr(0, 2000));
    if (WIFEXITED(m_status))
        exit.add("exitCode", WEXITSTATUS(m_status));
    else
        exit.add("signal", WTERMSIG(m_status));
    exit.add("startedAt", m_startedAt).add("mainEndedAt", m_mainEndedAt).add("endedAt", wallMillis()).add("durationMillis", steadyMillis() - m_startClock);
    exit.add("userMillis", millis(used.ru_utime)).add("systemMillis", millis(used.ru_stime)).add("maxRssKilobytes", used.ru_maxrss);
    exit.add("logSize", m_times.size()).add("killedDescendants", m_killed);
    return exit.done();
}

} // namespace runyard
