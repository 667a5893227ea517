#include "follow.h"

#include "api/job.h"
#include "api/uri.h"
#include "lists.h"
#include "runjson.h"

#include <bit>
#include <set>

namespace runyard::client {

namespace {

constexpr std::int64_t ChunkSize = 1ll << 20;
constexpr int PageSize = 5000;

// The bytes of an answer that lie at `from` and after.
Result<std::string> bytesFrom(http::Reply reply, std::int64_t from, const std::string& what)
{
    if (reply.status == 416 || reply.status == 404)
        return std::string();  // nothing new, or no such log yet
    if (reply.status == 206)
        return std::move(reply.body);
    if (reply.status / 100 != 2)
        return Failure(Connection::errorOf(reply, what));
    if (static_cast<std::int64_t>(reply.body.size()) <= from)
        return std::string();
    return reply.body.substr(static_cast<std::size_t>(from));  // a server without ranges
}

// Reads a log from `from` to where it ends now; answers with the new place.
Task<Result<std::int64_t>> readOn(Connection& connection, std::string name, std::string url, std::int64_t from, Sink<LogChunk> sink)
{
    while (true) {
        http::Request request = connection.get(url);
        request.headers.push_back("Range: bytes=" + std::to_string(from) + '-' + std::to_string(from + ChunkSize - 1));
        auto reply = co_await insist(connection, std::move(request));
        if (!reply)
            co_return Failure(reply.error());
        const bool isRange = reply->status == 206;
        auto bytes = bytesFrom(std::move(*reply), from, "GET " + name);
        if (!bytes)
            co_return Failure(bytes.error());
        const auto got = static_cast<std::int64_t>(bytes->size());
        if (got == 0)
            co_return from;
        LogChunk chunk;
        chunk.file = name;
        chunk.offset = from;
        chunk.bytes = std::move(*bytes);
        from += got;
        co_await sink.push(std::move(chunk));
        if (!isRange || got < ChunkSize)
            co_return from;
    }
}

// How far a metric has been read.
struct Place {
    std::string token;
    std::int64_t count = 0;
};

Task<Result<>> readOn(Connection& connection, std::string id, std::string key, std::shared_ptr<Place> place, Sink<MetricBatch> sink)
{
    while (true) {
        std::string call = "metrics/get-history?run_id=" + api::encode(id) + "&metric_key=" + api::encode(key) + "&max_results=" + std::to_string(PageSize);
        if (!place->token.empty())
            call += "&page_token=" + api::encode(place->token);
        http::Request request = connection.get(connection.mlflow(call));
        request.headers.push_back("Prefer: wait=0");
        auto reply = co_await insist(connection, std::move(request));
        if (reply && reply->status == 404)
            co_return Result<>();
        if (reply && reply->status / 100 != 2)
            co_return Failure(Connection::errorOf(*reply, "GET " + call));
        if (!reply)
            co_return Failure(reply.error());
        auto page = readMetrics(reply->body);
        if (!page)
            co_return Failure(page.error());
        if (!page->next.empty())
            place->token = page->next;
        const auto got = page->points.size();
        if (got == 0)
            co_return Result<>();
        place->count += static_cast<std::int64_t>(got);
        MetricBatch batch;
        batch.key = key;
        batch.points = std::move(page->points);
        co_await sink.push(std::move(batch));
        if (got < PageSize)
            co_return Result<>();
    }
}

using Point = std::tuple<std::int64_t, Millis, std::uint64_t>;
using Known = std::map<std::string, std::set<Point>>;

// A service that has no arrival order: each history whole, and of it what is new.
Task<Result<>> readAll(Connection& connection, std::string id, std::shared_ptr<Known> known, Sink<MetricBatch> sink)
{
    auto reply = co_await insist(connection, connection.get(connection.mlflow("runs/get?run_id=" + api::encode(id))));
    if (!reply)
        co_return Failure(reply.error());
    const auto run = api::read<api::Json>(reply->body);
    if (!run || !run->contains("run"))
        co_return Result<>();  // no metrics yet
    api::Json list;
    list["runs"] = api::Json::array({run->at("run")});
    const auto page = readRuns(list.dump());
    if (!page || page->runs.empty())
        co_return Result<>();
    for (const auto& [key, last] : page->runs.front().metrics) {
        const std::string call = "metrics/get-history?run_id=" + api::encode(id) + "&metric_key=" + api::encode(key) + "&max_results=25000";
        auto answer = co_await insist(connection, connection.get(connection.mlflow(call)));
        if (!answer)
            co_return Failure(answer.error());
        auto history = readMetrics(answer->body);
        if (!history)
            co_return Failure(history.error());
        MetricBatch batch;
        batch.key = key;
        for (const api::MetricPoint& point : history->points) {
            if ((*known)[key].insert(Point(point.step, point.time, std::bit_cast<std::uint64_t>(point.value))).second)
                batch.points.push_back(point);
        }
        if (!batch.points.empty())
            co_await sink.push(std::move(batch));
    }
    co_return Result<>();
}

} // namespace

Task<Result<http::Reply>> insist(Connection& connection, http::Request request)
{
    while (true) {
        auto reply = co_await connection.send(request);
        const bool isPassed = reply ? reply->status < 500 && reply->status != 429 : !isPassing(reply.error());
        if (isPassed)
            co_return reply;
        co_await sleepFor(std::chrono::seconds(1));
    }
}

Task<Result<>> followLogsOf(Connection& connection, std::shared_ptr<Pulse> pulse, Sink<LogChunk> sink)
{
    std::map<std::string, std::int64_t> places;
    std::uint64_t seen = 0;
    while (true) {
        auto details = co_await pulse->next(seen);
        if (!details)
            co_return Failure(details.error());
        const bool hasEnded = api::isTerminal(details->status);
        for (const auto& [name, url] : details->logFiles) {
            const auto size = details->logSizes.find(name);
            if (!hasEnded && size != details->logSizes.end() && size->second <= places[name])
                continue;
            auto place = co_await readOn(connection, name, url, places[name], sink);
            if (!place)
                co_return Failure(place.error());
            places[name] = *place;
        }
        if (hasEnded)
            co_return Result<>();
    }
}

Task<Result<>> followMetricsOf(Connection& connection, std::shared_ptr<Pulse> pulse, std::string id, Sink<MetricBatch> sink)
{
    std::map<std::string, std::shared_ptr<Place>> places;
    const auto known = std::make_shared<Known>();
    std::uint64_t seen = 0;
    while (true) {
        auto details = co_await pulse->next(seen);
        if (!details)
            co_return Failure(details.error());
        const bool hasEnded = api::isTerminal(details->status);
        if (details->etag.empty()) {
            if (auto done = co_await readAll(connection, id, known, sink); !done)
                co_return done;
        }
        for (const auto& [key, count] : details->metricCounts) {
            auto& place = places[key];
            if (!place)
                place = std::make_shared<Place>();
            if (!hasEnded && count <= place->count)
                continue;
            if (auto done = co_await readOn(connection, id, key, place, sink); !done)
                co_return done;
        }
        if (hasEnded)
            co_return Result<>();
    }
}

} // namespace runyard::client
