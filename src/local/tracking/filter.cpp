#include "filter.h"

#include "jsonreader.h"
#include "lexer.h"

#include <algorithm>
#include <map>

namespace runyard::local {

namespace {

using Entity = Identifier::Entity;
using Operator = Comparison::Operator;

Failure refused(std::string message) { return failure(Error::Code::Invalid, std::move(message)); }

const std::map<std::string, Entity, std::less<>>& entities(Subject subject)
{
    static const std::map<std::string, Entity, std::less<>> ofRuns{{"metric", Entity::Metric}, {"metrics", Entity::Metric}, {"parameter", Entity::Param},
        {"parameters", Entity::Param}, {"param", Entity::Param}, {"params", Entity::Param}, {"tag", Entity::Tag}, {"tags", Entity::Tag}, {"attribute", Entity::Attribute},
        {"attributes", Entity::Attribute}, {"attr", Entity::Attribute}, {"run", Entity::Attribute}, {"dataset", Entity::Dataset}, {"datasets", Entity::Dataset}};
    static const std::map<std::string, Entity, std::less<>> ofExperiments{{"tag", Entity::Tag}, {"tags", Entity::Tag}, {"attribute", Entity::Attribute}};
    return subject == Subject::Runs ? ofRuns : ofExperiments;
}

bool isNumeric(const std::string& attribute)
{
    return attribute == "start_time" || attribute == "end_time" || attribute == "creation_time" || attribute == "last_update_time";
}

Result<Identifier> attribute(std::string key, Subject subject)
{
    static const std::vector<std::string> ofRuns{"run_id", "run_name", "status", "user_id", "artifact_uri", "start_time", "end_time"};
    static const std::vector<std::string> ofExperiments{"name", "experiment_id", "creation_time", "last_update_time"};
    if (key == "created" || key == "Created")
        key = "start_time";
    if (key == "run name" || key == "Run name" || key == "Run Name")
        key = "run_name";
    const auto& valid = subject == Subject::Runs ? ofRuns : ofExperiments;
    if (std::find(valid.begin(), valid.end(), key) != valid.end())
        return Identifier{Entity::Attribute, key};
    std::string list;
    for (const std::string& name : valid)
        list += (list.empty() ? "'" : ", '") + name + "'";
    return refused("Invalid attribute key '" + key + "' specified. Valid keys are '{" + list + "}'");
}

// Reads tokens from left to right.
class Parser {
public:
    Parser(std::vector<Token> tokens, Subject subject) : m_tokens(std::move(tokens)), m_subject(subject) {}

    const Token& now() const { return m_tokens[m_at]; }
    const Token& take() { return m_tokens[m_at + 1 < m_tokens.size() ? m_at++ : m_at]; }
    bool isDone() const { return now().kind == Token::Kind::End; }

    Result<Identifier> identifier()
    {
        const Token first = take();
        const bool isName = first.kind == Token::Kind::Word || first.kind == Token::Kind::Ticked || (first.kind == Token::Kind::Quoted && first.quote == '"');
        if (!isName)
            return refused("Invalid comparison clause: the left side is '" + first.text + "', a name was expected.");
        if (now().kind != Token::Kind::Dot)
            return attribute(first.text, m_subject);
        take();
        const auto found = entities(m_subject).find(first.text);
        if (found == entities(m_subject).end())
            return refused("Invalid entity type '" + first.text + "'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset'].");
        const std::string name = key();
        if (name.empty())
            return refused("Invalid identifier '" + first.text + ".'. Columns should be specified as 'attribute.<key>', 'metric.<key>', 'tag.<key>', or 'param.<key>'.");
        if (found->second == Entity::Attribute)
            return attribute(name, m_subject);
        return Identifier{found->second, name};
    }

    Result<Comparison> comparison()
    {
        const auto left = identifier();
        if (!left)
            return Failure(left.error());
        Comparison found{*left, Operator::Equal, {}};
        const auto op = operation();
        if (!op)
            return Failure(op.error());
        found.op = *op;
        const bool isList = found.op == Operator::In || found.op == Operator::NotIn;
        auto right = isList ? list() : single();
        if (!right)
            return Failure(right.error());
        found.right = std::move(*right);
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
        return refused("Invalid comparison clause: '" + token.text + "' is no operator.");
    }

