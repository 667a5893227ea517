#include "supervisor.h"

#include "attempt.h"
#include "core/files.h"
#include "core/process.h"
#include "inpool.h"
#include "leftovers.h"
#include "logwatch.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/syscall.h>
#include <unistd.h>

namespace runyard::local {

namespace {

// What a shim answers when it is started; the numbers are those of app/runyard-shim/main.cpp.
enum ShimAnswer { Started = 0, Locked = 102, RanBefore = 103 };

constexpr int mostLaunches = 3;

// Waits until the shim has ended, however it did, or for a moment where that cannot be watched. Its pid is certain: the kernel told it as
// the holder of the lock, again after the handle was open.
Task<> waitForEnd(Attempt attempt, pid_t shim)
{
    const auto executor = co_await asio::this_coro::executor;
    const int handle = shim > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, shim, 0)) : -1;
    if (handle < 0) {
        co_await sleepFor(std::chrono::milliseconds(100));
        co_return;
    }
    asio::posix::stream_descriptor watched(executor, handle);
    if (attempt.supervisor() != shim)
        co_return;
    co_await watched.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
}

std::string lastLine(const std::filesystem::path& file)
{
    std::string text = readFile(file, 1u << 20).value_or("");
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    const auto start = text.rfind('\n');
    return start == std::string::npos ? text : text.substr(start + 1);
}

Failure unknownRun(const std::string& id) { return failure(Error::Code::NotFound, "There is no run “" + id + "” under way here.", id); }

} // namespace

struct Supervisor::State {
    State(asio::io_context& io, std::filesystem::path folder, std::filesystem::path program, LogGrew logGrew)
        : context(io), runs(std::move(folder)), shim(std::move(program)), grew(std::move(logGrew)), watch(io, grew), pool(2) {}

    asio::io_context& context;
    std::filesystem::path runs, shim;
    LogGrew grew;
    LogWatch watch;
    std::map<std::string, std::string> cancelled;  // reasons by run, until its shim has heard them
    std::map<std::string, int> followed;           // runs whose end is waited for
    asio::thread_pool pool;

    RunFolder folder(const std::string& runId) const { return RunFolder(runs / runId); }
    Attempt last(const std::string& runId) const { return Attempt(folder(runId), folder(runId).lastAttempt()); }
    void watchLogs(const std::string& runId)
    {
        watch.add(runId, folder(runId).userLogs());
        watch.add(runId, folder(runId).systemLogs());
    }
};

struct Supervisor::Follow {
    using Shared = std::shared_ptr<State>;

    // Marks a run as followed, and its logs as watched, for as long as a coroutine lives.
    class Mark {
    public:
        Mark(Shared state, std::string runId) : m_state(std::move(state)), m_runId(std::move(runId)) { ++m_state->followed[m_runId]; }
        ~Mark()
        {
            if (--m_state->followed[m_runId] > 0)
                return;
            m_state->followed.erase(m_runId);
            m_state->cancelled.erase(m_runId);
            m_state->watch.remove(m_runId);
        }
        Mark(const Mark&) = delete;
        Mark& operator=(const Mark&) = delete;

    private:
        Shared m_state;
        std::string m_runId;
    };

    // An exit where the attempt ended without having started; nothing where a shim has it.
    static Task<std::optional<Exit>> launch(Shared state, Attempt attempt, std::string runId)
    {
        if (const auto asked = state->cancelled.extract(runId))
            co_return attempt.close(Exit::Reason::Cancelled, asked.mapped());
        Command command;
        command.argv = {state->shim.string(), attempt.path().string()};
        const auto ended = co_await runCommand(std::move(command));
        const int answer = ended ? ended->exitCode : -1;
        const bool isTaken = answer == Started || answer == Locked || answer == RanBefore || attempt.hasStarted();
        if (!isTaken) {
            std::string why = ended ? lastLine(attempt.path() / "shim.log") : ended.error().message;
            if (why.empty())
                why = "Its supervisor was ended at once: something killed it, or memory ran out.";
            co_return attempt.close(Exit::Reason::NotStarted, "The run could not be started. " + why);
        }
        if (const auto asked = state->cancelled.extract(runId))
            attempt.tell("cancel", asked.mapped());
        co_return std::nullopt;
    }

