#include "database.h"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace runyard::local {

Statement::Statement(Database& database, std::string_view sql)
    : m_database(&database), m_statement(database.take(sql)), m_sql(sql) {}

Statement::~Statement()
{
    if (m_statement)
        m_database->giveBack(m_sql, m_statement);
}

Statement::Statement(Statement&& other) noexcept
    : m_database(other.m_database), m_statement(std::exchange(other.m_statement, nullptr)), m_sql(std::move(other.m_sql)), m_bound(other.m_bound) {}

Statement& Statement::bind(std::int64_t value)
{
    sqlite3_bind_int64(m_statement, ++m_bound, value);
    return *this;
}

Statement& Statement::bind(double value)
{
    sqlite3_bind_double(m_statement, ++m_bound, value);
    return *this;
}

Statement& Statement::bind(std::string_view value)
{
    const char* start = value.data() ? value.data() : "";
    sqlite3_bind_text64(m_statement, ++m_bound, start, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(std::nullptr_t)
{
    sqlite3_bind_null(m_statement, ++m_bound);
    return *this;
}

bool Statement::next()
{
    if (!m_statement)
        return false;
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        m_database->fail(code);
    return false;
}

void Statement::reset()
{
    sqlite3_reset(m_statement);
    m_bound = 0;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(m_statement, column); }
double Statement::real(int column) const { return sqlite3_column_double(m_statement, column); }
bool Statement::isNull(int column) const { return sqlite3_column_type(m_statement, column) == SQLITE_NULL; }
std::string Statement::text(int column) const { return std::string(view(column)); }

std::string_view Statement::view(int column) const
{
    const auto* start = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    if (!start)
        return {};
    return {start, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))};
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode)
{
    sqlite3* handle = nullptr;
    const int flags = mode == Mode::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    std::unique_ptr<Database> database(new Database(handle));
    if (code != SQLITE_OK) {
        database->fail(code);
        return Failure(*database->takeFault());
    }
    const auto set = database->execute("PRAGMA busy_timeout=5000; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
                                       "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-4096; PRAGMA case_sensitive_like=ON;");
    if (!set && !database->isDamaged())
        return Failure(set.error());
    return database;
}

Database::~Database()
{
    for (const auto& [sql, statements] : m_idle) {
        for (sqlite3_stmt* statement : statements)
            sqlite3_finalize(statement);
    }
    sqlite3_close_v2(m_handle);
}

Result<> Database::execute(const std::string& script)
{
    const int code = sqlite3_exec(m_handle, script.c_str(), nullptr, nullptr, nullptr);
    if (code == SQLITE_OK)
        return {};
    fail(code);
    return Failure(*takeFault());
}

sqlite3_stmt* Database::take(std::string_view sql)
{
    auto& idle = m_idle[std::string(sql)];
    if (!idle.empty()) {
        sqlite3_stmt* statement = idle.back();
        idle.pop_back();
        return statement;
    }
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(m_handle, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
        fail(code);
    return statement;
}

void Database::giveBack(const std::string& sql, sqlite3_stmt* statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    constexpr std::size_t CachedTexts = 256;  // searches have a text of their own each
    auto& idle = m_idle[sql];
    if (m_idle.size() <= CachedTexts || !idle.empty()) {
        idle.push_back(statement);
        return;
    }
    sqlite3_finalize(statement);
    m_idle.erase(sql);
}

std::int64_t Database::lastRow() const { return sqlite3_last_insert_rowid(m_handle); }
std::int64_t Database::changes() const { return sqlite3_changes64(m_handle); }
bool Database::isInTransaction() const { return sqlite3_get_autocommit(m_handle) == 0; }
std::optional<Error> Database::takeFault() { return std::exchange(m_fault, std::nullopt); }

void Database::fail(int code)
{
    const int kind = code & 0xff;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        m_damage = Damage::Corrupt;
    if (m_fault)
        return;
    std::string sentence = "The workspace's database could not be used. Try again; the service's log says more.";
    const bool isFull = kind == SQLITE_IOERR && m_handle && sqlite3_system_errno(m_handle) == ENOSPC;
    if (isFull || kind == SQLITE_FULL || code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE)
        sentence = "There is no space left on the disk for the workspace's database. Free some space and try again.";
    else if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        sentence = "The workspace's database is damaged. Restart the service: it restores the newest good copy.";
    else if (kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN || kind == SQLITE_PERM)
        sentence = "The workspace's database cannot be written. Check the permissions of the data folder.";
    m_fault = Error{Error::Code::Storage, std::move(sentence), std::string(sqlite3_errstr(code)) + ": " + (m_handle ? sqlite3_errmsg(m_handle) : "")};
}

} // namespace runyard::local
