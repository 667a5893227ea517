#include "calls.h"
#include "filter.h"

#include "jsonreader.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

constexpr std::int64_t ResultLimit = 50'000;

// What both searches have in common, read and checked.
struct Wanted {
    std::int64_t limit = 1000;
    std::int64_t offset = 0;
    Query query;
    bool isOrderedByTime = false;
    bool isOrdered = false;
    std::string view;
};

Result<Wanted> readWanted(Fields& fields, Subject subject, const char* viewName)
{
    Wanted wanted;
    wanted.limit = fields.integer("max_results", 1000);
    if (wanted.limit < 1)
        fields.refuse("Invalid value " + std::to_string(wanted.limit) + " for parameter 'max_results' supplied. It must be a positive integer");
    if (wanted.limit > ResultLimit)
        fields.refuse("Invalid value " + std::to_string(wanted.limit) + " for parameter 'max_results' supplied: It must be at most " + std::to_string(ResultLimit));
    const auto offset = offsetOf(fields.text("page_token"));
    const std::string filterText = fields.text("filter");
    const auto orderTexts = fields.texts("order_by");
    const std::string view = fields.has(viewName) ? fields.text(viewName) : "ACTIVE_ONLY";
    if (auto fault = fields.error())
        return Failure(*fault);
    if (!offset)
        return Failure(offset.error());
    const auto filter = parseFilter(filterText, subject);
    if (!filter)
        return Failure(filter.error());
    const auto order = parseOrderings(orderTexts, subject);
    if (!order)
        return Failure(order.error());
    wanted.offset = *offset;
    wanted.query = toSql(*filter, *order, subject);
    wanted.isOrdered = !order->empty();
    for (const Ordering& ordering : *order)
        wanted.isOrderedByTime = wanted.isOrderedByTime || ordering.by.key == "start_time";
    wanted.view = view == "ALL" || view == "3" ? "" : view == "DELETED_ONLY" || view == "2" ? " AND isDeleted = 1" : " AND isDeleted = 0";
    return wanted;
}

// Enums come by number too.
Json withViewAsText(Json fields, const char* name)
{
    if (fields.contains(name) && fields[name].is_number_integer())
        fields[name] = std::to_string(fields[name].get<int>());
    return fields;
}

Result<std::string> foundRuns(Database& database, const std::vector<std::string>& experiments, const Wanted& wanted)
{
    std::string places;
    std::vector<std::int64_t> ids;
    for (const std::string& text : experiments) {
        const auto experiment = knownExperiment(database, text);
        if (!experiment)
            continue;
        places += places.empty() ? "?" : ", ?";
        ids.push_back(experiment->id);
    }
    const std::string time = wanted.isOrderedByTime ? "" : "begun DESC, ";
    const std::string in = ids.size() == 1 ? "= ?" : "IN (" + places + ")";
    Statement row(database, runSelect("WHERE experiment " + in + wanted.view + wanted.query.condition + " ORDER BY " + wanted.query.order + time + "id ASC LIMIT ? OFFSET ?"));
    for (const std::int64_t id : ids)
        row.bind(id);
    bindAll(row, wanted.query.values);
    bindAll(row, wanted.query.orderValues);
    row.bind(wanted.limit + 1).bind(wanted.offset);
    Json runs = Json::array();
    std::int64_t count = 0;
    while (row.next() && ++count <= wanted.limit)
        runs.push_back(runJson(database, readRun(row)));
    Json answer = Json::object();
    if (!runs.empty())
        answer["runs"] = std::move(runs);
    if (count > wanted.limit)
        answer["next_page_token"] = pageToken(wanted.offset + wanted.limit);
    return toText(answer);
}

Task<Result<std::string>> searchRuns(TrackingParts parts, Asked asked)
{
    const Json body = withViewAsText(asked.fields, "run_view_type");
    Fields fields(body);
    const auto experiments = fields.texts("experiment_ids");
    const auto wanted = readWanted(fields, Subject::Runs, "run_view_type");
    if (!wanted)
        co_return Failure(wanted.error());
    std::function<Result<std::string>(Database&)> look = [experiments, wanted = *wanted](Database& database) { return foundRuns(database, experiments, wanted); };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

Result<std::string> foundExperiments(Database& database, const Wanted& wanted)
{
    const std::string tail = wanted.isOrdered ? "experiments.id DESC" : "experiments.created DESC, experiments.id ASC";
    Statement row(database, "SELECT id FROM experiments WHERE 1 = 1" + wanted.view + wanted.query.condition + " ORDER BY " + wanted.query.order + tail + " LIMIT ? OFFSET ?");
    bindAll(row, wanted.query.values);
    bindAll(row, wanted.query.orderValues);
    row.bind(wanted.limit + 1).bind(wanted.offset);
    Json found = Json::array();
    std::int64_t count = 0;
    while (row.next() && ++count <= wanted.limit)
        found.push_back(experimentJson(database, *findExperiment(database, row.integer(0))));
    Json answer = Json::object();
    if (!found.empty())
        answer["experiments"] = std::move(found);
    if (count > wanted.limit)
        answer["next_page_token"] = pageToken(wanted.offset + wanted.limit);
    return toText(answer);
}

Task<Result<std::string>> searchExperiments(TrackingParts parts, Asked asked)
{
    const Json body = withViewAsText(asked.fields, "view_type");
    Fields fields(body);
    const auto wanted = readWanted(fields, Subject::Experiments, "view_type");
    if (!wanted)
        co_return Failure(wanted.error());
    std::function<Result<std::string>(Database&)> look = [wanted = *wanted](Database& database) { return foundExperiments(database, wanted); };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

} // namespace

void addSearchCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "runs/search", searchRuns);
    addCall(router, parts, "POST", "experiments/search", searchExperiments);
    addCall(router, parts, "GET", "experiments/search", searchExperiments);
}

} // namespace runyard::local
