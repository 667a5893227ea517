#pragma once

#include "core/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runyard::local {

// What is searched: each has other attributes.
enum class Subject { Runs, Experiments, RegisteredModels, ModelVersions, LoggedModels };

// One side of a comparison: "metrics.`val loss`" is {Metric, "val loss"}.
struct Identifier {
    enum class Entity { Attribute, Metric, Param, Tag, Dataset };
    Entity entity = Entity::Attribute;
    std::string key;
};

using Constant = std::variant<std::int64_t, double, std::string>;

struct Comparison {
    enum class Operator { Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual, Like, ILike, In, NotIn, IsNull, IsNotNull };
    Identifier left;
    Operator op = Operator::Equal;
    std::vector<Constant> right;  // one, the list of IN, or none of IS NULL
    std::string written;          // the right side as it stands in the filter, for complaints
};

struct Ordering {
    Identifier by;
    enum class Direction { Up, Down } direction = Direction::Up;
};

// Reads MLflow's filter grammar: comparisons joined by AND. Mistakes are told in MLflow's words.
Result<std::vector<Comparison>> parseFilter(std::string_view text, Subject subject);
// Reads "metrics.loss DESC".
Result<Ordering> parseOrdering(std::string_view text, Subject subject);
Result<std::vector<Ordering>> parseOrderings(const std::vector<std::string>& texts, Subject subject);  // none twice

// The SQL that finds what fits: a condition, and what stands in it.
struct Query {
    std::string condition;  // " AND (…) AND (…)"
    std::string order;      // "…, " or empty
    std::vector<Constant> values;
    std::vector<Constant> orderValues;
};
// Tables: runs, experiments, models, documents d, loggedModels m. `scope` is one more condition on the metrics x of logged models.
struct MetricScope {
    std::string condition;
    std::vector<Constant> values;
};
Query toSql(const std::vector<Comparison>& filter, const std::vector<Ordering>& order, Subject subject, const MetricScope& scope = {});

} // namespace runyard::local
