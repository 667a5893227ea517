#include "filter.h"

#include "filterrules.h"
#include "jsonreader.h"
#include "lexer.h"

#include <algorithm>
#include <map>
#include <set>

namespace runyard::local {

namespace {

using Entity = Identifier::Entity;
using Operator = Comparison::Operator;

Failure refused(std::string message) { return failure(Error::Code::Invalid, std::move(message)); }

enum class Use { Filter, Order };

// More is too much for the database: of expressions within one another, and of values.
constexpr std::size_t ComparisonLimit = 400;
constexpr std::size_t ValueLimit = 20'000;

Result<Identifier> attribute(std::string key, Subject subject, Use use)
{
    if (subject == Subject::Runs && (key == "created" || key == "Created"))
        key = "start_time";
    if (subject == Subject::Runs && (key == "run name" || key == "Run name" || key == "Run Name"))
        key = "run_name";
    const auto& valid = use == Use::Filter ? rulesOf(subject).attributes : rulesOf(subject).orderable;
    if (holds(valid, key))
        return Identifier{Entity::Attribute, key};
    if (use == Use::Order && subject == Subject::RegisteredModels)
        return refused("Invalid order by key '" + key + "' specified. Valid keys are '{'name', 'timestamp'}'");
    return refused("Invalid attribute key '" + key + "' specified. Valid keys are '{" + quotedList(valid) + "}'");
}

// Reads tokens from left to right.
class Parser {
public:
    Parser(std::vector<Token> tokens, Subject subject, Use use) : m_tokens(std::move(tokens)), m_subject(subject), m_use(use) {}

    const Token& now() const { return m_tokens[m_at]; }
    const Token& take() { return m_tokens[m_at + 1 < m_tokens.size() ? m_at++ : m_at]; }
    bool isDone() const { return now().kind == Token::Kind::End; }

    Result<Identifier> identifier()
    {
        const Token first = take();
        const bool isName = first.kind == Token::Kind::Word || first.kind == Token::Kind::Ticked || (first.kind == Token::Kind::Quoted && first.quote == '"');
        if (!isName)
            return refused(first.kind == Token::Kind::End ? "Invalid comparison clause. Expected 3 tokens found 0" : "Invalid clause(s) in filter string: '" + first.text + "'");
        if (now().kind != Token::Kind::Dot)
            return attribute(first.text, m_subject, m_use);
        take();
        const FilterRules& rules = rulesOf(m_subject);
        const auto found = rules.entities.find(first.text);
        if (found == rules.entities.end())
            return refused("Invalid entity type '" + first.text + "'. " + rules.entityNames);
        const std::string name = key();
        if (name.empty())
            return refused("Invalid identifier '" + first.text + ".'. Columns should be specified as 'attribute.<key>', 'metric.<key>', 'tag.<key>', or 'param.<key>'.");
        if (found->second == Entity::Attribute)
            return attribute(name, m_subject, m_use);
        if (found->second == Entity::Dataset && name != "name" && name != "digest" && name != "context")
            return refused("Invalid dataset key '" + name + "' specified. Valid keys are '{'name', 'digest', 'context'}'");
        return Identifier{found->second, name};
    }

    Result<Comparison> comparison()
    {
        const auto left = identifier();
        if (!left)
            return Failure(left.error());
        Comparison found{*left, Operator::Equal, {}, {}};
        const auto op = operation();
        if (!op)
            return Failure(op.error());
        found.op = *op;
        if (found.op == Operator::IsNull || found.op == Operator::IsNotNull)
            return found;
        const bool isList = found.op == Operator::In || found.op == Operator::NotIn;
        const std::size_t from = m_at;
        auto right = isList ? list() : single(*left);
        if (!right)
            return Failure(right.error());
        found.right = std::move(*right);
        for (std::size_t i = from; i < m_at; ++i)
            found.written += m_tokens[i].quote != 0 ? m_tokens[i].quote + m_tokens[i].text + m_tokens[i].quote : m_tokens[i].text;
        return found;
    }

private:
    std::string key()
    {
        std::string name = take().text;
        if (m_tokens[m_at - 1].kind != Token::Kind::Word)
            return name;
        while (now().isGlued && (now().kind == Token::Kind::Dot || now().kind == Token::Kind::Word || now().kind == Token::Kind::Number))
            name += take().text;
        return name;
    }

    Result<Operator> operation()
    {
        static const std::map<std::string, Operator, std::less<>> signs{{"=", Operator::Equal}, {"==", Operator::Equal}, {"!=", Operator::NotEqual}, {"<>", Operator::NotEqual},
            {">", Operator::Greater}, {">=", Operator::GreaterEqual}, {"<", Operator::Less}, {"<=", Operator::LessEqual}};
        const Token token = take();
        if (const auto found = signs.find(token.text); token.kind == Token::Kind::Operator && found != signs.end())
            return found->second;
        if (isWord(token, "like"))
            return Operator::Like;
        if (isWord(token, "ilike"))
            return Operator::ILike;
        if (isWord(token, "in"))
            return Operator::In;
        if (isWord(token, "not") && isWord(now(), "in")) {
            take();
            return Operator::NotIn;
        }
        if (isWord(token, "is") && isWord(now(), "null")) {
            take();
            return Operator::IsNull;
        }
        if (isWord(token, "is") && isWord(now(), "not") && isWord(m_tokens[std::min(m_at + 1, m_tokens.size() - 1)], "null")) {
            take();
            take();
            return Operator::IsNotNull;
        }
        return refused(token.kind == Token::Kind::End ? "Invalid clause(s) in filter string: a comparison ends before its operator" : "Invalid clause(s) in filter string: '" + token.text + "'");
    }

