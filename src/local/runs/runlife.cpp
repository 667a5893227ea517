#include "runlife.h"

#include "api/uri.h"
#include "attempt.h"
#include "core/files.h"
#include "inpool.h"
#include "local/blobs/blobs.h"
#include "local/blobs/digests.h"
#include "local/computes/computes.h"
#include "local/store/runrecord.h"
#include "local/store/runs.h"
#include "runvariables.h"
#include "snapshot.h"

#include <algorithm>
#include <fstream>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

// Appends to a log that people may be reading.
Environments::Log logInto(const fs::path& file)
{
    const auto out = std::make_shared<std::ofstream>(file, std::ios::app | std::ios::binary);
    return [out](std::string_view text) { *out << text << std::flush; };
}

std::vector<int> cpusOf(const std::vector<std::unique_ptr<Lease>>& leases)
{
    std::vector<int> cpus;
    for (const auto& lease : leases)
        for (const int cpu : lease->cpus())
            cpus.push_back(cpu);
    return cpus;
}

Result<> copyAll(const std::vector<JobPlan::Copy>& copies)
{
    for (const auto& copy : copies) {
        std::error_code error;
        fs::create_directories(copy.to.parent_path(), error);
        const bool isFile = fs::is_regular_file(copy.from, error);
        if (isFile)
            fs::copy_file(copy.from, copy.to, fs::copy_options::overwrite_existing, error);
        if (isFile && error)
            return Failure(fileError(copy.to, "be written", error.value()));
        if (auto merged = isFile ? Result<>() : mergeTree(copy.from, copy.to); !merged)
            return merged;
    }
    return {};
}

Result<> layOut(const RunFolder& folder, const JobPlan& plan)
{
    if (auto made = folder.create(std::max(1, folder.lastAttempt())); !made)
        return made;
    if (!plan.code.empty())
        if (auto copied = copyTree(plan.code, folder.work()); !copied)
            return copied;
    std::error_code error;
    for (const auto& place : plan.folders)
        fs::create_directories(place, error);
    for (const char* name : {"outputs", "logs"})
        fs::create_directories(folder.work() / name, error);
    if (error)
        return Failure(fileError(folder.work(), "be prepared", error.value()));
    return copyAll(plan.downloads);
}

// The last line the script wrote: of a Python traceback the one that says what happened.
std::string lastWords(const fs::path& log)
{
    std::ifstream in(log, std::ios::binary | std::ios::ate);
    const auto size = static_cast<std::int64_t>(in.tellg());
    std::string text(static_cast<std::size_t>(std::clamp<std::int64_t>(size, 0, 2000)), '\0');
    in.seekg(-static_cast<std::int64_t>(text.size()), std::ios::end);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
        text.pop_back();
    const auto start = text.rfind('\n');
    std::string line = start == std::string::npos ? text : text.substr(start + 1);
    const auto isPrintable = [](char letter) { return static_cast<unsigned char>(letter) >= ' '; };
    return line.size() <= 500 && std::all_of(line.begin(), line.end(), isPrintable) ? line : std::string();
}

const char* codeOf(Exit::Reason reason)
{
    switch (reason) {
    case Exit::Reason::TimedOut: return "JobTimedOut";
    case Exit::Reason::Lost: return "SupervisorLost";
    case Exit::Reason::NotStarted: return "NotStarted";
    default: return "UserError";
    }
}

} // namespace

// What an earlier life of the service launched counts as launched from the first moment, or a cancel would pass its shim by.
RunLife::RunLife(SchedulerParts& parts, asio::thread_pool& pool, api::Job job, std::vector<api::Phase> phases)
    : m_parts(parts), m_pool(pool), m_job(std::move(job)), m_phases(std::move(phases)), m_folder(parts.supervisor.folderOf(m_job.name)),
      m_isLaunched(parts.supervisor.isKnown(m_job.name))
{
}

void RunLife::beginPhase(const std::string& name)
{
    const Millis now = nowMillis();
    if (!m_phases.empty() && m_phases.back().end == 0) {
        if (m_phases.back().name == name)
            return;
        m_phases.back().end = now;
    }
    m_phases.push_back({name, now, 0, {}});
}

// Called in the middle of a phase, by what waits: written down as soon as the io thread gets to it.
void RunLife::note(const std::string& text)
{
    if (m_phases.empty() || m_phases.back().note == text)
        return;
    m_phases.back().note = text;
    detach(m_parts.context, save(shared_from_this()));
}

Task<> RunLife::save(Self self)
{
    RunChange change;
    change.phases = self->m_phases;
    // Phases are for people to look at; a full disk must not stop the run for them.
    co_await self->m_parts.runs.change(self->m_job.name, std::move(change));
}

