#include "runfinder.h"

#include "core/text.h"
#include "likepattern.h"
#include "local/store/database.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>

namespace runyard::local {

namespace {

using Entity = Identifier::Entity;
using Operator = Comparison::Operator;
using Mask = std::vector<char>;  // by run: 1 where it fits so far

bool isNumber(const Identifier& what)
{
    return what.entity == Entity::Metric || (what.entity == Entity::Attribute && (what.key == "start_time" || what.key == "end_time"));
}

Mask runsOf(const RunColumns& columns, std::vector<std::int64_t> experiments, RunView view)
{
    std::sort(experiments.begin(), experiments.end());
    Mask mask(columns.size());
    std::int64_t last = -1;
    bool isLastWanted = false;
    for (std::size_t run = 0; run < mask.size(); ++run) {
        if (const std::int64_t experiment = columns.experiments()[run]; experiment != last) {
            last = experiment;
            isLastWanted = experiment >= 0 && std::binary_search(experiments.begin(), experiments.end(), experiment);
        }
        const bool isInView = view == RunView::All || (columns.deleted()[run] != 0) == (view == RunView::Deleted);
        mask[run] = isLastWanted && isInView ? 1 : 0;
    }
    return mask;
}

template<typename Fits>
void keep(Mask& mask, const std::vector<double>& values, Fits fits)
{
    for (std::size_t run = 0; run < mask.size(); ++run)
        mask[run] = static_cast<char>(mask[run] & (fits(values[run]) ? 1 : 0));
}

double toNumber(const Constant& constant)
{
    if (const auto* whole = std::get_if<std::int64_t>(&constant))
        return static_cast<double>(*whole);
    const auto* real = std::get_if<double>(&constant);
    return real ? *real : std::nan("");
}

// A NaN is unequal to every number, and nothing else; what is absent is not even that.
void keepNumbers(Mask& mask, const std::vector<double>& values, Operator op, double bound)
{
    switch (op) {
    case Operator::Equal: return keep(mask, values, [bound](double value) { return value == bound; });
    case Operator::Greater: return keep(mask, values, [bound](double value) { return value > bound; });
    case Operator::GreaterEqual: return keep(mask, values, [bound](double value) { return value >= bound; });
    case Operator::Less: return keep(mask, values, [bound](double value) { return value < bound; });
    case Operator::LessEqual: return keep(mask, values, [bound](double value) { return value <= bound; });
    default: return keep(mask, values, [bound](double value) { return value != bound && !NumberColumn::isAbsent(value); });
    }
}

std::function<bool(const std::string&)> wordTest(const Comparison& comparison)
{
    std::vector<std::string> wanted;
    for (const Constant& constant : comparison.right) {
        const auto* text = std::get_if<std::string>(&constant);
        wanted.push_back(text ? *text : std::string());
    }
    const std::string first = wanted.empty() ? std::string() : wanted.front();
    switch (comparison.op) {
    case Operator::Equal: return [first](const std::string& word) { return word == first; };
    case Operator::NotEqual: return [first](const std::string& word) { return word != first; };
    case Operator::Like: return [first](const std::string& word) { return fitsLike(word, first); };
    case Operator::ILike: return [small = lower(first)](const std::string& word) { return fitsLike(lower(word), small); };
    case Operator::In: return [wanted](const std::string& word) { return std::find(wanted.begin(), wanted.end(), word) != wanted.end(); };
    case Operator::NotIn: return [wanted](const std::string& word) { return std::find(wanted.begin(), wanted.end(), word) == wanted.end(); };
    default: return [](const std::string&) { return true; };
    }
}

// Each word is looked at once, however many runs have it.
void keepTexts(Mask& mask, const TextColumn& column, const Comparison& comparison)
{
    Mask fits(column.dictionary.size());
    fits[0] = comparison.op == Operator::IsNull ? 1 : 0;
    const auto test = wordTest(comparison);
    for (std::size_t word = 1; word < fits.size() && comparison.op != Operator::IsNull; ++word)
        fits[word] = test(column.dictionary[word]) ? 1 : 0;
    for (std::size_t run = 0; run < mask.size(); ++run)
        mask[run] = static_cast<char>(mask[run] & fits[column.words[run]]);
}

// Of data sets a run has any number, so there is no column: the database says which runs fit.
void keepByDatabase(Mask& mask, Database& database, const Comparison& comparison)
{
    const Query query = toSql({comparison}, {}, Subject::Runs);
    Statement row(database, "SELECT serial FROM runs WHERE 1 = 1" + query.condition);
    for (const Constant& value : query.values)
        std::visit([&row](const auto& one) { row.bind(one); }, value);
    Mask fits(mask.size());
    while (row.next()) {
        if (const auto run = static_cast<std::size_t>(row.integer(0)); run < fits.size())
            fits[run] = mask[run];
    }
    mask = std::move(fits);
}

// Numbers whose order as whole numbers is the order wanted.
using Keys = std::function<std::uint64_t(std::size_t run)>;
constexpr std::uint64_t KeyOfAbsent = ~std::uint64_t(0);
constexpr std::uint64_t KeyOfNan = KeyOfAbsent - 1;

std::uint64_t keyOf(double value, Ordering::Direction direction)
{
    if (std::isnan(value))
        return NumberColumn::isAbsent(value) ? KeyOfAbsent : KeyOfNan;
    const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
    const std::uint64_t up = bits >> 63 ? ~bits : bits | std::uint64_t(1) << 63;
    return direction == Ordering::Direction::Up ? up : ~up;
}

Keys keysOf(Database& database, RunColumns& columns, const Ordering& ordering)
{
    if (isNumber(ordering.by)) {
        const auto& values = columns.numbers(database, ordering.by).values;
        return [&values, direction = ordering.direction](std::size_t run) { return keyOf(values[run], direction); };
    }
    TextColumn& column = columns.texts(database, ordering.by);
    const auto& ranks = column.ranks();
    return [&column, &ranks, isUp = ordering.direction == Ordering::Direction::Up](std::size_t run) {
        const std::uint32_t word = column.words[run];
        return word == 0 ? KeyOfAbsent : isUp ? ranks[word] : KeyOfNan - ranks[word];
    };
}

// Which of two runs comes first.
class Order {
public:
    Order(Database& database, RunColumns& columns, const std::vector<Ordering>& orderings) : m_columns(columns)
    {
        bool isByTime = false;
        for (const Ordering& ordering : orderings) {
            m_keys.push_back(keysOf(database, columns, ordering));
            isByTime = isByTime || (ordering.by.entity == Entity::Attribute && ordering.by.key == "start_time");
        }
        if (!isByTime)
            m_keys.emplace_back([&begun = columns.begun()](std::size_t run) { return ~(static_cast<std::uint64_t>(begun[run]) ^ std::uint64_t(1) << 63); });
    }

