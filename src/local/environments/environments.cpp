#include "environments.h"

#include "buildfolder.h"
#include "core/files.h"
#include "core/job.h"
#include "local/runs/inpool.h"
#include "requirements.h"
#include "uv.h"

#include <algorithm>
#include <map>
#include <optional>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

struct Plan {
    std::vector<std::string> requirements;
    Interpreter interpreter;
    std::string key;
};

struct Building;

// A request that waits for a build which another has begun, and hears its log meanwhile.
struct Follower {
    Follower(asio::io_context& context, std::shared_ptr<Building> other, Environments::Log hears);
    ~Follower();

    Event ended;
    Environments::Log log;
    std::shared_ptr<Building> building;
};

struct Building {
    std::vector<Follower*> followers;
    std::optional<Error> error;  // none where it was cancelled
};

Follower::Follower(asio::io_context& context, std::shared_ptr<Building> other, Environments::Log hears)
    : ended(context), log(std::move(hears)), building(std::move(other))
{
    building->followers.push_back(this);
}

Follower::~Follower() { std::erase(building->followers, this); }

Environments::Log sharedLog(Environments::Log own, const std::shared_ptr<Building>& building)
{
    return [own = std::move(own), building](std::string_view line) {
        if (own)
            own(line);
        for (Follower* follower : building->followers) {
            if (follower->log)
                follower->log(line);
        }
    };
}

std::string opening(const Plan& plan)
{
    std::string text = "Building the environment " + plan.key + " with Python " + plan.interpreter.version + " (" + plan.interpreter.path.string() + "):\n";
    for (const auto& line : plan.requirements)
        text += "  " + line + "\n";
    return text;
}

std::string lines(const std::vector<std::string>& all)
{
    std::string text;
    for (const auto& line : all)
        text += line + "\n";
    return text;
}

} // namespace

// All that builds need; their coroutines keep it alive.
struct Environments::State {
    State(asio::io_context& io, fs::path root) : context(io), folder(std::move(root)), interpreters(folder / ".interpreters", ownEnvironment()) {}
    ~State() { asking.join(); }

    // Stands in the list of builds while one is under way; tells the followers when it ends, however it ends.
    class Ticket;
    using Self = std::shared_ptr<State>;

    asio::io_context& context;
    fs::path folder;
    Interpreters interpreters;  // of the thread below: each is asked for its version
    asio::thread_pool asking{1};
    std::map<std::string, std::shared_ptr<Building>> building;

    Result<Plan> plan(const api::EnvironmentRequest& request);
    static Task<Result<Plan>> planned(Self self, api::EnvironmentRequest request);
    BuiltEnvironment built(const std::string& key, bool wasCached) const { return {key, folder / key, folder / key / "bin/python", wasCached}; }

    static Task<Result<BuiltEnvironment>> prepare(Self self, api::EnvironmentRequest request, Log log);
    static Task<Result<>> build(Self self, Plan plan, Log log);
    static Task<Result<>> fill(Self self, Plan plan, Log log, fs::path environment);
    static Task<Result<std::string>> run(Self self, Command command, Log log);  // what it said
    static Task<Result<>> removeAll(Self self, std::vector<fs::path> folders);
    static Task<> keep(Self self, fs::path environment);
};

class Environments::State::Ticket {
public:
    Ticket(Self state, std::string key) : building(std::make_shared<Building>()), m_state(std::move(state)), m_key(std::move(key))
    {
        m_state->building[m_key] = building;
    }

    ~Ticket()
    {
        m_state->building.erase(m_key);
        for (Follower* follower : building->followers)
            follower->ended.set();
    }

    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    const std::shared_ptr<Building> building;

private:
    Self m_state;
    std::string m_key;
};

Result<Plan> Environments::State::plan(const api::EnvironmentRequest& request)
{
    auto requirements = requirementsOf(request);
    if (!requirements)
        return Failure(std::move(requirements).error());
    std::error_code fault;
    fs::create_directories(folder, fault);
    auto interpreter = interpreterFor(request, interpreters.all());
    if (!interpreter)
        return Failure(std::move(interpreter).error());
    Plan result{std::move(*requirements), std::move(*interpreter), {}};
    result.key = environmentKey(result.requirements, result.interpreter);
    return result;
}

Task<Result<Plan>> Environments::State::planned(Self self, api::EnvironmentRequest request)
{
    std::function<Result<Plan>()> work = [state = self.get(), request] { return state->plan(request); };
    co_return co_await inPool<Result<Plan>>(self->context, self->asking, std::move(work));
}

