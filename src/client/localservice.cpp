#include "localservice.h"

#include "api/json.h"
#include "core/files.h"
#include "lists.h"
#include "servicelaunch.h"

namespace runyard::client {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto LongestStart = std::chrono::seconds(10);
constexpr auto LookLimit = std::chrono::milliseconds(3000);
constexpr auto Heartbeat = std::chrono::seconds(1);
constexpr auto FirstBackOff = std::chrono::milliseconds(500);
constexpr auto LongestBackOff = std::chrono::milliseconds(30'000);

ServiceState stateOf(const api::Json& health, double milliseconds)
{
    const auto number = [&health](const char* name) { return health.contains(name) && health.at(name).is_number() ? health.at(name).get<std::int64_t>() : 0; };
    ServiceState state;
    state.kind = ServiceState::Kind::Ready;
    state.latencyMs = milliseconds;
    state.cores = static_cast<int>(number("cores"));
    state.coresBusy = static_cast<int>(number("coresBusy"));
    state.memoryUsed = number("memoryUsed");
    state.memoryTotal = number("memoryTotal");
    state.diskFree = health.contains("diskFree") ? number("diskFree") : -1;
    return state;
}

} // namespace

// The service as this window last knew it.
struct LocalService::State {
    std::optional<ServiceLaunch> launch;  // ours, if we started it
    Clock::time_point nextStart;          // not before
    std::chrono::milliseconds backOff = FirstBackOff;
};

LocalService::LocalService(Connection& connection, std::filesystem::path dataFolder, std::filesystem::path program)
    : m_connection(connection), m_dataFolder(std::move(dataFolder)), m_program(std::move(program)), m_state(std::make_unique<State>())
{
}

LocalService::~LocalService() = default;

// Takes up what service.json says; it may have been written since the last look.
void LocalService::readInfo()
{
    const auto text = readFile(m_dataFolder / "service.json", 1 << 16);
    if (!text)
        return;
    auto info = api::read<api::ServiceInfo>(*text);
    if (info && !info->url.empty() && !info->token.empty())
        m_connection.use(std::move(*info));
}

Task<Result<api::ServiceInfo>> LocalService::info()
{
    readInfo();
    if (!m_connection.isOpen())
        co_return failure(Error::Code::NotFound, "The workspace on this computer is not open. Open it first.");
    co_return m_connection.info();
}

Task<Result<ServiceState>> LocalService::look()
{
    const auto start = Clock::now();
    http::Request request = m_connection.get("/runyard/v1/health");
    request.deadline = LookLimit;
    auto reply = co_await m_connection.sendOnce(std::move(request));
    if (!reply)
        co_return Failure(reply.error());
    if (reply->status != 200)
        co_return Failure(Connection::errorOf(*reply, "GET /runyard/v1/health"));
    const auto health = api::read<api::Json>(reply->body);
    if (!health)
        co_return Failure(health.error());
    m_state->backOff = FirstBackOff;
    co_return stateOf(*health, std::chrono::duration<double, std::milli>(Clock::now() - start).count());
}

Result<> LocalService::startProgram()
{
    m_state->launch.reset();
    auto launch = ServiceLaunch::start(m_program, m_dataFolder);
    m_state->nextStart = Clock::now() + m_state->backOff;
    m_state->backOff = std::min(m_state->backOff * 2, LongestBackOff);
    if (!launch)
        return Failure(launch.error());
    m_state->launch.emplace(std::move(*launch));
    return {};
}

// Until the service answers, or its program says why it does not.
Task<Result<>> LocalService::awaitStart()
{
    const auto end = Clock::now() + LongestStart;
    Error last = Error{Error::Code::Timeout, "The workspace service did not start within ten seconds.", {}};
    for (int round = 0; Clock::now() < end; ++round) {
        const auto pause = std::chrono::milliseconds(round < 50 ? 10 : 100);
        co_await sleepFor(pause);
        readInfo();
        auto state = co_await look();
        if (state)
            co_return Result<>();
        if (state.error().code != Error::Code::Network)
            last = state.error();
        const auto ended = m_state->launch->ended();
        if (!ended)
            continue;
        readInfo();
        if (auto other = co_await look(); other)
            co_return Result<>();  // another window was first
        if (!ended->isBusy)
            co_return Failure(ended->error);
        last = ended->error;
        m_state->launch.reset();
        co_await sleepFor(std::chrono::milliseconds(300));  // an old life is on its way out
        if (auto started = startProgram(); !started)
            co_return started;
    }
    last.detail += "\n" + m_state->launch->errors();
    co_return Failure(last);
}

Task<Result<api::Workspace>> LocalService::open()
{
    readInfo();
    Result<ServiceState> state = failure(Error::Code::Network, "");
    if (m_connection.isOpen())
        state = co_await look();
    if (!state && state.error().code == Error::Code::Timeout)
        state = co_await look();  // its parent holds the socket while the worker comes back
    if (!state) {
        if (auto started = startProgram(); !started)
            co_return Failure(started.error());
        if (auto ready = co_await awaitStart(); !ready)
            co_return Failure(ready.error());
    }
    co_return co_await askFor<api::Workspace>(m_connection, m_connection.get(m_connection.arm("")));
}

// Starts the program again where nothing listens any more; tells whether something is worth saying.
Result<> LocalService::revive()
{
    readInfo();
    if (m_state->launch) {
        const auto ended = m_state->launch->ended();
        if (!ended && Clock::now() < m_state->nextStart)
            return {};
        if (ended && !ended->isBusy && !ended->error.message.empty() && Clock::now() < m_state->nextStart)
            return Failure(ended->error);
    }
    if (Clock::now() < m_state->nextStart)
        return {};
    return startProgram();
}

Task<Result<>> LocalService::watch(Sink<ServiceState> sink)
{
    bool wasReady = false;
    while (true) {
        const auto start = Clock::now();
        auto state = co_await look();
        if (state) {
            wasReady = true;
            if (m_state->launch)
                (void)m_state->launch->ended();  // reaps a parent that gave way to another
            sink.show(std::move(*state));
            const auto rest = Heartbeat - (Clock::now() - start);
            co_await sleepFor(std::max<Clock::duration>(rest, std::chrono::milliseconds(100)));
            continue;
        }
        ServiceState now;
        now.kind = wasReady ? ServiceState::Kind::Unreachable : ServiceState::Kind::Starting;
        now.sentence = "The workspace service does not answer.";
        now.detail = state.error().message + '\n' + state.error().detail;
        if (state.error().code == Error::Code::Network) {
            now.sentence = "The workspace service is gone and is being started again. Runs go on meanwhile.";
            if (auto revived = revive(); !revived) {
                now.kind = ServiceState::Kind::Failed;
                now.sentence = revived.error().message;
                now.detail = revived.error().detail;
            }
        }
        sink.show(std::move(now));
        co_await sleepFor(std::chrono::milliseconds(200));
    }
}

} // namespace runyard::client