Task<> RunLife::enter(Self self, std::string phase, std::string status)
{
    self->beginPhase(phase);
    RunChange change;
    change.phases = self->m_phases;
    change.status = status;
    if (phase == "Running" && !self->m_isLaunched)
        change.started = nowMillis();
    co_await self->m_parts.runs.change(self->m_job.name, std::move(change));
}

Task<> RunLife::drive(Self self)
{
    auto run = self->m_isLaunched ? resume(self) : execute(self);
    auto exit = co_await std::move(run);
    if (self->m_isStopped && !self->m_isLaunched)
        co_return;
    co_await finish(self, std::move(exit));
}

Task<Result<Exit>> RunLife::resume(Self self)
{
    const std::string id = self->m_job.name;
    const auto last = local::Attempt(self->m_folder, self->m_folder.lastAttempt());
    // A run that ended meanwhile needs no cores any more.
    Leases leases;
    if (last.supervisor() != 0) {
        auto adopted = self->m_parts.computes.adopt(api::armName(self->m_job.computeId, "computes"), id, last.cpus());
        if (adopted)
            leases = std::move(*adopted);
    }
    const auto isRunning = [](const api::Phase& phase) { return phase.name == "Running"; };
    if (std::none_of(self->m_phases.begin(), self->m_phases.end(), isRunning))
        co_await enter(self, "Running", "Running");
    co_return co_await self->m_parts.supervisor.resume(id);
}

Task<Result<Exit>> RunLife::execute(Self self)
{
    co_await enter(self, "Preparing", "Preparing");
    const auto python = std::make_shared<BuiltEnvironment>();
    auto plan = co_await prepare(self, python);
    if (!plan)
        co_return Failure(std::move(plan).error());
    co_return co_await launch(self, std::move(*plan), *python);
}

Task<Result<JobPlan>> RunLife::prepare(Self self, std::shared_ptr<BuiltEnvironment> python)
{
    auto plan = planJob(self->m_job, self->m_folder, self->m_parts);
    if (!plan)
        co_return plan;
    std::function<Result<>()> work = [folder = self->m_folder, plan = *plan] { return layOut(folder, plan); };
    auto laidOut = co_await inPool<Result<>>(self->m_parts.context, self->m_pool, std::move(work));
    if (!laidOut)
        co_return Failure(std::move(laidOut).error());
    self->m_parts.supervisor.watchLogs(self->m_job.name);
    const auto log = logInto(self->m_folder.systemLogs() / "environment.log");
    auto built = co_await self->m_parts.environments.prepare(plan->environment, log);
    if (!built)
        co_return Failure(std::move(built).error());
    *python = *built;
    if (built->wasCached) {
        log("The environment " + built->key + " was built before.\n");
        self->note("cached");
    }
    co_return plan;
}

Task<Result<Exit>> RunLife::launch(Self self, JobPlan plan, BuiltEnvironment python)
{
    auto& parts = self->m_parts;
    const std::string id = self->m_job.name;
    co_await enter(self, "Scaling", "Provisioning");
    const Computes::Waiting waiting = [weak = self->weak_from_this()](const std::string& sentence) {
        if (const auto life = weak.lock())
            life->note(sentence);
    };
    auto leases = co_await parts.computes.acquire(plan.compute, id, self->m_job.instanceCount, waiting);
    if (!leases)
        co_return Failure(std::move(leases).error());
    const auto run = parts.runs.get(id);
    if (!run)
        co_return failure(Error::Code::NotFound, "The run is not in the database any more.", id);
    Launch launch;
    launch.runId = id;
    launch.attempt = std::max(1, self->m_folder.lastAttempt());
    launch.argv = {"/bin/bash", "-c", plan.command};
    launch.environment = runVariables(self->m_job, *run, plan, python, parts);
    launch.cpus = cpusOf(*leases);
    launch.timeoutSeconds = self->m_job.timeoutSeconds;
    co_await enter(self, "Running", "Running");
    if (self->m_isStopped)
        co_return Exit();  // drive() drops it
    self->m_isLaunched = true;
    auto exit = co_await parts.supervisor.run(std::move(launch));
    leases->clear();  // whoever waits for them may go on while this one is sealed
    if (!exit || plan.uploads.empty())
        co_return exit;
    std::function<Result<>()> work = [uploads = plan.uploads]() -> Result<> {
        auto done = copyAll(uploads);
        for (auto at = uploads.begin(); done && at != uploads.end(); ++at)
            done = flushTree(fs::is_directory(at->to) ? at->to : at->to.parent_path());
        return done;
    };
    auto uploaded = co_await inPool<Result<>>(parts.context, self->m_pool, std::move(work));
    if (!uploaded)
        co_return Failure(std::move(uploaded).error());
    co_return exit;
}

