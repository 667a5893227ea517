#include "runs.h"

#include "api/uri.h"
#include "blobs.h"
#include "crew.h"
#include "follow.h"
#include "lists.h"
#include "pulse.h"
#include "runjson.h"

namespace runyard::client {

namespace {

constexpr auto ListPause = std::chrono::milliseconds(500);     // between two lists of a busy workspace
constexpr auto PollingPause = std::chrono::milliseconds(5000);  // of a service that does not hold requests

std::string artifactPrefix(const std::string& id)
{
    return "ExperimentRun/dcid." + id + '/';
}

Container artifactStore()
{
    return Container::ofService("azureml");
}

Task<Result<std::map<std::string, std::string>>> experimentNames(Connection& connection)
{
    std::map<std::string, std::string> names;
    std::string token;
    do {
        const std::string call = "experiments/search?max_results=1000&view_type=ALL" + (token.empty() ? std::string() : "&page_token=" + api::encode(token));
        auto page = co_await askFor<ExperimentPage>(connection, connection.get(connection.mlflow(call)));
        if (!page)
            co_return Failure(page.error());
        for (const api::Experiment& experiment : page->experiments)
            names[experiment.id] = experiment.name;
        token = page->next;
    } while (!token.empty());
    co_return names;
}

// The newest `limit` jobs by name; they know the state in Azure's words and the compute.
Task<Result<std::map<std::string, api::Job>>> jobsByName(Connection& connection, std::size_t limit)
{
    std::map<std::string, api::Job> jobs;
    std::string path = connection.arm("jobs");
    while (!path.empty() && jobs.size() < limit) {
        auto page = co_await askFor<api::Page<api::Job>>(connection, connection.get(path));
        if (!page)
            co_return Failure(page.error());
        for (api::Job& job : page->value)
            jobs[job.name] = std::move(job);
        path = std::move(page->nextLink);
    }
    co_return jobs;
}

std::string searchBody(const std::map<std::string, std::string>& experiments, const std::string& wanted, int limit, const std::string& token)
{
    api::Json ids = api::Json::array();
    for (const auto& [id, name] : experiments) {
        if (wanted.empty() || name == wanted)
            ids.push_back(id);
    }
    api::Json body{{"experiment_ids", ids}, {"max_results", limit}, {"order_by", api::Json::array({"attributes.start_time DESC"})}, {"run_view_type", "ACTIVE_ONLY"}};
    if (!token.empty())
        body["page_token"] = token;
    return body.dump();
}

void complete(api::RunSummary& run, const std::map<std::string, std::string>& experiments, const std::map<std::string, api::Job>& jobs)
{
    if (const auto experiment = experiments.find(run.experimentId); experiment != experiments.end())
        run.experimentName = experiment->second;
    const auto job = jobs.find(run.id);
    if (job == jobs.end())
        return;
    run.status = job->second.status.empty() ? run.status : job->second.status;
    run.target = api::armName(job->second.computeId, "computes");
    if (!job->second.displayName.empty())
        run.name = job->second.displayName;
}

} // namespace

Task<Result<std::vector<api::RunSummary>>> Runs::list(std::string experiment, int limit)
{
    auto experiments = co_await experimentNames(m_connection);
    if (!experiments)
        co_return Failure(experiments.error());
    auto jobs = co_await jobsByName(m_connection, static_cast<std::size_t>(limit));
    if (!jobs)
        co_return Failure(jobs.error());
    std::vector<api::RunSummary> runs;
    std::string token;
    do {
        const int left = limit - static_cast<int>(runs.size());
        http::Request request = m_connection.post(m_connection.mlflow("runs/search"), searchBody(*experiments, experiment, left, token));
        request.isRepeatable = true;
        auto reply = co_await m_connection.ask(std::move(request));
        if (!reply)
            co_return Failure(reply.error());
        auto page = readRuns(reply->body);
        if (!page)
            co_return Failure(page.error());
        std::move(page->runs.begin(), page->runs.end(), std::back_inserter(runs));
        token = page->runs.empty() ? std::string() : page->next;
    } while (!token.empty() && static_cast<int>(runs.size()) < limit);
    for (api::RunSummary& run : runs)
        complete(run, *experiments, *jobs);
    co_return runs;
}

Task<Result<>> Runs::watchList(int limit, Sink<std::vector<api::RunSummary>> sink)
{
    std::string etag;
    while (true) {
        http::Request request = m_connection.get(m_connection.arm("jobs"));
        if (!etag.empty()) {
            request.headers.push_back("Prefer: wait=20");
            request.headers.push_back("If-None-Match: " + etag);
        }
        auto reply = co_await m_connection.wait(std::move(request));
        if (!reply && !isPassing(reply.error()))
            co_return Failure(reply.error());
        if (!reply || reply->status == 304) {
            if (!reply)
                co_await sleepFor(ListPause);
            continue;
        }
        auto runs = co_await list({}, limit);
        if (!runs && !isPassing(runs.error()))
            co_return Failure(runs.error());
        if (!runs) {
            co_await sleepFor(ListPause);
            continue;
        }
        sink.show(std::move(*runs));
        const std::string newest = reply->headers.contains("etag") ? reply->headers.at("etag") : std::string();
        const bool isHeld = !newest.empty() && newest != etag;
        etag = newest;
        const auto pause = isHeld ? ListPause : PollingPause;
        co_await sleepFor(pause);
    }
}

Task<Result<api::RunDetails>> Runs::details(std::string id)
{
    auto reply = co_await m_connection.ask(m_connection.get(m_connection.history("runs/" + api::encode(id) + "/details")));
    if (!reply)
        co_return Failure(reply.error());
    auto details = api::read<api::RunDetails>(reply->body);
    if (details && reply->headers.contains("etag"))
        details->etag = reply->headers.at("etag");
    co_return details;
}

Task<std::shared_ptr<Pulse>> Runs::pulseOf(std::string id)
{
    const auto executor = co_await asio::this_coro::executor;
    std::erase_if(m_pulses, [](const auto& entry) { return entry.second.expired(); });
    auto pulse = m_pulses[id].lock();
    if (!pulse) {
        pulse = std::make_shared<Pulse>(contextOf(executor), m_connection, id);
        m_pulses[id] = pulse;
    }
    co_return pulse;
}

Task<Result<>> Runs::watch(std::string id, Sink<api::RunDetails> sink)
{
    const auto pulse = co_await pulseOf(std::move(id));
    std::uint64_t seen = 0;
    while (true) {
        auto details = co_await pulse->next(seen);
        if (!details)
            co_return Failure(details.error());
        const bool hasEnded = api::isTerminal(details->status);
        sink.show(std::move(*details));
        if (hasEnded)
            co_return Result<>();
    }
}

Task<Result<>> Runs::followLogs(std::string id, Sink<LogChunk> sink)
{
    auto pulse = co_await pulseOf(std::move(id));
    co_return co_await followLogsOf(m_connection, std::move(pulse), std::move(sink));
}

Task<Result<>> Runs::followMetrics(std::string id, Sink<MetricBatch> sink)
{
    auto pulse = co_await pulseOf(id);
    co_return co_await followMetricsOf(m_connection, std::move(pulse), std::move(id), std::move(sink));
}

Task<Result<std::vector<api::MetricPoint>>> Runs::history(std::string id, std::string key)
{
    std::vector<api::MetricPoint> points;
    std::string token;
    do {
        std::string call = "metrics/get-history?run_id=" + api::encode(id) + "&metric_key=" + api::encode(key) + "&max_results=25000";
        if (!token.empty())
            call += "&page_token=" + api::encode(token);
        auto reply = co_await m_connection.ask(m_connection.get(m_connection.mlflow(call)));
        if (!reply)
            co_return Failure(reply.error());
        auto page = readMetrics(reply->body);
        if (!page)
            co_return Failure(page.error());
        std::move(page->points.begin(), page->points.end(), std::back_inserter(points));
        token = page->points.empty() ? std::string() : page->next;
    } while (!token.empty());
    co_return points;
}

Task<Result<api::Job>> Runs::job(std::string id)
{
    return askFor<api::Job>(m_connection, m_connection.get(m_connection.arm("jobs/" + api::encode(id))));
}

Task<Result<>> Runs::cancel(std::string id)
{
    http::Request request = m_connection.post(m_connection.arm("jobs/" + api::encode(id) + "/cancel"), "");
    request.isRepeatable = true;
    auto reply = co_await m_connection.ask(std::move(request));
    if (!reply)
        co_return Failure(reply.error());
    co_return Result<>();
}

Task<Result<std::vector<api::Blob>>> Runs::artifacts(std::string id)
{
    const std::string prefix = artifactPrefix(id);
    auto blobs = co_await BlobStore(m_connection).list(artifactStore(), prefix, "");
    if (!blobs)
        co_return blobs;
    for (api::Blob& blob : *blobs)
        blob.name.erase(0, prefix.size());
    co_return blobs;
}

Task<Result<std::string>> Runs::artifact(std::string id, std::string path, std::int64_t limit)
{
    co_return co_await BlobStore(m_connection).read(artifactStore(), artifactPrefix(id) + path, limit);
}

Task<Result<>> Runs::downloadArtifacts(std::string id, std::string path, std::filesystem::path folder, Overwrite overwrite, Sink<TransferProgress> sink)
{
    std::string place = artifactPrefix(id) + path;
    while (place.ends_with('/'))
        place.pop_back();
    auto blobs = co_await BlobStore(m_connection).list(artifactStore(), place, "");
    if (!blobs)
        co_return Failure(blobs.error());
    auto items = itemsBelow(*blobs, place);
    if (items.empty())
        co_return failure(Error::Code::NotFound, "The run kept no files below “" + path + "”.");
    const std::function<void(const TransferProgress&)> report = [sink](const TransferProgress& progress) { sink.show(progress); };
    const std::function<Result<>(const Digests&)> verify;
    co_return co_await downloadAll(m_connection, artifactStore(), std::move(items), std::move(folder), overwrite, Changed::Allowed, verify, report);
}

Task<Result<BlobPlace>> Runs::snapshotPlace(std::string id)
{
    auto found = co_await job(id);
    if (!found)
        co_return Failure(found.error());
    if (found->codeId.empty())
        co_return failure(Error::Code::NotFound, "The run was submitted without a source folder.");
    const std::string path = "codes/" + api::encode(api::armName(found->codeId, "codes")) + "/versions/" + api::encode(api::armVersion(found->codeId));
    auto code = co_await askFor<api::CodeVersion>(m_connection, m_connection.get(m_connection.arm(path)));
    if (!code)
        co_return Failure(code.error());
    co_return BlobPlace::ofUrl(code->uri, m_connection.info().url);
}

Task<Result<std::vector<api::Blob>>> Runs::snapshot(std::string id)
{
    const auto place = co_await snapshotPlace(std::move(id));
    if (!place)
        co_return Failure(place.error());
    auto blobs = co_await BlobStore(m_connection).list(place->container, place->prefix, "");
    if (!blobs)
        co_return blobs;
    for (api::Blob& blob : *blobs)
        blob.name.erase(0, place->prefix.size());
    co_return blobs;
}

Task<Result<std::string>> Runs::snapshotFile(std::string id, std::string path, std::int64_t limit)
{
    const auto place = co_await snapshotPlace(std::move(id));
    if (!place)
        co_return Failure(place.error());
    co_return co_await BlobStore(m_connection).read(place->container, place->prefix + path, limit);
}

} // namespace runyard::client
