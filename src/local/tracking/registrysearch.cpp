// Looking for registered models and their versions.
#include "registry.h"

#include "local/store/store.h"

namespace runyard::local {

namespace {

struct Wanted {
    std::int64_t limit = 0;
    std::int64_t offset = 0;
    Query query;
    bool isOrdered = false;
    bool isPrompts = false;
};

// MLflow's prompts are registered models too; they come only when asked for, and then alone.
bool isAskingForPrompts(const std::vector<Comparison>& filter)
{
    for (const Comparison& comparison : filter) {
        if (comparison.left.entity != Identifier::Entity::Tag || comparison.left.key != PromptTag || comparison.right.empty())
            continue;
        const auto* text = std::get_if<std::string>(&comparison.right.front());
        const bool isTrue = text && (*text == "true" || *text == "True");
        return (comparison.op == Comparison::Operator::Equal && isTrue) || (comparison.op == Comparison::Operator::NotEqual && !isTrue);
    }
    return false;
}

Result<Wanted> readWanted(const Json& body, Subject subject, std::int64_t standard, std::int64_t most)
{
    Fields fields(body);
    Wanted wanted;
    wanted.limit = fields.integer("max_results", standard);
    if (wanted.limit > most)
        fields.refuse("Invalid value " + std::to_string(wanted.limit) + " for parameter 'max_results' supplied: It must be at most " + std::to_string(most) + ", but got value "
                      + std::to_string(wanted.limit));
    if (wanted.limit < 1)
        fields.refuse("Invalid value for max_results. It must be a positive integer, but got " + std::to_string(wanted.limit));
    const std::string text = fields.text("filter");
    const auto orderTexts = fields.texts("order_by");
    const auto offset = offsetOf(fields.text("page_token"));
    if (auto fault = fields.error())
        return Failure(*fault);
    if (!offset)
        return Failure(offset.error());
    auto filter = parseFilter(text, subject);
    if (!filter)
        return Failure(filter.error());
    const auto order = parseOrderings(orderTexts, subject);
    if (!order)
        return Failure(order.error());
    wanted.offset = *offset;
    wanted.isPrompts = isAskingForPrompts(*filter);
    if (!wanted.isPrompts)  // that no prompt is wanted goes without saying
        std::erase_if(*filter, [](const Comparison& one) { return one.left.entity == Identifier::Entity::Tag && one.left.key == PromptTag; });
    wanted.query = toSql(*filter, *order, subject);
    wanted.isOrdered = !order->empty();
    return wanted;
}

// Runs the search and writes its page; `each` makes an item of a row.
template<typename Each>
std::string pageOf(Database& database, const std::string& sql, const Wanted& wanted, const char* name, Each each)
{
    Statement row(database, sql + " LIMIT ? OFFSET ?");
    bindAll(row, wanted.query.values);
    bindAll(row, wanted.query.orderValues);
    row.bind(wanted.limit + 1).bind(wanted.offset);
    Json found = Json::array();
    std::int64_t count = 0;
    while (row.next() && ++count <= wanted.limit)
        each(row, found);
    Json answer = Json::object();
    if (!found.empty())
        answer[name] = std::move(found);
    if (count > wanted.limit)
        answer["next_page_token"] = pageToken(wanted.offset + wanted.limit);
    return toText(answer);
}

using Look = std::function<Result<std::string>(Database&)>;

Task<Result<std::string>> searchModels(TrackingParts parts, Asked asked)
{
    const auto wanted = readWanted(asked.fields, Subject::RegisteredModels, 100, 1000);
    if (!wanted)
        co_return Failure(wanted.error());
    const std::string prompts = wanted->isPrompts ? "" : " AND NOT EXISTS(SELECT 1 FROM modelTags p WHERE p.name = models.name AND p.key = 'mlflow.prompt.is_prompt' AND p.value = 'true')";
    const std::string sql = modelSelect("WHERE 1 = 1" + wanted->query.condition + prompts + " ORDER BY " + wanted->query.order + "models.name ASC");
    Look look = [sql, wanted = *wanted](Database& database) -> Result<std::string> {
        return pageOf(database, sql, wanted, "registered_models", [&](const Statement& row, Json& found) { found.push_back(modelJson(database, readModelRow(row))); });
    };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

Task<Result<std::string>> searchVersions(TrackingParts parts, Asked asked)
{
    auto wanted = readWanted(asked.fields, Subject::ModelVersions, 10'000, 200'000);
    if (!wanted)
        co_return Failure(wanted.error());
    if (!wanted->isOrdered)
        wanted->query.order = "d.modified DESC, ";
    const std::string prompts = wanted->isPrompts ? "" : " AND NOT EXISTS(SELECT 1 FROM modelTags p WHERE p.name = d.name AND p.key = 'mlflow.prompt.is_prompt' AND p.value = 'true')";
    const std::string sql = versionSelect(wanted->query.condition + prompts + " ORDER BY " + wanted->query.order + "d.name ASC, CAST(d.version AS INTEGER) DESC");
    Look look = [sql, wanted = *wanted](Database& database) -> Result<std::string> {
        return pageOf(database, sql, wanted, "model_versions", [&](const Statement& row, Json& found) {
            if (const auto version = readVersionRow(row))
                found.push_back(versionJson(database, *version));
        });
    };
    co_return co_await parts.store.read<std::string>(std::move(look));
}

} // namespace

void addRegistrySearch(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "GET", "registered-models/search", searchModels);
    addCall(router, parts, "GET", "model-versions/search", searchVersions);
}

} // namespace runyard::local