Task<Result<>> RunLife::seal(Self self)
{
    const std::string id = self->m_job.name;
    auto record = co_await self->m_parts.runs.record(id);
    if (!record)
        co_return Failure(record.error());
    std::function<Result<std::vector<KeptFile>>()> work = [folder = self->m_folder, text = std::move(*record), named = self->m_parts.blobs.tree().root("data") / "azureml" / id]() -> Result<std::vector<KeptFile>> {
        if (auto made = folder.create(std::max(1, folder.lastAttempt())); !made)
            return Failure(made.error());
        if (auto written = writeFileDurably(folder.record() / "run.json", text); !written)
            return Failure(written.error());
        if (auto flushed = flushTree(named); !flushed)
            return Failure(flushed.error());
        return folder.sealOutputs();
    };
    auto kept = co_await inPool<Result<std::vector<KeptFile>>>(self->m_parts.context, self->m_pool, std::move(work));
    if (!kept)
        co_return Failure(kept.error());
    std::vector<BlobRecord> records;
    for (auto& file : *kept) {
        if (!file.sha256.empty())
            records.push_back(BlobRecord{"ExperimentRun/dcid." + id + "/" + file.name, file.facts, std::move(file.sha256), std::move(file.md5), {}});
    }
    co_return co_await self->m_parts.blobs.digests().put("azureml", std::move(records));
}

Task<> RunLife::finish(Self self, Result<Exit> exit)
{
    self->m_isEnding = true;
    const int left = exit ? exit->leftBehind : 0;
    if (left > 0)
        self->note(std::to_string(left) + (left == 1 ? " process that the script left running was ended" : " processes that the script left running were ended"));
    co_await enter(self, "Finalizing", "Finalizing");
    auto sealed = co_await seal(self);
    std::string status = "Completed", code, sentence;
    Millis when = nowMillis();
    if (!exit) {
        status = "Failed";
        code = exit.error().code == Error::Code::Invalid ? "UserError" : "ServiceError";
        sentence = exit.error().message;
    } else if (exit->reason == Exit::Reason::Cancelled) {
        status = "Canceled";
        sentence = exit->sentence;
        when = exit->ended;
    } else if (exit->reason != Exit::Reason::Completed) {
        status = "Failed";
        code = codeOf(exit->reason);
        sentence = exit->sentence;
        when = exit->ended;
        const std::string last = exit->reason == Exit::Reason::Failed ? lastWords(self->m_folder.log()) : std::string();
        if (!last.empty())
            sentence += " Its last line: " + last;
    } else {
        when = exit->ended;
    }
    // The database still has it all; what is in the way is for people to see.
    if (!sealed)
        self->note("The record could not be put into the run's folder. " + sealed.error().message);
    co_await end(self, status, code, sentence, when);
}

Task<> RunLife::end(Self self, std::string status, std::string code, std::string sentence, Millis when)
{
    self->m_isEnding = true;
    self->m_parts.supervisor.forgetLogs(self->m_job.name);
    const Millis now = nowMillis();
    if (!self->m_phases.empty() && self->m_phases.back().end == 0)
        self->m_phases.back().end = now;
    RunChange change;
    change.status = status;
    change.ended = when;
    change.errorCode = code;
    change.errorMessage = sentence;
    change.phases = self->m_phases;
    std::function<Result<>()> seal = [folder = self->m_folder, text = stateRecord(change)]() -> Result<> {
        std::error_code error;
        fs::create_directories(folder.record(), error);
        return writeFileDurably(folder.record() / "state.json", text);
    };
    // Where this fails the database still has it.
    co_await inPool<Result<>>(self->m_parts.context, self->m_pool, std::move(seal));
    for (;;) {
        const auto written = co_await self->m_parts.runs.change(self->m_job.name, change);
        if (written || written.error().code == Error::Code::NotFound)
            co_return;
        co_await sleepFor(std::chrono::seconds(1));  // a full disk; the next life of the service would come to the same end
    }
}

Task<> RunLife::close(Self self, std::string reason)
{
    co_await end(self, "Canceled", "", reason, nowMillis());
}

Task<Result<>> RunLife::interrupt(Self self, std::string reason)
{
    co_return co_await self->m_parts.supervisor.cancel(self->m_job.name, reason);
}

} // namespace runyard::local