    static Task<Exit> lose(Shared state, Attempt attempt, Loss loss)
    {
        const bool isThisBoot = attempt.started().isThisBoot;
        std::function<Exit()> work = [attempt, loss, isThisBoot] {
            if (!isThisBoot)
                return attempt.close(Exit::Reason::Lost, "The computer was restarted while the run was under way.");
            endLeftovers(attempt, loss);
            return attempt.close(Exit::Reason::Lost, "The supervisor of the run was lost: something killed it, or memory ran out. What it left running was ended.");
        };
        co_return co_await inPool<Exit>(state->context, state->pool, std::move(work));
    }

    static Task<Result<Exit>> follow(Shared state, Attempt attempt, std::string runId)
    {
        state->watchLogs(runId);
        Loss loss = Loss::FoundLater;
        for (int launches = 0;;) {
            // The lock first: a shim writes its record and then lets go.
            const pid_t shim = attempt.supervisor();
            if (shim != 0) {
                co_await waitForEnd(attempt, shim);
                loss = Loss::Fresh;
                continue;
            }
            if (const auto exit = attempt.exit())
                co_return *exit;
            if (attempt.hasStarted()) {
                auto lost = co_await lose(state, attempt, loss);
                co_return lost;
            }
            if (++launches > mostLaunches)
                co_return attempt.close(Exit::Reason::NotStarted, "The run could not be started: its supervisor ended at once, again and again.");
            auto failed = co_await launch(state, attempt, runId);
            if (failed)
                co_return *failed;
            loss = Loss::Fresh;  // launched just now: should it be gone at the next look, its session is still ours
        }
    }
};

Supervisor::Supervisor(asio::io_context& context, std::filesystem::path runsFolder, std::filesystem::path shim, LogGrew logGrew)
    : m_state(std::make_shared<State>(context, std::move(runsFolder), std::move(shim), std::move(logGrew)))
{
}

Supervisor::~Supervisor() { m_state->pool.join(); }

std::filesystem::path Supervisor::folderOf(const std::string& runId) const { return m_state->runs / runId; }

Task<Result<Exit>> Supervisor::run(Launch launch)
{
    const auto state = m_state;
    if (!isRunId(launch.runId))
        co_return failure(Error::Code::Invalid, "“" + launch.runId + "” cannot be the name of a run.", launch.runId);
    const Follow::Mark mark(state, launch.runId);
    const Attempt attempt(state->folder(launch.runId), launch.attempt);
    if (!attempt.hasStarted()) {
        std::function<Result<>()> work = [attempt, launch] { return attempt.prepare(launch); };
        auto prepared = co_await inPool<Result<>>(state->context, state->pool, std::move(work));
        if (!prepared)
            co_return Failure(std::move(prepared).error());
    }
    auto ended = co_await Follow::follow(state, attempt, launch.runId);
    state->grew(launch.runId);
    co_return ended;
}

bool Supervisor::isKnown(const std::string& runId) const
{
    if (!isRunId(runId))
        return false;
    const Attempt attempt = m_state->last(runId);
    return attempt.number() > 0 && (attempt.hasStarted() || attempt.exit() || attempt.supervisor() != 0);
}

Task<Result<Exit>> Supervisor::resume(std::string runId)
{
    const auto state = m_state;
    if (!isKnown(runId))
        co_return unknownRun(runId);
    const Follow::Mark mark(state, runId);
    auto ended = co_await Follow::follow(state, state->last(runId), runId);
    state->grew(runId);
    co_return ended;
}

void Supervisor::watchLogs(const std::string& runId) { m_state->watchLogs(runId); }

void Supervisor::forgetLogs(const std::string& runId) { m_state->watch.remove(runId); }

Task<Result<>> Supervisor::cancel(std::string runId, std::string reason)
{
    const auto state = m_state;
    const bool isFollowed = state->followed.contains(runId);
    if (!isFollowed && !isKnown(runId))
        co_return unknownRun(runId);
    const Attempt attempt = state->last(runId);
    // A shim that does not listen yet hears it as soon as it does; one that does not listen any more has ended.
    if (!attempt.tell("cancel", reason) && isFollowed && !attempt.exit())
        state->cancelled[runId] = reason;
    co_return Result<>();
}

std::map<std::string, std::int64_t> Supervisor::logSizes(const std::string& runId) const { return m_state->folder(runId).logSizes(); }

} // namespace runyard::local
