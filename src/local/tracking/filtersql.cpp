#include "filter.h"

#include "jsonreader.h"

namespace runyard::local {

namespace {

using Entity = Identifier::Entity;
using Operator = Comparison::Operator;

std::string versionColumn(const std::string& attribute)
{
    if (attribute == "name") return "d.name";
    if (attribute == "version_number") return "CAST(d.version AS INTEGER)";
    if (attribute == "run_id") return "json_extract(d.json, '$.properties.jobName')";
    if (attribute == "source_path") return "ifnull(json_extract(d.json, '$.properties.properties.\"runyard.source\"'), json_extract(d.json, '$.properties.modelUri'))";
    return attribute == "creation_timestamp" ? "d.created" : "d.modified";
}

std::string loggedModelColumn(const std::string& attribute)
{
    if (attribute == "model_id") return "m.id";
    if (attribute == "name") return "m.name";
    if (attribute == "model_type") return "nullif(m.type, '')";
    if (attribute == "source_run_id") return "nullif(m.sourceRun, '')";
    if (attribute == "experiment_id") return "CAST(m.experiment AS TEXT)";
    if (attribute == "artifact_location") return "((SELECT location FROM experiments WHERE id = m.experiment) || '/models/' || m.id || '/artifacts')";
    if (attribute == "status") return "(CASE m.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'FAILED' END)";
    return attribute.starts_with("creation") ? "m.created" : "m.modified";
}

std::string column(const std::string& attribute, Subject subject)
{
    switch (subject) {
    case Subject::Runs: break;  // columns in memory have these: runcolumns.h
    case Subject::ModelVersions: return versionColumn(attribute);
    case Subject::LoggedModels: return loggedModelColumn(attribute);
    case Subject::RegisteredModels: return attribute == "name" ? "models.name" : attribute == "creation_timestamp" ? "models.created" : "models.modified";
    case Subject::Experiments: break;
    }
    if (attribute == "name") return "experiments.name";
    if (attribute == "experiment_id") return "CAST(experiments.id AS TEXT)";
    return attribute == "creation_time" ? "experiments.created" : "experiments.modified";
}

// The rows x that hold the parameters or the tags of what is searched; the key follows as a value.
std::string textRows(Entity entity, Subject subject)
{
    const bool isParam = entity == Entity::Param;
    switch (subject) {
    case Subject::Experiments: return "experimentTags x WHERE x.experiment = experiments.id AND x.key = ?";
    case Subject::RegisteredModels: return "modelTags x WHERE x.name = models.name AND x.key = ?";
    case Subject::ModelVersions: return "json_each(d.json, '$.properties.tags') x WHERE x.key = ?";
    case Subject::LoggedModels: return std::string(isParam ? "loggedModelParams" : "loggedModelTags") + " x WHERE x.model = m.serial AND x.key = ?";
    case Subject::Runs: break;
    }
    return {};
}

// The latest value of a logged model's metric; key and scope follow as values.
std::string latestOfModel(const char* what, const MetricScope& scope)
{
    return "(SELECT " + std::string(what) + " FROM loggedModelMetrics x WHERE x.model = m.serial AND x.key = ?" + scope.condition + " ORDER BY x.step DESC, x.time DESC, x.value DESC LIMIT 1)";
}

void addAll(std::vector<Constant>& values, const std::string& key, const MetricScope& scope)
{
    values.emplace_back(key);
    values.insert(values.end(), scope.values.begin(), scope.values.end());
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
    case Operator::IsNull: return what + " IS NULL";
    case Operator::IsNotNull: return what + " IS NOT NULL";
    default: break;
    }
    std::string places;
    for (std::size_t i = 0; i < comparison.right.size(); ++i)
        places += i > 0 ? ", ?" : "?";
    return what + (comparison.op == Operator::In ? " IN (" : " NOT IN (") + places + ")";
}

std::string metricCondition(const Comparison& comparison, const MetricScope& scope, std::vector<Constant>& values)
{
    addAll(values, comparison.left.key, scope);
    return compare(latestOfModel("x.value", scope), comparison);
}

std::string condition(const Comparison& comparison, Subject subject, const MetricScope& scope, std::vector<Constant>& values)
{
    const Identifier& left = comparison.left;
    std::string sql;
    switch (left.entity) {
    case Entity::Attribute:
        sql = compare(column(left.key, subject), comparison);
        break;
    case Entity::Metric:
        sql = metricCondition(comparison, scope, values);
        break;
    case Entity::Param:
    case Entity::Tag:
        values.emplace_back(left.key);
        sql = (comparison.op == Operator::IsNull ? "NOT EXISTS(SELECT 1 FROM " : "EXISTS(SELECT 1 FROM ") + textRows(left.entity, subject);
        sql += comparison.op == Operator::IsNull || comparison.op == Operator::IsNotNull ? ")" : " AND " + compare("x.value", comparison) + ")";
        break;
    case Entity::Dataset:
        sql = "runs.serial IN (SELECT x.run FROM datasets x WHERE "
            + compare(left.key == "context" ? "(SELECT json_extract(t.value, '$.value') FROM json_each(x.json, '$.tags') t WHERE json_extract(t.value, '$.key') = 'mlflow.data.context')"
                                            : left.key == "digest" ? "x.digest" : "x.name", comparison) + ")";
        break;
    }
    const bool isNumber = subject == Subject::ModelVersions && left.key == "version_number" && left.entity == Entity::Attribute;
    for (const Constant& value : comparison.right) {
        const auto* text = std::get_if<std::string>(&value);
        values.push_back(isNumber && text ? Constant(JsonReader::toInteger(*text).value_or(0)) : value);
    }
    return sql;
}

// Absent last in both directions; a NaN after all numbers.
std::string order(const Ordering& ordering, Subject subject, const MetricScope& scope, std::vector<Constant>& values)
{
    const std::string direction = ordering.direction == Ordering::Direction::Down ? " DESC, " : " ASC, ";
    const std::string& key = ordering.by.key;
    if (ordering.by.entity == Entity::Attribute) {
        const std::string by = subject == Subject::Experiments && key == "experiment_id" ? "experiments.id" : column(key, subject);
        return by + " IS NULL, " + by + direction;
    }
    if (ordering.by.entity == Entity::Metric) {
        addAll(values, key, scope);
        addAll(values, key, scope);
        return "ifnull(" + latestOfModel("x.value IS NULL", scope) + ", 2), " + latestOfModel("x.value", scope) + direction;
    }
    values.emplace_back(key);
    values.emplace_back(key);
    const std::string value = "(SELECT x.value FROM " + textRows(ordering.by.entity, subject) + ")";
    return value + " IS NULL, " + value + direction;
}

} // namespace

Query toSql(const std::vector<Comparison>& filter, const std::vector<Ordering>& orderings, Subject subject, const MetricScope& scope)
{
    Query query;
    for (const Comparison& comparison : filter)
        query.condition += " AND " + condition(comparison, subject, scope, query.values);
    for (const Ordering& ordering : orderings)
        query.order += order(ordering, subject, scope, query.orderValues);
    return query;
}

} // namespace runyard::local