Task<Result<BuiltEnvironment>> Environments::State::prepare(Self self, api::EnvironmentRequest request, Log log)
{
    auto plan = co_await planned(self, std::move(request));
    if (!plan)
        co_return Failure(std::move(plan).error());
    bool hasWaited = false;
    while (!BuildFolder::isWhole(self->folder / plan->key)) {
        const auto other = self->building.find(plan->key);
        if (other == self->building.end()) {
            auto built = co_await build(self, *plan, log);
            if (!built)
                co_return Failure(std::move(built).error());
            co_return self->built(plan->key, false);
        }
        hasWaited = true;
        Follower follower(self->context, other->second, log);
        co_await follower.ended.wait();
        if (follower.building->error)
            co_return Failure(*follower.building->error);
    }
    co_return self->built(plan->key, !hasWaited);
}

Task<Result<>> Environments::State::build(Self self, Plan plan, Log log)
{
    Ticket ticket(self, plan.key);
    const Log shared = sharedLog(std::move(log), ticket.building);
    auto folder = BuildFolder::open(self->folder, plan.key);
    while (!folder && folder.error().code == Error::Code::Conflict) {
        co_await sleepFor(std::chrono::milliseconds(200));
        folder = BuildFolder::open(self->folder, plan.key);
    }
    if (folder && BuildFolder::isWhole(folder->target()))
        co_return Result<>();
    Result<> done = folder ? Result<>() : Result<>(Failure(folder.error()));
    if (done) {
        auto leftovers = folder->leftovers();
        done = co_await removeAll(self, std::move(leftovers));
    }
    if (done)
        done = co_await fill(self, plan, shared, folder->path());
    if (done)
        done = folder->commit();
    if (done) {
        Job(self->context, keep(self, folder->target()));
    } else {
        ticket.building->error = done.error();
        std::vector<fs::path> half;
        if (folder)
            half.push_back(folder->path());
        co_await removeAll(self, std::move(half));
    }
    co_return done;
}

Task<Result<>> Environments::State::fill(Self self, Plan plan, Log log, fs::path environment)
{
    const auto uv = Uv::find(ownEnvironment(), self->folder);
    if (!uv)
        co_return Failure(uv.error());
    log(opening(plan));
    auto made = co_await run(self, uv->venv(plan.interpreter.path, environment), log);
    if (!made)
        co_return Failure(std::move(made).error());
    const fs::path requirements = environment / "requirements.txt";
    auto written = writeFileDurably(requirements, lines(plan.requirements));
    if (!written)
        co_return written;
    auto installed = co_await run(self, uv->install(environment, requirements), log);
    if (!installed)
        co_return Failure(std::move(installed).error());
    auto frozen = co_await run(self, uv->freeze(environment), Log());
    if (!frozen)
        co_return Failure(std::move(frozen).error());
    co_return writeFileDurably(environment / "requirements.lock", *frozen);
}

Task<Result<std::string>> Environments::State::run(Self self, Command command, Log log)
{
    std::string output;
    const Log both = [&output, &log](std::string_view line) {
        output += line;
        if (log)
            log(line);
    };
    const auto status = co_await runCommand(self->context, std::move(command), both);
    if (!status)
        co_return Failure(status.error());
    if (*status != 0)
        co_return Failure(uvError(*status, output));
    co_return output;
}

Task<Result<>> Environments::State::removeAll(Self self, std::vector<fs::path> folders)
{
    if (folders.empty())
        co_return Result<>();
    Command command;
    command.argv = {"/bin/rm", "-rf", "--"};
    for (const auto& folder : folders)
        command.argv.push_back(folder.string());
    std::string words;
    const Log keepWords = [&words](std::string_view line) { words += line; };
    const auto status = co_await runCommand(self->context, std::move(command), keepWords);
    if (!status)
        co_return Failure(status.error());
    if (*status != 0)
        co_return failure(Error::Code::Storage, "What is left of an earlier build cannot be removed: see to the permissions of its folder.", words);
    co_return Result<>();
}

// Until its files are on the disk, an environment is not trusted after a restart of the machine.
Task<> Environments::State::keep(Self self, fs::path environment)
{
    Command command;
    command.argv = {"/bin/sync", "-f", environment.string()};
    const Log ignore = [](std::string_view) {};
    const auto status = co_await runCommand(self->context, std::move(command), ignore);
    if (!status || *status != 0)
        co_return;
    [[maybe_unused]] const auto kept = BuildFolder::confirm(environment);  // else it is built anew after a restart
}

Environments::Environments(asio::io_context& context, fs::path folder) : m_state(std::make_shared<State>(context, std::move(folder))) {}

Environments::~Environments() = default;

Task<Result<BuiltEnvironment>> Environments::prepare(api::EnvironmentRequest request, Log log)
{
    return State::prepare(m_state, std::move(request), std::move(log));
}

Task<bool> Environments::isBuilt(api::EnvironmentRequest request)
{
    const auto state = m_state;
    const auto plan = co_await State::planned(state, std::move(request));
    if (!plan)
        co_return false;
    co_return BuildFolder::isWhole(state->folder / plan->key);
}

} // namespace runyard::local
