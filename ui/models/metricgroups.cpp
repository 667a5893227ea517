#include "metricgroups.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <unordered_map>
#include <utility>

namespace runyard {

namespace {

constexpr std::array<std::pair<const char*, const char*>, 8> splitWords{{
    {"train", "training"}, {"training", "training"}, {"val", "validation"}, {"valid", "validation"},
    {"validation", "validation"}, {"test", "test"}, {"testing", "test"}, {"eval", "evaluation"}}};

struct Parts {
    std::string quantity;
    std::string split;  // empty: none named
};

std::string splitOf(std::string word)
{
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [name, meaning] : splitWords) {
        if (word == name)
            return meaning;
    }
    return {};
}

int rankOf(const std::string& split)
{
    if (split.empty() || split == "training")
        return 0;
    return split == "validation" ? 1 : 2;
}

Parts take(const std::string& key)
{
    const std::string separators = "_-/. ";
    std::size_t begin = 0;
    while (begin <= key.size()) {
        const std::size_t end = std::min(key.find_first_of(separators, begin), key.size());
        const std::string split = splitOf(key.substr(begin, end - begin));
        if (!split.empty() && end - begin < key.size()) {
            const bool isLast = end == key.size();
            const std::string rest = isLast ? key.substr(0, begin - 1) : key.substr(0, begin) + key.substr(end + 1);
            return {rest, split};
        }
        begin = end + 1;
    }
    return {key, {}};
}

// A metric that stands alone keeps its whole name; a bare one beside others counts as the training part unless there is one.
void nameMembers(MetricGroup& group)
{
    if (group.members.size() == 1) {
        group.title = group.members.front().label = group.members.front().key;
        return;
    }
    std::map<std::string, int> taken;
    for (const auto& member : group.members)
        ++taken[member.label.empty() ? "training" : member.label];
    for (auto& member : group.members) {
        const bool isBare = member.label.empty();
        if (isBare && taken["training"] == 1)
            member.label = "training";
        else if (isBare || taken[member.label] > 1)
            member.label = member.key;
    }
}

} // namespace

std::vector<MetricGroup> groupMetrics(const std::vector<std::string>& keys)
{
    std::vector<MetricGroup> groups;
    std::unordered_map<std::string, std::size_t> places;
    for (const std::string& key : keys) {
        const Parts parts = take(key);
        const auto [place, isNew] = places.emplace(parts.quantity, groups.size());
        if (isNew)
            groups.push_back(MetricGroup{parts.quantity, {}});
        groups[place->second].members.push_back({key, parts.split});
    }
    for (MetricGroup& group : groups) {
        std::stable_sort(group.members.begin(), group.members.end(), [](const auto& a, const auto& b) { return rankOf(a.label) < rankOf(b.label); });
        nameMembers(group);
    }
    std::stable_partition(groups.begin(), groups.end(), [](const MetricGroup& group) { return group.members.size() > 1; });
    return groups;
}

std::vector<std::string> orderMetrics(const std::vector<std::string>& keys)
{
    std::vector<std::string> ordered;
    for (const MetricGroup& group : groupMetrics(keys)) {
        for (const auto& member : group.members)
            ordered.push_back(member.key);
    }
    return ordered;
}

} // namespace runyard
