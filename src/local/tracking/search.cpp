#include "runfinder.h"
#include "searchpage.h"

#include "local/store/store.h"

namespace runyard::local {

namespace {

constexpr std::int64_t ResultLimit = 50'000;

// What both searches have in common, read and checked.
struct Wanted {
    std::int64_t limit = 1000;
    Search search;
    RunView view = RunView::Active;
};

Result<Wanted> readWanted(Fields& fields, Subject subject, const char* viewName)
{
    Wanted wanted;
    wanted.limit = fields.integer("max_results", 1000);
    if (wanted.limit < 1)
        fields.refuse("Invalid value " + std::to_string(wanted.limit) + " for parameter 'max_results' supplied. It must be a positive integer");
    if (wanted.limit > ResultLimit)
        fields.refuse("Invalid value " + std::to_string(wanted.limit) + " for parameter 'max_results' supplied: It must be at most " + std::to_string(ResultLimit));
    const std::string view = fields.has(viewName) ? fields.text(viewName) : "ACTIVE_ONLY";
    auto search = readSearch(fields, subject);
    if (!search)
        return Failure(search.error());
    wanted.search = std::move(*search);
    wanted.view = view == "ALL" || view == "3" ? RunView::All : view == "DELETED_ONLY" || view == "2" ? RunView::Deleted : RunView::Active;
    return wanted;
}

// Enums come by number too.
Json withViewAsText(Json fields, const char* name)
{
    if (fields.contains(name) && fields[name].is_number_integer())
        fields[name] = std::to_string(fields[name].get<int>());
    return fields;
}

std::string pageOfRuns(Database& database, RunColumns& columns, const std::vector<std::string>& experiments, const Wanted& wanted)
{
    RunQuery query{{}, wanted.view, wanted.search.filter, wanted.search.order, wanted.search.offset, wanted.limit + 1};
    for (const std::string& text : experiments) {
        if (const auto experiment = knownExperiment(database, text))
            query.experiments.push_back(experiment->id);
    }
    auto serials = findSerials(database, columns, query);
    const bool isMore = static_cast<std::int64_t>(serials.size()) > wanted.limit;
    serials.resize(std::min(serials.size(), static_cast<std::size_t>(wanted.limit)));
    std::string text = serials.empty() ? "{" : "{\"runs\":[";
    for (const std::int64_t serial : serials) {
        text += text.back() == '[' ? "" : ",";
        for (const RunRow& run : findRuns(database, "WHERE serial = ?", serial))
            text += runText(database, run);
    }
    text += serials.empty() ? "" : "]";
    if (isMore)
        text += ",\"next_page_token\":\"" + pageToken(wanted.search.offset + wanted.limit) + '"';
    return text + '}';
}

Result<std::string> foundRuns(Database& database, RunColumns& columns, const std::vector<std::string>& experiments, const Wanted& wanted)
{
    columns.begin(database);
    database.run("BEGIN");  // one state of the database for all of the page, and one lock
    std::string page = pageOfRuns(database, columns, experiments, wanted);
    database.run("COMMIT");
    return page;
}

Task<Result<std::string>> searchRuns(TrackingParts parts, Asked asked)
{
    const Json body = withViewAsText(asked.fields, "run_view_type");
    Fields fields(body);
    const auto experiments = fields.texts("experiment_ids");
    const auto wanted = readWanted(fields, Subject::Runs, "run_view_type");
    if (!wanted)
        co_return Failure(wanted.error());
    std::function<Result<std::string>(Database&)> look = [columns = parts.columns, experiments, wanted = *wanted](Database& database) {
        return foundRuns(database, *columns, experiments, wanted);
    };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

Result<std::string> foundExperiments(Database& database, const Wanted& wanted)
{
    const Query query = toSql(wanted.search.filter, wanted.search.order, Subject::Experiments);
    const std::string view = wanted.view == RunView::All ? "" : wanted.view == RunView::Deleted ? " AND isDeleted = 1" : " AND isDeleted = 0";
    const std::string tail = wanted.search.order.empty() ? "experiments.created DESC, experiments.id ASC" : "experiments.id DESC";
    Statement row(database, "SELECT id FROM experiments WHERE 1 = 1" + view + query.condition + " ORDER BY " + query.order + tail + " LIMIT ? OFFSET ?");
    bindAll(row, query.values);
    bindAll(row, query.orderValues);
    row.bind(wanted.limit + 1).bind(wanted.search.offset);
    const auto each = [&](Json& found) { found.push_back(experimentJson(database, *findExperiment(database, row.integer(0)))); };
    return pageOf(row, wanted.limit, "experiments", each, [&] { return pageToken(wanted.search.offset + wanted.limit); });
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
