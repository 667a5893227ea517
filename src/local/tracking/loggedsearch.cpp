// Looking for logged models.
#include "calls.h"
#include "loggedmodels.h"

#include "core/hash.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

struct Wanted {
    std::vector<std::string> experiments;
    std::int64_t limit = 50;
    std::int64_t offset = 0;
    Query query;
    MetricScope scope;
    bool isByTime = false;
    bool hasMetric = false;
    std::string asked;  // what the token of the next page must come with
};

Result<MetricScope> readDatasets(Fields& fields)
{
    MetricScope scope;
    for (const Json& dataset : fields.list("datasets")) {
        const std::string name = dataset.is_object() ? dataset.value("dataset_name", "") : std::string();
        const std::string digest = dataset.is_object() ? dataset.value("dataset_digest", "") : std::string();
        if (name.empty())
            return failure(Error::Code::Invalid, "`dataset_name` in the `datasets` clause must be specified.");
        scope.condition += (scope.condition.empty() ? "" : " OR ") + std::string(digest.empty() ? "x.dataset = ?" : "(x.dataset = ? AND x.digest = ?)");
        scope.values.emplace_back(name);
        if (!digest.empty())
            scope.values.emplace_back(digest);
    }
    if (!scope.condition.empty())
        scope.condition = " AND (" + scope.condition + ")";
    return scope;
}

// {"field_name": "metrics.acc", "ascending": false, "dataset_name": …}
struct Sorted {
    Ordering by;
    MetricScope scope;
};

Result<Sorted> readSorted(const Json& json)
{
    const Json order = json.is_object() ? json : Json::object();
    const std::string field = order.value("field_name", "");
    if (field.empty())
        return failure(Error::Code::Invalid, "`field_name` in the `order_by` clause must be specified.");
    Sorted sorted;
    const bool isUp = !order.contains("ascending") || (order["ascending"].is_boolean() && order["ascending"].get<bool>());
    sorted.by.direction = isUp ? Ordering::Direction::Up : Ordering::Direction::Down;
    const auto dot = field.find('.');
    if (dot != std::string::npos) {
        if (field.substr(0, dot) != "metrics")
            return failure(Error::Code::Invalid, "Invalid order by field name: " + field + ". Only metrics are supported.");
        sorted.by.by = {Identifier::Entity::Metric, field.substr(dot + 1)};
    } else {
        const auto by = parseOrdering(field, Subject::LoggedModels);
        if (!by)
            return failure(Error::Code::Invalid, "Invalid order by field name: " + field);
        sorted.by.by = by->by;
    }
    for (const auto& [key, what] : {std::pair("dataset_name", "x.dataset"), std::pair("dataset_digest", "x.digest")}) {
        const std::string value = order.value(key, "");
        if (value.empty())
            continue;
        sorted.scope.condition += " AND " + std::string(what) + " = ?";
        sorted.scope.values.emplace_back(value);
    }
    return sorted;
}

Result<> addOrders(Fields& fields, Wanted& wanted)
{
    bool isById = false;
    for (const Json& json : fields.list("order_by")) {
        auto sorted = readSorted(json);
        if (!sorted)
            return Failure(sorted.error());
        sorted->scope.condition += wanted.scope.condition;
        sorted->scope.values.insert(sorted->scope.values.end(), wanted.scope.values.begin(), wanted.scope.values.end());
        const Query one = toSql({}, {sorted->by}, Subject::LoggedModels, sorted->scope);
        wanted.query.order += one.order;
        wanted.query.orderValues.insert(wanted.query.orderValues.end(), one.orderValues.begin(), one.orderValues.end());
        wanted.isByTime = wanted.isByTime || sorted->by.by.key.starts_with("creation");
        isById = isById || sorted->by.by.key == "model_id";
    }
    wanted.query.order += wanted.isByTime ? "" : "m.created DESC, ";
    wanted.query.order += isById ? "m.serial ASC" : "m.id ASC";
    return {};
}

