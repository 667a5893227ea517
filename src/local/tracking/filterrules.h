#pragma once

#include "filter.h"

#include <map>

namespace runyard::local {

// What may be searched and sorted by, as MLflow has it for one kind of thing.
struct FilterRules {
    std::map<std::string, Identifier::Entity, std::less<>> entities;
    std::string entityNames;  // for complaints
    std::vector<std::string> attributes;
    std::vector<std::string> orderable;
    std::vector<std::string> numeric;
    std::vector<std::string> listable;  // may stand before IN
    enum class Null { Never, Tags, TagsAndParams } null = Null::Never;
    enum class Numbers { Bare, QuotedToo } numbers = Numbers::Bare;
};
const FilterRules& rulesOf(Subject subject);

bool holds(const std::vector<std::string>& list, const std::string& item);
// "'a', 'b'"
std::string quotedList(const std::vector<std::string>& list);
// Whether the comparison makes sense for what it compares.
Result<> checkComparison(const Comparison& comparison, Subject subject);

} // namespace runyard::local
