#include "runcolumns.h"

#include "local/store/store.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

namespace runyard::local {

namespace {

using Entity = Identifier::Entity;

constexpr std::size_t Room = 20 << 20;  // bytes that columns may take together, beside those of the search at hand
constexpr std::size_t FewWords = 4096;    // of states and the like; where there are more, most are there once
constexpr std::uint64_t AbsentBits = 0x7ff8'5255'4e59'4152;
const double Absent = std::bit_cast<double>(AbsentBits);

constexpr const char* StatusName = "(CASE status WHEN 'Completed' THEN 'FINISHED' WHEN 'Failed' THEN 'FAILED' WHEN 'NotResponding' THEN 'FAILED' WHEN 'Canceled' THEN 'KILLED'"
                                   " WHEN 'Running' THEN 'RUNNING' WHEN 'Finalizing' THEN 'RUNNING' WHEN 'CancelRequested' THEN 'RUNNING' ELSE 'SCHEDULED' END)";

std::string expressionOf(const std::string& attribute)
{
    if (attribute == "run_id") return "id";
    if (attribute == "run_name") return "name";
    if (attribute == "status") return StatusName;
    if (attribute == "user_id") return "user";
    if (attribute == "artifact_uri") return "((SELECT location FROM experiments WHERE id = runs.experiment) || '/' || runs.id || '/artifacts')";
    if (attribute == "start_time") return "begun";
    return "ended";
}

ColumnSource sourceOf(const Identifier& what)
{
    if (what.entity == Entity::Metric)
        return {{"SELECT run, value FROM series WHERE key = ? AND value IS NOT NULL", "SELECT run, value FROM series WHERE key = ? AND value IS NULL AND points > 0"},
            "SELECT value FROM series WHERE run = ? AND key = ? AND points > 0", what.key};
    if (what.entity == Entity::Attribute) {
        const std::string expression = expressionOf(what.key);
        const std::string there = what.key == "end_time" ? "ended <> 0" : "1";
        return {{"SELECT serial, " + expression + " FROM runs WHERE " + there}, "SELECT " + expression + " FROM runs WHERE serial = ? AND " + there, {}};
    }
    const std::string table = what.entity == Entity::Param ? "params" : "tags";
    return {{"SELECT run, value FROM " + table + " WHERE key = ?"}, "SELECT value FROM " + table + " WHERE run = ? AND key = ?", what.key};
}

constexpr const char* RunFields = "SELECT serial, experiment, isDeleted, begun, id FROM runs";

} // namespace

void Column::load(Database& database, std::size_t size)
{
    resize(size);
    for (const std::string& sql : m_source.all) {
        Statement row(database, sql);
        if (m_source.key)
            row.bind(*m_source.key);
        while (row.next()) {
            const auto run = static_cast<std::size_t>(row.integer(0));
            if (run < size)
                set(run, &row, 1);
        }
    }
    loaded();
}

void Column::refresh(Database& database, std::int64_t run)
{
    Statement row(database, m_source.one);
    row.bind(run);
    if (m_source.key)
        row.bind(*m_source.key);
    set(static_cast<std::size_t>(run), row.next() ? &row : nullptr, 0);
}

bool NumberColumn::isAbsent(double value) { return std::bit_cast<std::uint64_t>(value) == AbsentBits; }

void NumberColumn::resize(std::size_t size) { values.resize(size, Absent); }

// A NULL is a metric's NaN.
void NumberColumn::set(std::size_t run, const Statement* row, int column)
{
    values[run] = !row ? Absent : row->isNull(column) ? std::numeric_limits<double>::quiet_NaN() : row->real(column);
}

std::size_t TextColumn::bytes() const
{
    constexpr std::size_t InPlace = 15;
    std::size_t sum = (words.capacity() + m_ranks.capacity()) * sizeof(std::uint32_t) + dictionary.capacity() * sizeof(std::string);
    for (const std::string& word : dictionary)
        sum += word.size() > InPlace ? word.capacity() + 16 : 0;
    return sum;
}

void TextColumn::set(std::size_t run, const Statement* row, int column)
{
    const std::string_view word = row ? row->view(column) : std::string_view();
    if (!row || row->isNull(column)) {
        words[run] = 0;
        return;
    }
    if (words[run] != 0 && dictionary[words[run]] == word)
        return;
    if (dictionary.back() == word && dictionary.size() > 1) {  // an index gives equal ones in a row
        words[run] = static_cast<std::uint32_t>(dictionary.size() - 1);
        return;
    }
    if (const auto known = m_places.find(word); known != m_places.end()) {
        words[run] = known->second;
        return;
    }
    words[run] = static_cast<std::uint32_t>(dictionary.size());
    if (dictionary.size() < FewWords)
        m_places.emplace(word, words[run]);
    dictionary.emplace_back(word);
    m_ranks.clear();
}

void TextColumn::loaded()
{
    dictionary.shrink_to_fit();
    if (dictionary.size() >= FewWords)
        m_places.clear();
}

const std::vector<std::uint32_t>& TextColumn::ranks()
{
    if (!m_ranks.empty())
        return m_ranks;
    std::vector<std::uint32_t> order(dictionary.size() - 1);
    std::iota(order.begin(), order.end(), 1u);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return dictionary[a] < dictionary[b]; });
    m_ranks.resize(dictionary.size());
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        rank += i == 0 || dictionary[order[i]] != dictionary[order[i - 1]] ? 1 : 0;
        m_ranks[order[i]] = rank;
    }
    return m_ranks;
}