    Result<std::vector<Constant>> single(const Identifier& left)
    {
        const Token token = take();
        if (token.kind == Token::Kind::Quoted)
            return std::vector<Constant>{token.text};
        if (token.kind != Token::Kind::Number)
            return left.entity == Entity::Metric ? refused("Expected numeric value type for metric. Found " + token.text)
                                                 : refused("Parameter value is either not quoted or unidentified quote types used for string value " + token.text + ". Use either single or double quotes.");
        if (token.text.find_first_of(".eE") == std::string::npos) {
            if (const auto whole = JsonReader::toInteger(token.text))
                return std::vector<Constant>{*whole};
        }
        if (const auto real = JsonReader::toDouble(token.text))
            return std::vector<Constant>{*real};
        return refused("Invalid comparison clause: '" + token.text + "' is not a number.");
    }

    Result<std::vector<Constant>> list()
    {
        std::vector<Constant> items;
        if (take().kind != Token::Kind::Open)
            return refused("Invalid comparison clause: a list in parentheses must follow IN.");
        for (;;) {
            const Token token = take();
            if (token.kind != Token::Kind::Quoted)
                return refused("While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: " + token.text);
            items.emplace_back(token.text);
            const Token next = take();
            if (next.kind == Token::Kind::Close)
                return items;
            if (next.kind != Token::Kind::Comma)
                return refused("Invalid comparison clause: the list of IN is not closed.");
        }
    }

    std::vector<Token> m_tokens;
    Subject m_subject;
    Use m_use;
    std::size_t m_at = 0;
};

} // namespace

Result<std::vector<Comparison>> parseFilter(std::string_view text, Subject subject)
{
    auto tokens = splitFilter(text);
    if (!tokens)
        return Failure(tokens.error());
    for (std::size_t i = 1; i < tokens->size(); ++i) {
        if (isWord((*tokens)[i], "or") && (*tokens)[i - 1].kind != Token::Kind::Dot)
            return refused("Invalid clause(s) in filter string: 'OR'");
    }
    Parser parser(std::move(*tokens), subject, Use::Filter);
    std::vector<Comparison> filter;
    std::size_t values = 0;
    while (!parser.isDone()) {
        if (!filter.empty() && !isWord(parser.now(), "and"))
            return refused("Invalid clause(s) in filter string: '" + parser.now().text + "'");
        if (!filter.empty())
            parser.take();
        auto comparison = parser.comparison();
        if (!comparison)
            return Failure(comparison.error());
        if (auto good = checkComparison(*comparison, subject); !good)
            return Failure(good.error());
        values += comparison->right.size();
        filter.push_back(std::move(*comparison));
        if (filter.size() > ComparisonLimit || values > ValueLimit)
            return refused("A filter can hold at most " + std::to_string(ComparisonLimit) + " comparisons and " + std::to_string(ValueLimit) + " values.");
    }
    return filter;
}

Result<Ordering> parseOrdering(std::string_view text, Subject subject)
{
    auto tokens = splitFilter(text);
    if (!tokens)
        return Failure(tokens.error());
    Parser parser(std::move(*tokens), subject, Use::Order);
    const auto by = parser.identifier();
    if (!by)
        return Failure(by.error());
    Ordering ordering{*by, Ordering::Direction::Up};
    if (isWord(parser.now(), "desc"))
        ordering.direction = Ordering::Direction::Down;
    const bool isDirected = isWord(parser.now(), "desc") || isWord(parser.now(), "asc");
    if (isDirected)
        parser.take();
    if (by->entity == Entity::Dataset)
        return refused("Invalid identifier type 'dataset'");
    if (!parser.isDone())
        return refused(parser.now().kind == Token::Kind::Word && !isDirected ? "Invalid ordering key in order_by clause '" + std::string(text) + "'."
                                                                            : "Invalid order_by clause '" + std::string(text) + "'. Could not be parsed.");
    return ordering;
}

Result<std::vector<Ordering>> parseOrderings(const std::vector<std::string>& texts, Subject subject)
{
    std::vector<Ordering> orderings;
    std::set<std::pair<int, std::string>> seen;
    for (const std::string& text : texts) {
        auto ordering = parseOrdering(text, subject);
        if (!ordering)
            return Failure(ordering.error());
        if (!seen.emplace(static_cast<int>(ordering->by.entity), ordering->by.key).second)
            return refused("`order_by` contains duplicate fields: [" + quotedList(texts) + "]");
        orderings.push_back(std::move(*ordering));
    }
    return orderings;
}

} // namespace runyard::local
