#pragma once

#include "core/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace runyard::local {

class Database;

// A prepared statement lent by its Database; it goes back, reset, when this goes.
class Statement {
public:
    Statement(Database& database, std::string_view sql);
    ~Statement();
    Statement(Statement&&) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::int64_t value);
    Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
    Statement& bind(double value);
    Statement& bind(std::string_view value);
    Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
    Statement& bind(const char* value) { return bind(std::string_view(value)); }
    Statement& bind(std::nullptr_t);

    bool next();  // true: there is a row; false at the end, or where the database has a fault now
    void reset();  // to bind and run it again

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::string_view view(int column) const;  // valid until the next step
    bool isNull(int column) const;

private:
    Database* m_database;
    sqlite3_stmt* m_statement = nullptr;
    std::string m_sql;
    int m_bound = 0;
};

// One SQLite connection with cached statements, used by one thread. The first failure of a statement is kept as its fault until
// somebody takes it, so that an operation of many statements looks once, at its end.
class Database {
public:
    enum class Mode { ReadWrite, ReadOnly };
    enum class Damage { None, Corrupt };

    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode);
    ~Database();

    Result<> execute(const std::string& script);  // any number of statements
    // Runs a statement to its end; answers the number of rows changed.
    template<typename... Values>
    std::int64_t run(std::string_view sql, const Values&... values);
    // The first column of the first row, where there is one.
    template<typename... Values>
    std::optional<std::int64_t> number(std::string_view sql, const Values&... values);
    template<typename... Values>
    std::optional<std::string> text(std::string_view sql, const Values&... values);
    std::int64_t lastRow() const;
    std::int64_t changes() const;  // rows, of the last statement that ran to its end

    std::optional<Error> takeFault();
    bool hasFault() const { return m_fault.has_value(); }
    bool isDamaged() const { return m_damage == Damage::Corrupt; }
    bool isInTransaction() const;
    sqlite3* handle() const { return m_handle; }

private:
    friend class Statement;
    explicit Database(sqlite3* handle) : m_handle(handle) {}
    sqlite3_stmt* take(std::string_view sql);
    void giveBack(const std::string& sql, sqlite3_stmt* statement);
    void fail(int code);

    sqlite3* m_handle;
    std::unordered_map<std::string, std::vector<sqlite3_stmt*>> m_idle;
    std::optional<Error> m_fault;
    Damage m_damage = Damage::None;
};

template<typename... Values>
std::int64_t Database::run(std::string_view sql, const Values&... values)
{
    Statement statement(*this, sql);
    (statement.bind(values), ...);
    while (statement.next()) {
    }
    return changes();
}

template<typename... Values>
std::optional<std::int64_t> Database::number(std::string_view sql, const Values&... values)
{
    Statement statement(*this, sql);
    (statement.bind(values), ...);
    if (!statement.next() || statement.isNull(0))
        return std::nullopt;
    return statement.integer(0);
}

template<typename... Values>
std::optional<std::string> Database::text(std::string_view sql, const Values&... values)
{
    Statement statement(*this, sql);
    (statement.bind(values), ...);
    if (!statement.next() || statement.isNull(0))
        return std::nullopt;
    return statement.text(0);
}

} // namespace runyard::local
