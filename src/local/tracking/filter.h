#pragma once

#include "core/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runyard::local {

// What is searched: runs or experiments have other attributes.
enum class Subject { Runs, Experiments };

// One side of a comparison: "metrics.`val loss`" is {Metric, "val loss"}.
struct Identifier {
    enum class Entity { Attribute, Metric, Param, Tag, Dataset };
    Entity entity = Entity::Attribute;
    std::string key;
};

using Constant = std::variant<std::int64_t, double, std::string>;

struct Comparison {
    enum class Operator { Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual, Like, ILike, In, NotIn };
    Identifier left;
    Operator op = Operator::Equal;
    std::vector<Constant> right;  // one, or the list of IN
};

struct Ordering {
    Identifier by;
    enum class Direction { Up, Down } direction = Direction::Up;
};

// Reads MLflow's filter grammar: comparisons joined by AND. Mistakes are told in MLflow's words.
Result<std::vector<Comparison>> parseFilter(std::string_view text, Subject subject);
// Reads "metrics.loss DESC".
Result<Ordering> parseOrdering(std::string_view text, Subject subject);

// The SQL that finds what fits: a condition, and what stands in it.
struct Query {
    std::string condition;  // " AND (…) AND (…)"
    std::string order;      // "…, " or empty
    std::vector<Constant> values;
    std::vector<Constant> orderValues;
};
Query toSql(const std::vector<Comparison>& filter, const std::vector<Ordering>& order, Subject subject);

} // namespace runyard::local
