// MLflow's search filters and orderings, and the SQL that comes of them.
#include "target.h"

#include "local/store/database.h"
#include "local/store/schema.h"
#include "local/tracking/filter.h"
#include "local/tracking/likepattern.h"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace {

namespace fs = std::filesystem;
using namespace runyard;
using namespace runyard::local;
using runyard::fuzz::wanted;
using Operator = Comparison::Operator;

constexpr Subject subjects[] = {Subject::Runs, Subject::Experiments, Subject::RegisteredModels, Subject::ModelVersions, Subject::LoggedModels};
constexpr const char* tables[] = {"runs", "experiments", "models", "documents d", "loggedModels m"};
constexpr const char* operators[] = {"=", "!=", ">", ">=", "<", "<=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"};
constexpr const char* entities[] = {"attributes", "metrics", "params", "tags", "datasets"};

std::string quoted(const std::string& text, char quote)
{
    std::string all(1, quote);
    for (const char c : text) {
        all += c;
        if (c == quote)
            all += c;
    }
    return all + quote;
}

std::string shown(const Identifier& identifier, Subject subject)
{
    const bool isShort = subject == Subject::RegisteredModels || subject == Subject::ModelVersions;
    const std::string entity = identifier.entity == Identifier::Entity::Attribute && isShort ? "attribute" : entities[static_cast<int>(identifier.entity)];
    return entity + '.' + quoted(identifier.key, '`');
}

std::string shown(const Constant& constant)
{
    if (const auto* text = std::get_if<std::string>(&constant))
        return quoted(*text, '\'');
    if (const auto* whole = std::get_if<std::int64_t>(&constant))
        return std::to_string(*whole);
    const double real = std::get<double>(constant);
    char digits[32];
    std::string text(digits, std::to_chars(digits, digits + sizeof digits, real).ptr);
    if (text.find("inf") != std::string::npos)
        return real < 0 ? "-1e999" : "1e999";
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string shown(const std::vector<Comparison>& filter, Subject subject)
{
    std::string text;
    for (const Comparison& comparison : filter) {
        text += (text.empty() ? "" : " AND ") + shown(comparison.left, subject) + ' ' + operators[static_cast<int>(comparison.op)] + ' ';
        const bool isList = comparison.op == Operator::In || comparison.op == Operator::NotIn;
        std::string right;
        for (const Constant& constant : comparison.right)
            right += (right.empty() ? "" : ", ") + shown(constant);
        text += isList ? '(' + right + ')' : right;
    }
    return text;
}

// A database of the real schema.
Database& database()
{
    static const auto kept = [] {
        char name[] = "/tmp/fuzz-filters-XXXXXX";
        wanted(::mkdtemp(name) != nullptr, "a folder");
        auto opened = Database::open(fs::path(name) / "d.sqlite", Database::Mode::ReadWrite);
        wanted(opened && migrate(**opened), "a database");
        fs::remove_all(name);
        return std::move(*opened);
    }();
    return *kept;
}

void prepare(const Query& query, const char* table)
{
    const std::string sql = "SELECT 1 FROM " + std::string(table) + " WHERE 1" + query.condition + " ORDER BY " + query.order + "1";
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database().handle(), sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
    wanted(code == SQLITE_OK, sqlite3_errmsg(database().handle()), sql);
    wanted(static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) == query.values.size() + query.orderValues.size(), "each place of the SQL has its value", sql);
    sqlite3_finalize(statement);
}

// Each text is like itself, whatever signs it holds, and like its ends with anything between.
void like(const std::string& text, const std::string& other)
{
    (void)fitsLike(other, text);
    const bool isAscii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!isAscii)
        return;
    wanted(fitsLike(text, text), "a text is like itself", text);
    const std::string half = text.substr(0, text.size() / 2);
    wanted(fitsLike(half + other + half, half + "%" + half), "a text is like its ends with anything between", half);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    const std::size_t which = static_cast<unsigned char>(input.choice) % 5;
    const Subject subject = subjects[which];
    const auto cut = std::min(input.text.find('\n'), input.text.size());
    const std::string text(input.text.substr(0, cut));
    const std::string by(input.text.substr(std::min(cut + 1, input.text.size())));
    auto filter = parseFilter(text, subject);
    auto order = parseOrderings({by}, subject);
    wanted(filter || !filter.error().message.empty(), "a refusal says why");
    if (filter) {
        const std::string written = shown(*filter, subject);
        const auto again = parseFilter(written, subject);
        wanted(again.has_value(), "a filter that was written can be read", written + (again ? "" : '\n' + again.error().message));
        wanted(shown(*again, subject) == written, "a filter is read as it was written", written);
    }
    like(text, by);
    // Of runs only the datasets are asked of the database: columns in memory have the rest.
    if (filter && subject == Subject::Runs)
        std::erase_if(*filter, [](const Comparison& comparison) { return comparison.left.entity != Identifier::Entity::Dataset; });
    if (subject == Subject::Runs)
        order = std::vector<Ordering>();
    if (filter || order)
        prepare(toSql(filter.value_or(std::vector<Comparison>()), order.value_or(std::vector<Ordering>()), subject), tables[which]);
    return 0;
}
