#include "keeper.h"

#include "api/json.h"
#include "core/files.h"
#include "doors.h"
#include "facts.h"
#include "running.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

namespace runyard {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

struct Holdings {
    Descriptor lock;
    Descriptor local;
    TcpDoor tcp;
    TcpDoor tls;
    Descriptor life;       // the worker's end of a pipe that closes when this process dies
    Descriptor heartbeat;  // ours
    fs::path socket;
};

// Somebody else's folder, such as /tmp or a home, is not to become a workspace that only its owner can look into.
bool isForeign(const fs::path& folder)
{
    std::error_code error;
    for (const char* own : {"lock", "workspace.json", "store.sqlite", "tools/bin/uv"}) {
        if (fs::exists(folder / own, error))
            return false;
    }
    const auto entries = fs::directory_iterator(folder, error);
    return std::any_of(begin(entries), end(entries), [](const fs::directory_entry& entry) { return entry.path().filename() != "lost+found"; });
}

Result<Descriptor> lockFolder(const fs::path& folder)
{
    const auto wrong = [&folder](const std::string& what) { return failure(Error::Code::Storage, "The data folder “" + folder.string() + "” " + what); };
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return wrong("cannot be made: " + error.message() + ". Choose another with --data.");
    if (isForeign(folder))
        return wrong("holds other things and no workspace. Choose an empty folder, or one that is not there yet, with --data.");
    Descriptor lock(::access(folder.c_str(), W_OK) == 0 ? ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1);
    if (lock.get() < 0)
        return wrong(std::string("cannot be written: ") + std::strerror(errno) + ". Make it writable, or choose another with --data.");
    ::chmod(folder.c_str(), 0700);
    return lock;
}

// Takes the lock, or says why not. A service that is just going is waited for. A good answer without a lock: one is running.
Result<bool> takeLock(const Descriptor& lock, const fs::path& folder)
{
    for (const auto until = Clock::now() + 20s; Clock::now() < until; std::this_thread::sleep_for(50ms)) {
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return failure(Error::Code::Storage, "The data folder “" + folder.string() + "” cannot be locked: " + std::strerror(errno) + ".");
        if (answersNow(folder))
            return false;
    }
    return failure(Error::Code::Conflict, "Another service holds the data folder “" + folder.string() + "” but does not answer. End it, or choose another folder with --data.");
}

Result<Holdings> takeDoors(const Options& options, Descriptor lock)
{
    Holdings held;
    held.lock = std::move(lock);
    std::error_code error;
    fs::create_directories(options.folder / "logs", error);
    auto facts = loadFacts(options.folder);
    if (!facts)
        return Failure(facts.error());
    held.socket = socketPath(options.folder);
    auto local = listenLocally(held.socket);
    if (!local)
        return Failure(local.error());
    held.local = std::move(*local);
    auto tcp = listenOnTcp(options.host, options.port, facts->port);
    if (!tcp)
        return Failure(tcp.error());
    held.tcp = std::move(*tcp);
    auto tls = listenOnTcp(options.host, 0, facts->tlsPort);
    if (!tls)
        return Failure(tls.error());
    held.tls = std::move(*tls);
    if (auto saved = savePorts(options.folder, *facts, held.tcp.port, held.tls.port); !saved)
        return Failure(saved.error());
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return failure(Error::Code::Server, "The service cannot start: " + std::string(std::strerror(errno)) + ".");
    held.life = Descriptor(ends[0]);
    held.heartbeat = Descriptor(ends[1]);
    return held;
}

// The worker is the same program; a new binary at the same place is taken at the next respawn.
pid_t startWorker(const Options& options, const Holdings& held, const std::string& program)
{
    std::vector<std::string> words{program, "--worker", "--data", options.folder.string(), "--idle", std::to_string(options.idleLimit.count()), "--socket", held.socket.string(), "--listen",
        options.host + ":" + std::to_string(held.tcp.port), "--tls-port", std::to_string(held.tls.port)};
    if (!options.trace.empty())
        words.insert(words.end(), {"--trace", options.trace.string()});
    for (const auto& [name, fd] : {std::pair("--tcp", held.tcp.socket.get()), std::pair("--tls", held.tls.socket.get()), std::pair("--local", held.local.get()), std::pair("--lock", held.lock.get()), std::pair("--life", held.life.get())}) {
        words.emplace_back(name);
        words.push_back(std::to_string(fd));
    }
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    for (const int fd : {held.tcp.socket.get(), held.tls.socket.get(), held.local.get(), held.lock.get(), held.life.get()})
        ::fcntl(fd, F_SETFD, 0);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execv(program.c_str(), arguments.data());
    std::fprintf(stderr, "runyardd: “%s” cannot be started: %s.\n", program.c_str(), std::strerror(errno));
    ::_exit(ExitCrashed);
}

// Waits for a signal; 0 when the time is over.
int nextSignal(const sigset_t& wanted, std::chrono::milliseconds limit)
{
    const timespec time{static_cast<std::time_t>(limit.count() / 1000), static_cast<long>(limit.count() % 1000) * 1'000'000};
    const int signal = ::sigtimedwait(&wanted, nullptr, &time);
    return signal < 0 ? 0 : signal;
}

struct Ending {
    int code = 0;
    bool isAskedFor = false;
};

// Until the worker ends. SIGTERM and SIGINT are passed on.
Ending watch(pid_t worker, const sigset_t& wanted)
{
    Ending ending;
    auto killAt = Clock::time_point::max();
    for (;;) {
        int status = 0;
        if (::waitpid(worker, &status, WNOHANG) == worker) {
            ending.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return ending;
        }
        const int signal = nextSignal(wanted, 500ms + (killAt == Clock::time_point::max() ? 60'000ms : 0ms));
        if (signal == SIGTERM || signal == SIGINT) {
            ending.isAskedFor = true;
            ::kill(worker, SIGTERM);
            killAt = std::min(killAt, Clock::now() + 20s);
        }
        if (Clock::now() > killAt)
            ::kill(worker, SIGKILL);
    }
}

int keep(const Options& options, const Holdings& held)
{
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT})
        ::sigaddset(&wanted, signal);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    const std::string program = fs::read_symlink("/proc/self/exe").string();
    auto pause = 0ms;
    bool hasServed = false;
    for (;;) {
        const auto since = Clock::now();
        const pid_t worker = startWorker(options, held, program);
        const Ending ending = worker > 0 ? watch(worker, wanted) : Ending{ExitCrashed, false};
        if (ending.isAskedFor || ending.code == ExitDone)
            return ExitDone;
        // What keeps another from starting may go again, such as a full disk; runs and clients wait for it.
        if (ending.code == ExitCannotStart && !hasServed)
            return ExitCannotStart;
        hasServed = hasServed || ending.code != ExitCannotStart;
        std::fprintf(stderr, "runyardd: the worker ended unexpectedly (%d); starting another.\n", ending.code);
        pause = Clock::now() - since > 10s ? 0ms : std::min(pause * 2 + 20ms, 5000ms);
        for (const auto until = Clock::now() + pause; Clock::now() < until;) {
            const int signal = nextSignal(wanted, std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()));
            if (signal == SIGTERM || signal == SIGINT)
                return ExitDone;
        }
    }
}

int refuse(const Error& error)
{
    std::fprintf(stderr, "runyardd: %s\n", error.message.c_str());
    return ExitCannotStart;
}

} // namespace

int keepServing(const Options& options)
{
    ::signal(SIGHUP, SIG_IGN);
    ::signal(SIGPIPE, SIG_IGN);
    ::umask(0077);
    auto lock = lockFolder(options.folder);
    if (!lock)
        return refuse(lock.error());
    const auto isOurs = takeLock(*lock, options.folder);
    if (!isOurs)
        return refuse(isOurs.error());
    if (!*isOurs) {
        std::printf("The service for “%s” is running already.\n", options.folder.c_str());
        return ExitDone;
    }
    auto held = takeDoors(options, std::move(*lock));
    if (!held)
        return refuse(held.error());
    const int code = keep(options, *held);
    ::unlink((options.folder / "service.json").c_str());
    ::unlink(held->socket.c_str());
    return code;
}

} // namespace runyard
