#pragma once

#include "filter.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace runyard::local {

class Database;
class Statement;
class Store;

// Where a column's values stand in the database.
struct ColumnSource {
    std::vector<std::string> all;  // statements that give (run, value), the key bound to each where there is one
    std::string one;               // gives the value of one run; bound are the run, and the key
    std::optional<std::string> key;
};

// One metric, parameter, tag or attribute of all runs; the place of a run is its serial number.
class Column {
public:
    explicit Column(ColumnSource source) : m_source(std::move(source)) {}
    virtual ~Column() = default;

    void load(Database& database, std::size_t size);
    void refresh(Database& database, std::int64_t run);  // reads the value of one run anew
    virtual void resize(std::size_t size) = 0;
    virtual std::size_t bytes() const = 0;
    virtual bool isWorn() const { return false; }  // better read anew than kept

protected:
    virtual void set(std::size_t run, const Statement* row, int column) = 0;  // null: there is none
    virtual void loaded() {}

private:
    ColumnSource m_source;
};

class NumberColumn : public Column {
public:
    using Column::Column;
    static bool isAbsent(double value);  // and not a NaN that was logged
    void resize(std::size_t size) override;
    std::size_t bytes() const override { return values.capacity() * sizeof(double); }

    std::vector<double> values;

protected:
    void set(std::size_t run, const Statement* row, int column) override;
};

class TextColumn : public Column {
public:
    using Column::Column;
    void resize(std::size_t size) override { words.resize(size); }
    std::size_t bytes() const override;
    bool isWorn() const override { return dictionary.size() > 2 * words.size() + 1000; }
    const std::vector<std::uint32_t>& ranks();  // of the dictionary's words in order, from 1

    std::vector<std::uint32_t> words;            // places in the dictionary; 0 where a run has none
    std::vector<std::string> dictionary{""};

protected:
    void set(std::size_t run, const Statement* row, int column) override;
    void loaded() override;

private:
    std::map<std::string, std::uint32_t, std::less<>> m_places;  // of words, while they are few
    std::vector<std::uint32_t> m_ranks;
};

// What searches look at, in memory: SQLite alone needs a third of a second to find out that none of 100,000 runs fits. A column is read
// when a search first asks for it, and kept up to date run by run. Used by the store's reading thread alone, after its construction.
class RunColumns {
public:
    explicit RunColumns(Store& store) : m_store(store) {}

    // Before a search, outside a transaction; the columns are then at least as new as the database was.
    void begin(Database& database);
    NumberColumn& numbers(Database& database, const Identifier& what);
    TextColumn& texts(Database& database, const Identifier& what);

    std::size_t size() const { return m_experiments.size(); }
    const std::vector<std::int64_t>& experiments() const { return m_experiments; }  // -1 where there is no such run
    const std::vector<std::int64_t>& begun() const { return m_begun; }
    const std::vector<char>& deleted() const { return m_deleted; }
    const char* id(std::size_t run) const { return m_ids.data() + m_idPlaces[run]; }

private:
    struct Held;
    template<typename Kind> Kind& column(Database& database, const Identifier& what);
    void setRun(std::size_t run, const Statement& row);
    void refresh(Database& database, const std::vector<std::int64_t>& runs);
    void resize(std::size_t size);
    void makeRoom();
    void clear();

    Store& m_store;
    std::int64_t m_search = 0;
    bool m_isSound = true;  // nothing was read with a fault
    std::vector<std::int64_t> m_experiments;
    std::vector<std::int64_t> m_begun;
    std::vector<char> m_deleted;
    std::vector<std::uint32_t> m_idPlaces;
    std::string m_ids;
    std::map<std::pair<Identifier::Entity, std::string>, std::shared_ptr<Held>> m_columns;
};

} // namespace runyard::local
