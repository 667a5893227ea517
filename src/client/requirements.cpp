#include "script.h"

#include <algorithm>
#include <string_view>

namespace runyard::client {

namespace {

constexpr std::string_view Blank = " \t";

std::string_view trimmed(std::string_view text)
{
    const auto from = text.find_first_not_of(Blank);
    return from == std::string_view::npos ? std::string_view() : text.substr(from, text.find_last_not_of(Blank) + 1 - from);
}

bool isWordCharacter(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
}

// Takes a name off the front.
std::string_view takeName(std::string_view& text)
{
    std::size_t length = 0;
    while (length < text.size() && isWordCharacter(text[length]))
        ++length;
    const auto name = text.substr(0, length);
    text = trimmed(text.substr(length));
    return name;
}

bool isName(std::string_view name)
{
    return !name.empty() && std::isalnum(static_cast<unsigned char>(name.front())) && std::isalnum(static_cast<unsigned char>(name.back()));
}

bool isVersionClause(std::string_view clause)
{
    clause = trimmed(clause);
    for (const std::string_view sign : {"===", "==", "~=", "!=", "<=", ">=", "<", ">"}) {
        if (!clause.starts_with(sign))
            continue;
        const auto version = trimmed(clause.substr(sign.size()));
        return !version.empty() && std::all_of(version.begin(), version.end(), [](char c) { return isWordCharacter(c) || c == '*' || c == '+' || c == '!'; });
    }
    return false;
}

bool areVersionClauses(std::string_view text)
{
    if (text.starts_with('(') && text.ends_with(')'))
        text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
        const auto comma = text.find(',');
        if (!isVersionClause(text.substr(0, comma)))
            return false;
        if (comma == std::string_view::npos)
            return true;
        text = trimmed(text.substr(comma + 1));
    }
    return true;
}

} // namespace

std::string packageFault(const std::string& line)
{
    std::string_view text = trimmed(line);
    const std::string quoted = "“" + std::string(text) + "”";
    if (text.empty())
        return "This package has no name; fill it in or remove it.";
    if (text.find('\n') != std::string_view::npos)
        return "One package a line.";
    if (text.starts_with('-'))
        return quoted + " is an option of pip; only packages can stand here.";
    if (text.find("://") != std::string_view::npos && text.find(" @ ") == std::string_view::npos)
        return text.find(' ') == std::string_view::npos ? std::string() : quoted + " is not an address pip understands.";
    const auto name = takeName(text);
    if (!isName(name))
        return quoted + " is not a package name; use letters, digits, “.”, “-” and “_”.";
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return quoted + " lacks the “]” after its extras.";
        text = trimmed(text.substr(end + 1));
    }
    if (text.starts_with('@'))
        return trimmed(text.substr(1)).empty() ? quoted + " lacks the address after “@”." : std::string();
    text = trimmed(text.substr(0, text.find(';')));
    if (text.starts_with('=') && !text.starts_with("=="))
        return quoted + ": a version is fixed with “==”, as in “" + std::string(name) + "==1.2”.";
    return areVersionClauses(text) ? std::string() : quoted + " is not a requirement pip understands; write it like “" + std::string(name) + ">=1.2,<2”.";
}

std::string shellQuoted(const std::string& word)
{
    const auto isPlain = [](unsigned char c) { return std::isalnum(c) || std::string_view("@%+=:,./-_").find(static_cast<char>(c)) != std::string_view::npos || c >= 0x80; };
    if (!word.empty() && std::all_of(word.begin(), word.end(), isPlain))
        return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? "'\"'\"'" : std::string(1, c);
    return quoted + '\'';
}

std::vector<std::string> shellWords(const std::string& line)
{
    std::vector<std::string> words;
    std::string word;
    bool isOpen = false;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote == 0 && line.compare(i, 3, "${{") == 0 && line.find("}}", i) != std::string::npos) {
            const auto end = line.find("}}", i) + 2;
            word += line.substr(i, end - i);
            isOpen = true;
            i = end - 1;
        } else if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            isOpen = true;
        } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
            word += line[++i];
            isOpen = true;
        } else if (quote == 0 && std::isspace(static_cast<unsigned char>(c))) {
            if (isOpen)
                words.push_back(std::exchange(word, {}));
            isOpen = false;
        } else {
            word += c;
            isOpen = true;
        }
    }
    if (isOpen)
        words.push_back(word);
    return words;
}

} // namespace runyard::client
