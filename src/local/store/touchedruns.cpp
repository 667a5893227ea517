#include "touchedruns.h"

#include <sqlite3.h>

#include <utility>

namespace runyard::local {

namespace {

constexpr std::size_t MostNamed = 1000;

std::string trigger(const std::string& table, const std::string& event, const std::string& row)
{
    return "CREATE TEMP TRIGGER touched_" + table + "_" + event + " AFTER " + event + " ON main." + table + " BEGIN SELECT touched(" + row + "); END;";
}

} // namespace

Result<> TouchedRuns::watch(Database& writer)
{
    const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;
    if (const int code = sqlite3_create_function_v2(writer.handle(), "touched", 1, flags, this, touched, nullptr, nullptr, nullptr); code != SQLITE_OK)
        return failure(Error::Code::Storage, "The workspace's database could not be used. Try again; the service's log says more.", sqlite3_errstr(code));
    std::string script;
    for (const auto& [table, column] : {std::pair("runs", "serial"), std::pair("series", "run"), std::pair("params", "run"), std::pair("tags", "run"), std::pair("datasets", "run"), std::pair("runModels", "run")}) {
        script += trigger(table, "INSERT", std::string("new.") + column) + trigger(table, "UPDATE", std::string("new.") + column);
        script += trigger(table, "DELETE", std::string("old.") + column);
    }
    return writer.execute(script);
}

void TouchedRuns::touched(sqlite3_context* context, int, sqlite3_value** values)
{
    auto& open = static_cast<TouchedRuns*>(sqlite3_user_data(context))->m_open;
    const std::int64_t run = sqlite3_value_int64(values[0]);
    if (open.empty() || open.back() != run)
        open.push_back(run);
}

void TouchedRuns::publish()
{
    if (m_open.empty())
        return;
    const std::lock_guard lock(m_mutex);
    if (!m_isAll)
        m_runs.insert(m_open.begin(), m_open.end());
    m_open.clear();
    if (m_runs.size() <= MostNamed)
        return;
    m_isAll = true;
    m_runs = {};
}

TouchedRuns::Batch TouchedRuns::take()
{
    const std::lock_guard lock(m_mutex);
    Batch batch{{m_runs.begin(), m_runs.end()}, std::exchange(m_isAll, false)};
    m_runs.clear();
    return batch;
}

} // namespace runyard::local
