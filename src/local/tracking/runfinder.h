#pragma once

#include "runcolumns.h"

namespace runyard::local {

enum class RunView { Active, Deleted, All };

struct RunQuery {
    std::vector<std::int64_t> experiments;
    RunView view = RunView::Active;
    std::vector<Comparison> filter;
    std::vector<Ordering> order;
    std::int64_t offset = 0;
    std::int64_t limit = 0;
};

// The serial numbers of the runs that fit, from `offset` on and at most `limit`, in the order wanted: what has no value last in both
// directions, then the newest first, then by id. `columns` has begun this search.
std::vector<std::int64_t> findSerials(Database& database, RunColumns& columns, const RunQuery& query);

} // namespace runyard::local