    std::uint64_t firstKey(std::size_t run) const { return m_keys.front()(run); }
    bool isBeforeByRest(std::size_t a, std::size_t b) const
    {
        for (std::size_t i = 1; i < m_keys.size(); ++i) {
            if (const std::uint64_t one = m_keys[i](a), other = m_keys[i](b); one != other)
                return one < other;
        }
        return std::strcmp(m_columns.id(a), m_columns.id(b)) < 0;
    }

private:
    const RunColumns& m_columns;
    std::vector<Keys> m_keys;
};

struct Found {
    std::uint64_t key;  // the first
    std::size_t run;
};

Mask fitting(Database& database, RunColumns& columns, const RunQuery& query)
{
    Mask mask = runsOf(columns, query.experiments, query.view);
    for (const Comparison& comparison : query.filter) {
        if (comparison.left.entity == Entity::Dataset)
            keepByDatabase(mask, database, comparison);
        else if (isNumber(comparison.left))
            keepNumbers(mask, columns.numbers(database, comparison.left).values, comparison.op, comparison.right.empty() ? 0 : toNumber(comparison.right.front()));
        else
            keepTexts(mask, columns.texts(database, comparison.left), comparison);
    }
    return mask;
}

} // namespace

std::vector<std::int64_t> findSerials(Database& database, RunColumns& columns, const RunQuery& query)
{
    const Mask mask = fitting(database, columns, query);
    const Order order(database, columns, query.order);
    std::vector<Found> found;
    for (std::size_t run = 0; run < mask.size(); ++run) {
        if (mask[run] != 0)
            found.push_back({order.firstKey(run), run});
    }
    const auto isBefore = [&order](const Found& a, const Found& b) { return a.key != b.key ? a.key < b.key : order.isBeforeByRest(a.run, b.run); };
    const auto first = found.begin() + std::min(query.offset, static_cast<std::int64_t>(found.size()));
    const auto last = first + std::min(query.limit, static_cast<std::int64_t>(found.end() - first));
    if (first != found.begin() && first != found.end())
        std::nth_element(found.begin(), first, found.end(), isBefore);
    if (first != last && last != found.end())
        std::nth_element(first, last - 1, found.end(), isBefore);
    std::sort(first, last, isBefore);
    std::vector<std::int64_t> page;
    for (auto at = first; at != last; ++at)
        page.push_back(static_cast<std::int64_t>(at->run));
    return page;
}

} // namespace runyard::local
