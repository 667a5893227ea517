#include "lexer.h"

#include <algorithm>
#include <cctype>

namespace runyard::local {

namespace {

bool isBare(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) || c == '_' || c == '-' || c == '/';
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

Token quoted(std::string_view text, std::size_t& at, bool& isClosed)
{
    const char quote = text[at++];
    Token token{quote == '`' ? Token::Kind::Ticked : Token::Kind::Quoted, {}, quote};
    for (isClosed = false; at < text.size() && !isClosed; ++at) {
        if (text[at] != quote)
            token.text += text[at];
        else if (at + 1 < text.size() && text[at + 1] == quote)
            token.text += text[at++];
        else
            isClosed = true;
    }
    return token;
}

Token number(std::string_view text, std::size_t& at)
{
    const std::size_t start = at++;
    while (at < text.size() && (isDigit(text[at]) || text[at] == '.' || text[at] == 'e' || text[at] == 'E'
                                || ((text[at] == '-' || text[at] == '+') && (text[at - 1] == 'e' || text[at - 1] == 'E'))))
        ++at;
    return {Token::Kind::Number, std::string(text.substr(start, at - start))};
}

Token sign(std::string_view text, std::size_t& at)
{
    for (const std::string_view op : {"!=", "<>", ">=", "<=", "==", "=", ">", "<"}) {
        if (text.substr(at).starts_with(op)) {
            at += op.size();
            return {Token::Kind::Operator, std::string(op)};
        }
    }
    const char c = text[at++];
    const auto kind = c == '(' ? Token::Kind::Open : c == ')' ? Token::Kind::Close : c == ',' ? Token::Kind::Comma : c == '.' ? Token::Kind::Dot : Token::Kind::End;
    return {kind, std::string(1, c)};
}

} // namespace

bool isWord(const Token& token, std::string_view lowerWord)
{
    return token.kind == Token::Kind::Word && std::equal(token.text.begin(), token.text.end(), lowerWord.begin(), lowerWord.end(),
                                                         [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

Result<std::vector<Token>> splitFilter(std::string_view text)
{
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const bool isGlued = at > 0 && !std::isspace(static_cast<unsigned char>(text[at - 1]));
        const char c = text[at];
        bool isClosed = true;
        if (std::isspace(static_cast<unsigned char>(c))) {
            ++at;
            continue;
        }
        const bool isNumber = isDigit(c) || (c == '-' && at + 1 < text.size() && (isDigit(text[at + 1]) || text[at + 1] == '.'));
        const bool isAfterDot = !tokens.empty() && tokens.back().kind == Token::Kind::Dot;
        if (c == '\'' || c == '"' || c == '`') {
            tokens.push_back(quoted(text, at, isClosed));
        } else if (isNumber && !isAfterDot) {
            tokens.push_back(number(text, at));
        } else if (isBare(c)) {
            const std::size_t start = at;
            while (at < text.size() && isBare(text[at]))
                ++at;
            tokens.push_back({Token::Kind::Word, std::string(text.substr(start, at - start))});
        } else {
            tokens.push_back(sign(text, at));
        }
        if (c == ';')
            return failure(Error::Code::Invalid, "Search filter contained multiple expression '" + std::string(text) + "'. Provide AND-ed expression list.");
        if (!isClosed || tokens.back().kind == Token::Kind::End)
            return failure(Error::Code::Invalid, "Invalid clause(s) in filter string: '" + std::string(text.substr(std::min(at, text.size()) - (isClosed ? 1 : 0))) + "'");
        tokens.back().isGlued = isGlued;
    }
    tokens.push_back({});
    return tokens;
}

} // namespace runyard::local
