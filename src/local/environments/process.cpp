#include "process.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace runyard::local {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (auto& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// In the child between fork and exec: system calls only.
[[noreturn]] void becomeProgram(char* const* argv, char* const* environment, const char* folder, int output, int report)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(output, 1);
    ::dup2(output, 2);
    ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    if (::chdir(folder) == 0)
        ::execve(argv[0], argv, environment);
    const int fault = errno;
    [[maybe_unused]] const auto written = ::write(report, &fault, sizeof fault);
    ::_exit(127);
}

// A running child; gone with its whole group when this goes.
class Child {
public:
    Child(asio::io_context& context, pid_t pid, int output, int watch) : m_pid(pid), m_output(context, output), m_watch(context, watch) {}

    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    ~Child()
    {
        ::kill(-m_pid, SIGKILL);
        if (!m_isReaped)
            ::waitpid(m_pid, nullptr, 0);
    }

    // What it said next; empty once it has closed its output.
    Task<std::string> read()
    {
        std::array<char, 16384> bytes;
        const auto buffer = asio::buffer(bytes);
        const auto [fault, count] = co_await m_output.async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
        if (fault)
            co_return std::string();
        co_return std::string(bytes.data(), count);
    }

    Task<int> wait()
    {
        co_await m_watch.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
        int status = 0;
        ::waitpid(m_pid, &status, 0);
        m_isReaped = true;
        co_return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    pid_t m_pid;
    bool m_isReaped = false;
    asio::posix::stream_descriptor m_output;
    asio::posix::stream_descriptor m_watch;
};

Failure notStarted(const Command& command, int fault)
{
    return failure(Error::Code::Storage, "“" + command.argv.front() + "” could not be started: " + std::strerror(fault) + ".");
}

Result<std::unique_ptr<Child>> start(asio::io_context& context, Command& command)
{
    std::vector<std::string> settings;
    for (const auto& [name, value] : command.environment)
        settings.push_back(name + "=" + value);
    const auto argv = pointers(command.argv);
    const auto environment = pointers(settings);
    const std::string folder = command.folder.empty() ? "/" : command.folder.string();
    std::array<int, 2> output{};
    std::array<int, 2> report{};
    if (::pipe2(output.data(), O_CLOEXEC) != 0)
        return notStarted(command, errno);
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
        ::close(output[0]);
        ::close(output[1]);
        return notStarted(command, errno);
    }
    const pid_t pid = ::fork();
    if (pid == 0)
        becomeProgram(argv.data(), environment.data(), folder.c_str(), output[1], report[1]);
    int fault = errno;
    ::close(output[1]);
    ::close(report[1]);
    const bool isStarted = pid > 0 && ::read(report[0], &fault, sizeof fault) == 0;  // ends by exec or with its errno
    ::close(report[0]);
    const int watch = isStarted ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1;
    if (watch < 0) {
        fault = isStarted ? errno : fault;
        ::close(output[0]);
        if (pid > 0) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
        return notStarted(command, fault);
    }
    return std::make_unique<Child>(context, pid, output[0], watch);
}

void handOn(std::string& pending, const std::function<void(std::string_view)>& line)
{
    std::size_t begin = 0;
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', begin)) {
        line(std::string_view(pending).substr(begin, end + 1 - begin));
        begin = end + 1;
    }
    pending.erase(0, begin);
}

} // namespace

Task<Result<int>> runCommand(asio::io_context& context, Command command, std::function<void(std::string_view)> line)
{
    auto child = start(context, command);
    if (!child)
        co_return Failure(std::move(child).error());
    std::string pending;
    while (true) {
        const std::string text = co_await (*child)->read();
        if (text.empty())
            break;
        pending += text;
        handOn(pending, line);
    }
    if (!pending.empty())
        line(pending + "\n");
    co_return co_await (*child)->wait();
}

std::map<std::string, std::string> ownEnvironment()
{
    std::map<std::string, std::string> result;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != text.npos)
            result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return result;
}

} // namespace runyard::local
