#include "filterrules.h"

#include "jsonreader.h"

#include <algorithm>

namespace runyard::local {

namespace {

using Entity = Identifier::Entity;
using Operator = Comparison::Operator;

Failure refused(std::string message) { return failure(Error::Code::Invalid, std::move(message)); }

FilterRules runRules()
{
    FilterRules rules;
    rules.entities = {{"metric", Entity::Metric}, {"metrics", Entity::Metric}, {"parameter", Entity::Param}, {"parameters", Entity::Param}, {"param", Entity::Param},
        {"params", Entity::Param}, {"tag", Entity::Tag}, {"tags", Entity::Tag}, {"attribute", Entity::Attribute}, {"attributes", Entity::Attribute}, {"attr", Entity::Attribute},
        {"run", Entity::Attribute}, {"dataset", Entity::Dataset}, {"datasets", Entity::Dataset}};
    rules.entityNames = "Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']";
    rules.attributes = {"run_id", "run_name", "status", "user_id", "artifact_uri", "start_time", "end_time"};
    rules.orderable = rules.attributes;
    rules.numeric = {"start_time", "end_time"};
    rules.listable = {"run_id"};
    rules.null = FilterRules::Null::TagsAndParams;
    return rules;
}

FilterRules experimentRules()
{
    FilterRules rules;
    rules.entities = {{"tag", Entity::Tag}, {"tags", Entity::Tag}, {"attribute", Entity::Attribute}, {"attributes", Entity::Attribute}};
    rules.entityNames = "Valid entity types are ('attribute', 'attributes', 'tag', 'tags')";
    rules.attributes = {"name", "experiment_id", "creation_time", "last_update_time"};
    rules.orderable = rules.attributes;
    rules.numeric = {"creation_time", "last_update_time"};
    rules.listable = {"experiment_id"};
    rules.null = FilterRules::Null::Tags;
    return rules;
}

FilterRules modelRules()
{
    FilterRules rules;
    rules.entities = {{"tag", Entity::Tag}, {"tags", Entity::Tag}, {"attribute", Entity::Attribute}};
    rules.entityNames = "Valid entity types are ('attribute', 'tag', 'tags')";
    rules.attributes = {"name"};
    rules.orderable = {"name", "timestamp", "last_updated_timestamp", "creation_timestamp"};
    rules.listable = {"name"};
    return rules;
}

FilterRules versionRules()
{
    FilterRules rules = modelRules();
    rules.attributes = {"name", "version_number", "run_id", "source_path"};
    rules.orderable = {"name", "version_number", "creation_timestamp", "last_updated_timestamp"};
    rules.numeric = {"version_number"};
    rules.listable = {"name", "run_id"};
    rules.numbers = FilterRules::Numbers::QuotedToo;
    return rules;
}

FilterRules loggedModelRules()
{
    FilterRules rules;
    rules.entities = {{"metrics", Entity::Metric}, {"params", Entity::Param}, {"tags", Entity::Tag}, {"attributes", Entity::Attribute}};
    rules.entityNames = "Expected one of ['attributes', 'metrics', 'params', 'tags']";
    rules.attributes = {"name", "model_id", "model_type", "status", "source_run_id", "experiment_id", "artifact_location", "creation_timestamp", "creation_time", "creation_timestamp_ms",
        "last_updated_timestamp", "last_updated_time", "last_updated_timestamp_ms"};
    rules.orderable = rules.attributes;
    rules.numeric = {"creation_timestamp", "creation_time", "creation_timestamp_ms", "last_updated_timestamp", "last_updated_time", "last_updated_timestamp_ms"};
    rules.listable = {"name", "model_id", "model_type", "status", "source_run_id"};
    return rules;
}

const char* nameOf(Entity entity)
{
    switch (entity) {
    case Entity::Metric: return "metric";
    case Entity::Param: return "parameter";
    case Entity::Tag: return "tag";
    case Entity::Dataset: return "dataset";
    case Entity::Attribute: break;
    }
    return "attribute";
}

std::string written(Operator op)
{
    static const std::map<Operator, std::string> names{{Operator::Equal, "="}, {Operator::NotEqual, "!="}, {Operator::Greater, ">"}, {Operator::GreaterEqual, ">="}, {Operator::Less, "<"},
        {Operator::LessEqual, "<="}, {Operator::Like, "LIKE"}, {Operator::ILike, "ILIKE"}, {Operator::In, "IN"}, {Operator::NotIn, "NOT IN"}, {Operator::IsNull, "IS NULL"},
        {Operator::IsNotNull, "IS NOT NULL"}};
    return names.at(op);
}

bool isList(Operator op) { return op == Operator::In || op == Operator::NotIn; }

Result<> checkNull(const Comparison& comparison, const FilterRules& rules)
{
    const Entity entity = comparison.left.entity;
    const bool isFine = (entity == Entity::Tag && rules.null != FilterRules::Null::Never) || (entity == Entity::Param && rules.null == FilterRules::Null::TagsAndParams);
    if (isFine)
        return {};
    if (rules.null == FilterRules::Null::Never)
        return refused("IS NULL / IS NOT NULL is not supported for this search.");
    return refused("IS NULL / IS NOT NULL is only supported for tags" + std::string(rules.null == FilterRules::Null::TagsAndParams ? " and params" : "") + ", not for '" + nameOf(entity) + "' '"
                   + comparison.left.key + "'");
}

Result<> checkOperator(const Comparison& comparison, Subject subject, bool isNumber)
{
    const Operator op = comparison.op;
    const bool isOrder = op == Operator::Greater || op == Operator::GreaterEqual || op == Operator::Less || op == Operator::LessEqual;
    const bool isText = op == Operator::Like || op == Operator::ILike || isList(op);
    if (isNumber ? !isText : !isOrder)
        return {};
    const bool isRegistry = subject == Subject::RegisteredModels || subject == Subject::ModelVersions;
    if (isRegistry)
        return refused("Invalid comparator for " + std::string(comparison.left.entity == Entity::Tag ? "tag" : "attribute") + ": " + written(op));
    return refused("Invalid comparator '" + written(op) + "' not one of '" + (isNumber ? "{'>', '>=', '!=', '=', '<', '<='}" : "{'!=', '=', 'LIKE', 'ILIKE'}") + "'");
}

Result<> checkNumber(const Comparison& comparison, const FilterRules& rules)
{
    const bool isText = std::holds_alternative<std::string>(comparison.right.front());
    const std::string& key = comparison.left.key;
    if (rules.numbers == FilterRules::Numbers::QuotedToo) {
        const bool isWhole = std::holds_alternative<std::int64_t>(comparison.right.front()) || (isText && JsonReader::toInteger(std::get<std::string>(comparison.right.front())));
        return isWhole ? Result<>() : Result<>(refused("Invalid value for numeric attribute '" + key + "': " + comparison.written));
    }
    if (!isText)
        return {};
    return refused("Expected numeric value type for " + std::string(comparison.left.entity == Entity::Metric ? "metric" : "numeric attribute: " + key) + ". Found " + comparison.written);
}

Result<> checkText(const Comparison& comparison, const FilterRules& rules)
{
    const Identifier& left = comparison.left;
    const bool mayList = left.entity == Entity::Dataset || (left.entity == Entity::Attribute && holds(rules.listable, left.key));
    if (isList(comparison.op) && left.entity == Entity::Attribute && !mayList)
        return refused("Only [" + quotedList(rules.listable) + "] attributes support comparison with a list of quoted string values.");
    const bool isText = std::holds_alternative<std::string>(comparison.right.front());
    if (isText && (!isList(comparison.op) || mayList))
        return {};
    if (left.entity == Entity::Param || left.entity == Entity::Tag)
        return refused("Expected a quoted string value for " + std::string(nameOf(left.entity)) + " (e.g. 'my-value'). Got value " + comparison.written);
    return refused("Expected a quoted string value for " + std::string(left.entity == Entity::Dataset ? "dataset attributes" : "attributes") + ". Got value " + comparison.written);
}

} // namespace

const FilterRules& rulesOf(Subject subject)
{
    static const FilterRules all[] = {runRules(), experimentRules(), modelRules(), versionRules(), loggedModelRules()};
    return all[static_cast<std::size_t>(subject)];
}

bool holds(const std::vector<std::string>& list, const std::string& item)
{
    return std::find(list.begin(), list.end(), item) != list.end();
}

std::string quotedList(const std::vector<std::string>& list)
{
    std::string text;
    for (const std::string& item : list)
        text += (text.empty() ? "'" : ", '") + item + "'";
    return text;
}

Result<> checkComparison(const Comparison& comparison, Subject subject)
{
    const FilterRules& rules = rulesOf(subject);
    if (comparison.op == Operator::IsNull || comparison.op == Operator::IsNotNull)
        return checkNull(comparison, rules);
    const Identifier& left = comparison.left;
    const bool isNumber = left.entity == Entity::Metric || (left.entity == Entity::Attribute && holds(rules.numeric, left.key));
    if (auto good = checkOperator(comparison, subject, isNumber); !good)
        return good;
    return isNumber ? checkNumber(comparison, rules) : checkText(comparison, rules);
}

} // namespace runyard::local