struct RunColumns::Held {
    std::unique_ptr<Column> column;
    std::int64_t search = 0;  // that used it last
};

void RunColumns::begin(Database& database)
{
    ++m_search;
    const auto touched = m_store.takeTouched();
    if (touched.isAll || !std::exchange(m_isSound, true))
        clear();
    if (!m_experiments.empty()) {
        refresh(database, touched.runs);
    } else {
        Statement row(database, RunFields);
        while (row.next()) {
            const auto run = static_cast<std::size_t>(row.integer(0));
            if (run >= size())
                resize(run + 1);
            setRun(run, row);
        }
    }
    m_isSound = !database.hasFault();
}

void RunColumns::setRun(std::size_t run, const Statement& row)
{
    m_experiments[run] = row.integer(1);
    m_deleted[run] = row.integer(2) != 0 ? 1 : 0;
    m_begun[run] = row.integer(3);
    if (m_idPlaces[run] != 0)
        return;
    m_idPlaces[run] = static_cast<std::uint32_t>(m_ids.size());
    m_ids += row.view(4);
    m_ids += '\0';
}

void RunColumns::refresh(Database& database, const std::vector<std::int64_t>& runs)
{
    const auto most = std::max_element(runs.begin(), runs.end());
    if (most != runs.end() && static_cast<std::size_t>(*most) >= size())
        resize(static_cast<std::size_t>(*most) + 1);
    for (const std::int64_t run : runs) {
        Statement row(database, std::string(RunFields) + " WHERE serial = ?");
        row.bind(run);
        if (row.next())
            setRun(static_cast<std::size_t>(run), row);
        else
            m_experiments[static_cast<std::size_t>(run)] = -1;
        for (const auto& [what, held] : m_columns)
            held->column->refresh(database, run);
    }
    std::erase_if(m_columns, [](const auto& one) { return one.second->column->isWorn(); });
}

void RunColumns::resize(std::size_t size)
{
    m_experiments.resize(size, -1);
    m_deleted.resize(size);
    m_begun.resize(size);
    m_idPlaces.resize(size);
    if (m_ids.empty())
        m_ids += '\0';
    for (const auto& [what, held] : m_columns)
        held->column->resize(size);
}

template<typename Kind>
Kind& RunColumns::column(Database& database, const Identifier& what)
{
    auto& held = m_columns[{what.entity, what.key}];
    if (held) {
        held->search = m_search;
        return static_cast<Kind&>(*held->column);
    }
    auto made = std::make_unique<Kind>(sourceOf(what));
    made->load(database, size());
    m_isSound = m_isSound && !database.hasFault();
    held = std::make_shared<Held>(Held{std::move(made), m_search});
    makeRoom();
    return static_cast<Kind&>(*held->column);
}

NumberColumn& RunColumns::numbers(Database& database, const Identifier& what) { return column<NumberColumn>(database, what); }
TextColumn& RunColumns::texts(Database& database, const Identifier& what) { return column<TextColumn>(database, what); }

// Forgets columns that were not asked for the longest.
void RunColumns::makeRoom()
{
    for (;;) {
        std::size_t sum = 0;
        auto oldest = m_columns.end();
        for (auto it = m_columns.begin(); it != m_columns.end(); ++it) {
            sum += it->second->column->bytes();
            if (it->second->search < m_search && (oldest == m_columns.end() || it->second->search < oldest->second->search))
                oldest = it;
        }
        if (sum <= Room || oldest == m_columns.end())
            return;
        m_columns.erase(oldest);
    }
}

void RunColumns::clear()
{
    m_columns.clear();
    m_experiments.clear();
    m_deleted.clear();
    m_begun.clear();
    m_idPlaces.clear();
    m_ids.clear();
}

} // namespace runyard::local
