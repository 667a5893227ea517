#include "calls.h"

#include "jsonreader.h"
#include "local/server/changes.h"
#include "local/store/metricrows.h"
#include "local/store/store.h"

#include <charconv>

namespace runyard::local {

namespace {

constexpr std::int64_t PageLimit = 25'000;
constexpr std::int64_t PartSize = 5'000;

void appendPoint(std::string& text, const std::string& keyText, const api::MetricPoint& point)
{
    text += !text.empty() && text.back() == '[' ? "{\"key\":" : ",{\"key\":";
    text += keyText;
    text += ",\"value\":";
    appendDouble(text, point.value);
    text += ",\"timestamp\":" + std::to_string(point.time) + ",\"step\":" + std::to_string(point.step) + '}';
}

// The place after a point in MLflow's order: time, step and bits of the value.
std::string placeOf(const api::MetricPoint& point)
{
    return std::to_string(point.time) + '.' + std::to_string(point.step) + '.' + std::to_string(std::bit_cast<std::int64_t>(point.value));
}

Result<std::optional<api::MetricPoint>> readPlace(const std::string& token)
{
    if (token.empty())
        return std::optional<api::MetricPoint>();
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    const auto time = JsonReader::toInteger(std::string_view(token).substr(0, first));
    std::int64_t bits = 0;
    const auto [end, error] = std::from_chars(token.data() + last + 1, token.data() + token.size(), bits);
    if (first == std::string::npos || first == last || !time || error != std::errc())
        return failure(Error::Code::Invalid, "Invalid page token, could not base64-decode");
    const auto step = JsonReader::toInteger(std::string_view(token).substr(first + 1, last - first - 1));
    return std::optional<api::MetricPoint>(api::MetricPoint{step.value_or(0), *time, std::bit_cast<double>(bits)});
}

// Points of a metric in MLflow's order, bit by bit: each part is one short look of the reading thread.
struct Walk {
    TrackingParts parts;
    std::int64_t run = 0;
    std::string key;
    std::optional<api::MetricPoint> last;
    std::int64_t left = 0;  // points still wanted
    bool isFirst = true;
    bool isOver = false;
};

// The next points as text, with the end behind the last ones.
std::string partOf(Database& database, Walk& walk, std::int64_t most)
{
    const std::string keyText = toText(Json(walk.key));
    std::string text = std::exchange(walk.isFirst, false) ? "{\"metrics\":[" : "";
    const std::int64_t limit = std::min(most, walk.left);
    std::int64_t count = 0;
    const auto from = walk.last;
    readMetric(database, walk.run, walk.key, from, limit + 1, [&](const api::MetricPoint& point) {
        if (++count > limit)
            return;
        walk.last = point;
        appendPoint(text, keyText, point);
    });
    const bool isMore = count > limit;
    walk.left -= std::min(count, limit);
    walk.isOver = !isMore || walk.left == 0;
    if (!walk.isOver)
        return text;
    text += ']';
    if (isMore)
        text += ",\"next_page_token\":\"" + placeOf(*walk.last) + '"';
    return text + '}';
}

Task<Result<std::string>> nextPart(std::shared_ptr<Walk> walk)
{
    if (walk->isOver)
        co_return std::string();
    std::function<Result<std::string>(Database&)> look = [walk](Database& database) -> Result<std::string> { return partOf(database, *walk, PartSize); };
    co_return co_await walk->parts.store.read<std::string>(std::move(look));
}

struct Followed {
    std::string text;
    std::int64_t seen = 0;
    bool isNew = false;
};

Followed inArrival(Database& database, std::int64_t run, const std::string& key, std::int64_t seen, std::int64_t limit)
{
    const std::string keyText = toText(Json(key));
    Followed page{"{\"metrics\":[", seen};
    followMetric(database, run, key, seen, limit, [&](std::int64_t number, const api::MetricPoint& point) {
        page.seen = number;
        page.isNew = true;
        appendPoint(page.text, keyText, point);
    });
    page.text += "],\"next_page_token\":\"" + std::to_string(page.seen) + "\"}";
    return page;
}

// Holds the request until the metric has points after the token, or the time is over.
Task<Result<std::string>> follow(TrackingParts parts, RunRow run, std::string key, std::string token, std::int64_t limit, std::chrono::seconds wait)
{
    const auto seen = JsonReader::toInteger(token.empty() ? "0" : token);
    if (!seen || *seen < 0)
        co_return failure(Error::Code::Invalid, "Invalid page token, could not base64-decode");
    const std::string topic = "run/" + run.id;
    const auto until = std::chrono::steady_clock::now() + wait;
    for (;;) {
        const std::string version = parts.changes.version(topic);
        std::function<Result<Followed>(Database&)> look = [serial = run.serial, key, from = *seen, limit](Database& database) -> Result<Followed> {
            return inArrival(database, serial, key, from, limit);
        };
        auto read = co_await parts.store.read<Followed>(std::move(look));
        if (!read)
            co_return Failure(read.error());
        Followed page = std::move(*read);
        const auto left = std::chrono::ceil<std::chrono::seconds>(until - std::chrono::steady_clock::now());
        if (page.isNew || left.count() <= 0)
            co_return std::move(page.text);
        co_await parts.changes.wait(topic, version, left);
        if (parts.changes.version(topic) == version)  // time over, or the service is going
            co_return std::move(page.text);
    }
}

Task<Result<Response>> getHistory(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    const std::string key = fields.needText("metric_key");
    const std::string token = fields.text("page_token");
    const std::int64_t wanted = fields.integer("max_results");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    const auto run = knownRun(parts.store.reader(), id);
    if (!run)
        co_return Failure(run.error());
    if (asked.isFollowing) {
        const auto limit = wanted > 0 ? std::min(wanted, PageLimit) : PageLimit;
        auto page = co_await follow(parts, *run, key, token, limit, asked.wait);
        if (!page)
            co_return Failure(page.error());
        co_return Response::json(std::move(*page));
    }
    const auto from = readPlace(token);
    if (!from)
        co_return Failure(from.error());
    // Without max_results MLflow's documentation promises everything.
    const auto walk = std::make_shared<Walk>(Walk{parts, run->serial, key, *from, wanted > 0 ? wanted : std::int64_t(1) << 40});
    auto first = co_await nextPart(walk);
    if (!first)
        co_return Failure(first.error());
    Response response = Response::json(std::move(*first));
    if (!walk->isOver)
        response.more = [walk] { return nextPart(walk); };
    co_return response;
}

Result<std::string> bulk(Database& database, const std::vector<std::string>& ids, const std::string& key, std::int64_t limit, std::int64_t firstStep, std::int64_t lastStep)
{
    std::string text = "{\"metrics\":[";
    for (const std::string& id : ids) {
        const auto run = knownRun(database, id);
        if (!run)
            return Failure(run.error());
        std::vector<api::MetricPoint> points;
        readMetric(database, run->serial, key, {}, std::int64_t(1) << 40, [&](const api::MetricPoint& point) {
            if (point.step >= firstStep && point.step <= lastStep)
                points.push_back(point);
        });
        std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
        const auto stride = std::max<std::size_t>(1, (points.size() + static_cast<std::size_t>(limit) - 1) / static_cast<std::size_t>(limit));
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (i % stride != 0 && i + 1 != points.size())
                continue;
            appendPoint(text, toText(Json(key)), points[i]);
            text.back() = ',';
            text += "\"run_id\":" + toText(Json(id)) + '}';
        }
    }
    return text + "]}";
}

// The web UI's and the client's look at several runs at once: at most `max_results` steps, taken evenly from all that there are.
Task<Result<std::string>> getBulkInterval(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const auto ids = fields.texts("run_ids");
    const std::string key = fields.needText("metric_key");
    const std::int64_t limit = fields.integer("max_results", 2500);
    const std::int64_t first = fields.integer("start_step", std::numeric_limits<std::int64_t>::min());
    const std::int64_t last = fields.integer("end_step", std::numeric_limits<std::int64_t>::max());
    if (ids.empty() || ids.size() > 100)
        fields.refuse("GetMetricHistoryBulkInterval request must specify at least one and at most 100 run_ids.");
    if (limit < 1 || limit > 2500)
        fields.refuse("max_results must be between 1 and 2500.");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    std::function<Result<std::string>(Database&)> look = [ids, key, limit, first, last](Database& database) { return bulk(database, ids, key, limit, first, last); };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

} // namespace

void addHistoryCalls(Router& router, const TrackingParts& parts)
{
    addLongCall(router, parts, "GET", "metrics/get-history", getHistory);
    addCall(router, parts, "GET", "metrics/get-history-bulk-interval", getBulkInterval);
}

} // namespace runyard::local