// The token says for which search it is.
std::string tokenOf(const Wanted& wanted)
{
    return toBase64(toText(Json{{"offset", wanted.offset + wanted.limit}, {"search", wanted.asked}}));
}

Result<std::int64_t> offsetFor(const std::string& token, const std::string& asked)
{
    if (token.empty())
        return 0;
    const auto json = parseLenient(fromBase64(token));
    if (!json || !json->is_object() || !json->contains("offset") || !json->at("offset").is_number_integer())
        return failure(Error::Code::Invalid, "Invalid page token: " + token);
    if (json->value("search", "") != asked)
        return failure(Error::Code::Invalid, "The page token is of another search: experiment IDs, filter string and order by must be the same.");
    return json->at("offset").get<std::int64_t>();
}

Result<Wanted> readWanted(const Json& body)
{
    Fields fields(body);
    Wanted wanted;
    wanted.experiments = fields.texts("experiment_ids");
    if (!fields.has("experiment_ids"))
        fields.needText("experiment_ids");
    const std::int64_t limit = fields.integer("max_results", 50);
    wanted.limit = limit > 0 ? limit : 50;
    const std::string filterText = fields.text("filter");
    const std::string token = fields.text("page_token");
    if (auto fault = fields.error())
        return Failure(*fault);
    auto scope = readDatasets(fields);
    if (!scope)
        return Failure(scope.error());
    wanted.scope = std::move(*scope);
    const auto filter = parseFilter(filterText, Subject::LoggedModels);
    if (!filter)
        return Failure(filter.error());
    wanted.query = toSql(*filter, {}, Subject::LoggedModels, wanted.scope);
    for (const Comparison& comparison : *filter)
        wanted.hasMetric = wanted.hasMetric || comparison.left.entity == Identifier::Entity::Metric;
    if (auto good = addOrders(fields, wanted); !good)
        return Failure(good.error());
    wanted.asked = sha256Hex(toText(Json{{"experiments", wanted.experiments}, {"filter", filterText}, {"order", fields.list("order_by")}})).substr(0, 16);
    const auto offset = offsetFor(token, wanted.asked);
    if (!offset)
        return Failure(offset.error());
    wanted.offset = *offset;
    return wanted;
}

std::string found(Database& database, const Wanted& wanted)
{
    std::string places;
    for (const std::string& text : wanted.experiments) {
        if (const auto experiment = knownExperiment(database, text))
            places += (places.empty() ? "" : ", ") + std::to_string(experiment->id);
    }
    const bool isScoped = !wanted.scope.condition.empty() && !wanted.hasMetric;
    const std::string measured = isScoped ? " AND EXISTS(SELECT 1 FROM loggedModelMetrics x WHERE x.model = m.serial" + wanted.scope.condition + ")" : "";
    Statement row(database, loggedModelSelect("WHERE m.isDeleted = 0 AND m.experiment IN (" + places + ")" + wanted.query.condition + measured + " ORDER BY " + wanted.query.order
                                              + " LIMIT ? OFFSET ?"));
    bindAll(row, wanted.query.values);
    if (isScoped)
        bindAll(row, wanted.scope.values);
    bindAll(row, wanted.query.orderValues);
    row.bind(wanted.limit + 1).bind(wanted.offset);
    Json models = Json::array();
    std::int64_t count = 0;
    while (row.next() && ++count <= wanted.limit)
        models.push_back(loggedModelJson(database, readLoggedModel(row)));
    Json answer = Json::object();
    if (!models.empty())
        answer["models"] = std::move(models);
    if (count > wanted.limit)
        answer["next_page_token"] = tokenOf(wanted);
    return toText(answer);
}

Task<Result<std::string>> search(TrackingParts parts, Asked asked)
{
    const auto wanted = readWanted(asked.fields);
    if (!wanted)
        co_return Failure(wanted.error());
    std::function<Result<std::string>(Database&)> look = [wanted = *wanted](Database& database) -> Result<std::string> { return found(database, wanted); };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

} // namespace

void addLoggedModelSearch(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "logged-models/search", search);
}

} // namespace runyard::local
