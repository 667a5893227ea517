#include "calls.h"

#include "core/job.h"
#include "jsonreader.h"
#include "local/server/changes.h"
#include "local/store/metricrows.h"
#include "local/store/store.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

namespace runyard::local {

namespace {

constexpr std::int64_t PageLimit = 25'000;
constexpr std::int64_t PartSize = 5'000;
constexpr std::size_t RunsLimit = 100;

void appendInteger(std::string& text, std::int64_t value)
{
    char digits[24];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void appendPoint(std::string& text, const std::string& keyText, const api::MetricPoint& point)
{
    text += !text.empty() && text.back() == '[' ? "{\"key\":" : ",{\"key\":";
    text += keyText;
    text += ",\"value\":";
    appendDouble(text, point.value);
    text += ",\"timestamp\":";
    appendInteger(text, point.time);
    text += ",\"step\":";
    appendInteger(text, point.step);
    text += '}';
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

// A part that is read while the one before it is on its way to the client.
struct Ahead {
    explicit Ahead(asio::io_context& context) : done(context) {}
    Event done;
    Result<std::string> text = std::string();
    bool isLast = false;
};

// Points of a metric in MLflow's order, bit by bit: each part is one short look of the reading thread.
struct Walk {
    TrackingParts parts;
    std::int64_t run = 0;
    std::string key;
    std::optional<api::MetricPoint> last;
    std::int64_t left = 0;  // points still wanted
    bool isFirst = true;
    bool isOver = false;
    std::shared_ptr<Ahead> ahead = {};
};

// The next points as text, with the end behind the last ones.
std::string partOf(Database& database, Walk& walk, std::int64_t most)
{
    const std::string keyText = toText(Json(walk.key));
    std::string text = std::exchange(walk.isFirst, false) ? "{\"metrics\":[" : "";
    const std::int64_t limit = std::min(most, walk.left);
    text.reserve(static_cast<std::size_t>(limit) * (keyText.size() + 88));
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

Task<> readAhead(std::shared_ptr<Walk> walk, std::shared_ptr<Ahead> ahead)
{
    std::function<Result<std::string>(Database&)> look = [walk](Database& database) -> Result<std::string> { return partOf(database, *walk, PartSize); };
    ahead->text = co_await walk->parts.store.read<std::string>(std::move(look));
    ahead->isLast = walk->isOver;
    ahead->done.set();
}

void startAhead(const std::shared_ptr<Walk>& walk)
{
    walk->ahead = std::make_shared<Ahead>(walk->parts.context);
    detach(walk->parts.context, readAhead(walk, walk->ahead));
}

Task<Result<std::string>> nextPart(std::shared_ptr<Walk> walk)
{
    const auto ahead = std::exchange(walk->ahead, nullptr);
    if (!ahead)
        co_return std::string();
    co_await ahead->done.wait();
    if (ahead->text && !ahead->isLast)
        startAhead(walk);
    co_return std::move(ahead->text);
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
    startAhead(walk);
    auto first = co_await nextPart(walk);
    if (!first)
        co_return Failure(first.error());
    Response response = Response::json(std::move(*first));
    if (walk->ahead)
        response.more = [walk] { return nextPart(walk); };
    co_return response;
}

using Points = std::vector<api::MetricPoint>;

// At most `most` points of a run, taken evenly in the order of steps; the first and the last are among them.
Points sampled(Points points, std::size_t most)
{
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
    if (points.size() <= most)
        return points;
    Points chosen;
    for (std::size_t i = 0; i < most; ++i)
        chosen.push_back(points[i * points.size() / most]);
    chosen.back() = points.back();
    return chosen;
}

struct Interval {
    std::int64_t first = std::numeric_limits<std::int64_t>::min();
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

Interval intervalOf(Fields& fields)
{
    Interval interval;
    if (!fields.has("start_step") && !fields.has("end_step"))
        return interval;
    interval.first = fields.integer("start_step");
    interval.last = fields.integer("end_step");
    if (!fields.has("start_step") || !fields.has("end_step"))
        fields.refuse("If either start step or end step are specified, both must be specified.");
    else if (interval.first > interval.last)
        fields.refuse("end_step must be greater than start_step. Found start_step=" + std::to_string(interval.first) + " and end_step=" + std::to_string(interval.last) + ".");
    return interval;
}

void appendOfRun(std::string& text, const std::string& keyText, const std::string& idText, const api::MetricPoint& point)
{
    appendPoint(text, keyText, point);
    text.back() = ',';
    text += "\"run_id\":" + idText + '}';
}

Result<std::string> sampledOf(Database& database, const std::vector<std::string>& ids, const std::string& key, std::int64_t most, const Interval& interval)
{
    std::string text = "{\"metrics\":[";
    for (const std::string& id : ids) {
        const auto run = knownRun(database, id);
        if (!run)
            return Failure(run.error());
        Points points;
        readMetric(database, run->serial, key, {}, std::int64_t(1) << 40, [&](const api::MetricPoint& point) {
            if (point.step >= interval.first && point.step <= interval.last)
                points.push_back(point);
        });
        for (const api::MetricPoint& point : sampled(std::move(points), static_cast<std::size_t>(most)))
            appendOfRun(text, toText(Json(key)), toText(Json(id)), point);
    }
    return text + "]}";
}

// The client's look at several runs at once.
Task<Result<std::string>> getBulkInterval(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const auto ids = fields.texts("run_ids");
    if (ids.empty())
        fields.needText("run_ids");
    const std::string key = fields.needText("metric_key");
    const std::int64_t most = fields.integer("max_results", 2500);
    const Interval interval = intervalOf(fields);
    if (ids.size() > RunsLimit)
        fields.refuse("GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received " + std::to_string(ids.size()) + " run_ids.");
    if (most < 1 || most > 2500)
        fields.refuse("max_results must be between 1 and 2500.");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    std::function<Result<std::string>(Database&)> look = [ids, key, most, interval](Database& database) { return sampledOf(database, ids, key, most, interval); };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

Result<std::string> allOf(Database& database, const std::vector<std::string>& ids, const std::string& key, std::int64_t left)
{
    std::string text = "{\"metrics\":[";
    for (const std::string& id : ids) {
        const auto run = knownRun(database, id);
        if (!run)
            return Failure(run.error());
        readMetric(database, run->serial, key, {}, left, [&](const api::MetricPoint& point) {
            appendOfRun(text, toText(Json(key)), toText(Json(id)), point);
            --left;
        });
    }
    return text + "]}";
}

// The web page's: everything of several runs, cut at a number of points.
Task<Result<std::string>> getBulk(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    auto ids = fields.texts("run_id");
    const std::string key = fields.needText("metric_key");
    const std::int64_t left = std::min(fields.integer("max_results", PageLimit), PageLimit);
    if (ids.empty())
        fields.refuse("GetMetricHistoryBulk request must specify at least one run_id.");
    if (ids.size() > RunsLimit)
        fields.refuse("GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received " + std::to_string(ids.size()) + " run_ids.");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    std::sort(ids.begin(), ids.end());
    std::function<Result<std::string>(Database&)> look = [ids, key, left](Database& database) { return allOf(database, ids, key, left); };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

} // namespace

void addHistoryCalls(Router& router, const TrackingParts& parts)
{
    addLongCall(router, parts, "GET", "metrics/get-history", getHistory);
    addCall(router, parts, "GET", "metrics/get-history-bulk-interval", getBulkInterval);
    addCall(router, parts, "GET", "metrics/get-history-bulk", getBulk);
}

} // namespace runyard::local
