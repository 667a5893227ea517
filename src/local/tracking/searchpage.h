#pragma once

#include "calls.h"

namespace runyard::local {

// What every search reads alike: which page, what fits, in which order.
struct Search {
    std::int64_t offset = 0;
    std::vector<Comparison> filter;
    std::vector<Ordering> order;
};
Result<Search> readSearch(Fields& fields, Subject subject);

// Writes one page of what a statement finds, asked for one row more than the page holds: `each` adds what a row means, `token` tells where
// the next page begins.
template<typename Each, typename Token>
std::string pageOf(Statement& row, std::int64_t limit, const char* name, Each each, Token token)
{
    Json found = Json::array();
    std::int64_t count = 0;
    while (row.next() && ++count <= limit)
        each(found);
    Json answer = Json::object();
    if (!found.empty())
        answer[name] = std::move(found);
    if (count > limit)
        answer["next_page_token"] = token();
    return toText(answer);
}

} // namespace runyard::local