    Result<std::vector<Constant>> single()
    {
        const Token token = take();
        if (token.kind == Token::Kind::Quoted)
            return std::vector<Constant>{token.text};
        if (token.kind != Token::Kind::Number)
            return refused("Invalid comparison clause: expected a quoted string value or a number, found '" + token.text + "'.");
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
    std::size_t m_at = 0;
};

Result<> checkOperator(const Comparison& comparison, bool isNumber)
{
    const bool isOrder = comparison.op == Operator::Greater || comparison.op == Operator::GreaterEqual || comparison.op == Operator::Less || comparison.op == Operator::LessEqual;
    const bool isText = comparison.op == Operator::Like || comparison.op == Operator::ILike || comparison.op == Operator::In || comparison.op == Operator::NotIn;
    if (isNumber ? isText : isOrder)
        return refused("Invalid comparator for '" + comparison.left.key + "'; it is " + (isNumber ? "a number" : "a text") + ".");
    return {};
}

Result<> check(const Comparison& comparison)
{
    const Identifier& left = comparison.left;
    const bool isList = comparison.op == Operator::In || comparison.op == Operator::NotIn;
    const bool isNumber = left.entity == Entity::Metric || (left.entity == Entity::Attribute && isNumeric(left.key));
    if (auto good = checkOperator(comparison, isNumber); !good)
        return good;
    const bool isText = std::holds_alternative<std::string>(comparison.right.front());
    const std::string found = isText ? "'" + std::get<std::string>(comparison.right.front()) + "'" : "a number";
    if (isNumber && isText)
        return refused("Expected numeric value type for " + std::string(left.entity == Entity::Metric ? "metric" : "numeric attribute: " + left.key) + ". Found " + found);
    if (!isNumber && !isText)
        return refused("Expected a quoted string value for " + std::string(left.entity == Entity::Param ? "parameter" : left.entity == Entity::Tag ? "tag" : "attributes")
                       + " (e.g. 'my-value'). Got value " + found);
    const bool mayList = left.entity == Entity::Dataset || (left.entity == Entity::Attribute && left.key == "run_id");
    if (isList && !mayList)
        return refused("Only the 'run_id' attribute supports comparison with a list of quoted string values.");
    return {};
}

} // namespace

Result<std::vector<Comparison>> parseFilter(std::string_view text, Subject subject)
{
    auto tokens = splitFilter(text);
    if (!tokens)
        return Failure(tokens.error());
    Parser parser(std::move(*tokens), subject);
    std::vector<Comparison> filter;
    while (!parser.isDone()) {
        if (!filter.empty() && !isWord(parser.now(), "and"))
            return refused("Invalid clause(s) in filter string: '" + parser.now().text + "'");
        if (!filter.empty())
            parser.take();
        auto comparison = parser.comparison();
        if (!comparison)
            return Failure(comparison.error());
        if (auto good = check(*comparison); !good)
            return Failure(good.error());
        filter.push_back(std::move(*comparison));
    }
    return filter;
}

Result<Ordering> parseOrdering(std::string_view text, Subject subject)
{
    auto tokens = splitFilter(text);
    if (!tokens)
        return Failure(tokens.error());
    Parser parser(std::move(*tokens), subject);
    const auto by = parser.identifier();
    if (!by)
        return Failure(by.error());
    Ordering ordering{*by, Ordering::Direction::Up};
    if (isWord(parser.now(), "desc"))
        ordering.direction = Ordering::Direction::Down;
    if (isWord(parser.now(), "desc") || isWord(parser.now(), "asc"))
        parser.take();
    if (!parser.isDone() || by->entity == Entity::Dataset)
        return refused("Invalid order_by clause '" + std::string(text) + "'.");
    return ordering;
}

} // namespace runyard::local
