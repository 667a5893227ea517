#pragma once

#include "database.h"

#include <cstdint>
#include <mutex>
#include <unordered_set>
#include <vector>

struct sqlite3_context;
struct sqlite3_value;

namespace runyard::local {

// Which runs were written to since somebody asked. Triggers of the writing connection tell it, so that no statement can forget to.
class TouchedRuns {
public:
    struct Batch {
        std::vector<std::int64_t> runs;  // serial numbers
        bool isAll = false;              // more than are worth naming
    };

    Result<> watch(Database& writer);  // before its first write
    void publish();                    // writing thread: what was touched so far is committed, or undone
    Batch take();                      // any thread; look at the database after this, not before

private:
    static void touched(sqlite3_context* context, int count, sqlite3_value** values);

    std::vector<std::int64_t> m_open;  // writing thread
    std::mutex m_mutex;
    std::unordered_set<std::int64_t> m_runs;
    bool m_isAll = false;
};

} // namespace runyard::local
