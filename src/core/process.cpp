#include "process.h"

#include "job.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

namespace runyard {

namespace {

using Descriptor = asio::posix::stream_descriptor;

// A started child: killed with its group and reaped when this goes.
class Child {
public:
    explicit Child(pid_t pid) : m_pid(pid) {}
    ~Child()
    {
        if (m_pid <= 0)
            return;
        ::kill(-m_pid, SIGKILL);
        int status = 0;
        ::waitpid(m_pid, &status, 0);  // killed: ends at once
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    int reap()
    {
        int status = 0;
        while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {}
        m_pid = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t m_pid;
};

struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() { [[maybe_unused]] const int made = ::pipe2(ends, O_CLOEXEC); }
    ~Pipe()
    {
        for (const int end : ends) {
            if (end >= 0)
                ::close(end);
        }
    }
    int take(int which) { return std::exchange(ends[which], -1); }
};

std::vector<std::string> environmentOf(const Command& command)
{
    std::vector<std::string> lines;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view line(*entry);
        if (!command.environment.contains(std::string(line.substr(0, line.find('=')))))
            lines.emplace_back(line);
    }
    for (const auto& [name, value] : command.environment)
        lines.push_back(name + '=' + value);
    return lines;
}

std::vector<char*> pointers(std::vector<std::string>& lines)
{
    std::vector<char*> list;
    for (std::string& line : lines)
        list.push_back(line.data());
    list.push_back(nullptr);
    return list;
}

Result<pid_t> spawn(Command& command, const Pipe& output, const Pipe& errors)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output.ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, errors.ends[1], 2);
    if (!command.folder.empty())
        posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
    sigset_t none;
    sigset_t pipes;
    sigemptyset(&none);
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipes);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    auto lines = environmentOf(command);
    const auto argv = pointers(command.argv);
    const auto env = pointers(lines);
    pid_t pid = -1;
    const int fault = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), env.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (fault != 0)
        return failure(Error::Code::Storage, "The program “" + command.argv[0] + "” could not be started.", std::strerror(fault));
    return pid;
}

Task<> drain(std::shared_ptr<Descriptor> from, std::shared_ptr<std::string> into, std::size_t limit, std::function<void(std::string_view)> listener, std::shared_ptr<Event> ended)
{
    std::string buffer(65536, '\0');
    for (;;) {
        const auto [error, got] = co_await from->async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
        if (error)
            break;
        const std::string_view piece(buffer.data(), got);
        if (listener)
            listener(piece);
        into->append(piece.substr(0, std::min(piece.size(), limit - std::min(limit, into->size()))));
    }
    ended->set();
}

} // namespace

Task<Result<CommandResult>> runCommand(Command command, std::function<void(std::string_view)> onOutput, std::function<void(std::string_view)> onErrors)
{
    const auto executor = co_await asio::this_coro::executor;
    auto& context = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
    Pipe output;
    Pipe errors;
    auto pid = spawn(command, output, errors);
    if (!pid)
        co_return Failure(pid.error());
    Child child(*pid);
    ::close(output.take(1));
    ::close(errors.take(1));

    const auto end = std::make_shared<Descriptor>(executor, static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
    const auto out = std::make_shared<Descriptor>(executor, output.take(0));
    const auto err = std::make_shared<Descriptor>(executor, errors.take(0));
    const auto outText = std::make_shared<std::string>();
    const auto errText = std::make_shared<std::string>();
    const auto outEnded = std::make_shared<Event>(context);
    const auto errEnded = std::make_shared<Event>(context);
    detach(context, drain(out, outText, command.outputLimit, std::move(onOutput), outEnded));
    detach(context, drain(err, errText, command.outputLimit, std::move(onErrors), errEnded));

    asio::steady_timer limit(executor);
    const auto isLate = std::make_shared<bool>(false);
    if (command.limit.count() > 0) {
        limit.expires_after(command.limit);
        limit.async_wait([isLate, end](boost::system::error_code error) {
            if (!error) {
                *isLate = true;
                end->cancel();
            }
        });
    }
    co_await end->async_wait(Descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    limit.cancel();
    if (*isLate) {
        out->cancel();
        err->cancel();
        co_return failure(Error::Code::Timeout, "The program “" + command.argv[0] + "” took too long and was stopped.");
    }
    CommandResult result;
    result.exitCode = child.reap();
    const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);  // a grandchild may hold the pipes
    co_await outEnded->wait(patience);
    co_await errEnded->wait(patience);
    out->cancel();
    err->cancel();
    result.output = *outText;
    result.errors = *errText;
    co_return result;
}

} // namespace runyard
