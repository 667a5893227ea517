#include "filter.h"

namespace runyard::local {

namespace {

using Entity = Identifier::Entity;
using Operator = Comparison::Operator;

constexpr const char* StatusName = "(CASE runs.status WHEN 'Completed' THEN 'FINISHED' WHEN 'Failed' THEN 'FAILED' WHEN 'NotResponding' THEN 'FAILED' WHEN 'Canceled' THEN 'KILLED'"
                                   " WHEN 'Running' THEN 'RUNNING' WHEN 'Finalizing' THEN 'RUNNING' WHEN 'CancelRequested' THEN 'RUNNING' ELSE 'SCHEDULED' END)";

std::string column(const std::string& attribute)
{
    if (attribute == "run_id") return "runs.id";
    if (attribute == "run_name") return "runs.name";
    if (attribute == "status") return StatusName;
    if (attribute == "user_id") return "runs.user";
    if (attribute == "artifact_uri") return "((SELECT location FROM experiments WHERE id = runs.experiment) || '/' || runs.id || '/artifacts')";
    if (attribute == "start_time") return "runs.begun";
    if (attribute == "end_time") return "nullif(runs.ended, 0)";
    if (attribute == "name") return "experiments.name";
    if (attribute == "experiment_id") return "experiments.id";
    return attribute == "creation_time" ? "experiments.created" : "experiments.modified";
}

// "x = ?" and the like, with one place for each constant.
std::string compare(const std::string& what, const Comparison& comparison)
{
    switch (comparison.op) {
    case Operator::Equal: return what + " = ?";
    case Operator::NotEqual: return what + " <> ?";
    case Operator::Greater: return what + " > ?";
    case Operator::GreaterEqual: return what + " >= ?";
    case Operator::Less: return what + " < ?";
    case Operator::LessEqual: return what + " <= ?";
    case Operator::Like: return what + " LIKE ?";
    case Operator::ILike: return "lower(" + what + ") LIKE lower(?)";
    default: break;
    }
    std::string places;
    for (std::size_t i = 0; i < comparison.right.size(); ++i)
        places += i > 0 ? ", ?" : "?";
    return what + (comparison.op == Operator::In ? " IN (" : " NOT IN (") + places + ")";
}

std::string condition(const Comparison& comparison, Subject subject, std::vector<Constant>& values)
{
    const Identifier& left = comparison.left;
    std::string sql;
    switch (left.entity) {
    case Entity::Attribute:
        sql = compare(column(left.key), comparison);
        break;
    case Entity::Metric:
        values.emplace_back(left.key);
        sql = "EXISTS(SELECT 1 FROM series x WHERE x.run = runs.serial AND x.key = ? AND x.points > 0 AND " + compare("x.value", comparison) + ")";
        break;
    case Entity::Param:
    case Entity::Tag:
        values.emplace_back(left.key);
        if (subject == Subject::Experiments)
            sql = "EXISTS(SELECT 1 FROM experimentTags x WHERE x.experiment = experiments.id AND x.key = ? AND " + compare("x.value", comparison) + ")";
        else
            sql = "EXISTS(SELECT 1 FROM " + std::string(left.entity == Entity::Param ? "params" : "tags") + " x WHERE x.run = runs.serial AND x.key = ? AND "
                + compare("x.value", comparison) + ")";
        break;
    case Entity::Dataset:
        sql = "EXISTS(SELECT 1 FROM datasets x WHERE x.run = runs.serial AND "
            + compare(left.key == "context" ? "(SELECT json_extract(t.value, '$.value') FROM json_each(x.json, '$.tags') t WHERE json_extract(t.value, '$.key') = 'mlflow.data.context')"
                                            : left.key == "digest" ? "x.digest" : "x.name", comparison) + ")";
        break;
    }
    values.insert(values.end(), comparison.right.begin(), comparison.right.end());
    return sql;
}

// Absent last in both directions; a NaN after all numbers.
std::string order(const Ordering& ordering, Subject subject, std::vector<Constant>& values)
{
    const std::string direction = ordering.direction == Ordering::Direction::Down ? " DESC, " : " ASC, ";
    const std::string& key = ordering.by.key;
    if (ordering.by.entity == Entity::Attribute)
        return column(key) + " IS NULL, " + column(key) + direction;
    if (ordering.by.entity == Entity::Metric) {
        values.emplace_back(key);
        values.emplace_back(key);
        const std::string from = " FROM series WHERE run = runs.serial AND key = ? AND points > 0)";
        return "ifnull((SELECT value IS NULL" + from + ", 2), (SELECT value" + from + direction;
    }
    const std::string table = ordering.by.entity == Entity::Param ? "params" : "tags";
    const std::string value = subject == Subject::Experiments ? "(SELECT value FROM experimentTags WHERE experiment = experiments.id AND key = ?)"
                                                              : "(SELECT value FROM " + table + " WHERE run = runs.serial AND key = ?)";
    values.emplace_back(key);
    values.emplace_back(key);
    return value + " IS NULL, " + value + direction;
}

} // namespace

Query toSql(const std::vector<Comparison>& filter, const std::vector<Ordering>& orderings, Subject subject)
{
    Query query;
    for (const Comparison& comparison : filter)
        query.condition += " AND " + condition(comparison, subject, query.values);
    for (const Ordering& ordering : orderings)
        query.order += order(ordering, subject, query.orderValues);
    return query;
}

} // namespace runyard::local
