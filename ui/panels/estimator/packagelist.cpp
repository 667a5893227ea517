#include "packagelist.h"

#include <cctype>

namespace runyard {

namespace {

bool startsName(const std::string& text, std::size_t at)
{
    return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at]));
}

std::size_t skipBlanks(const std::string& text, std::size_t at)
{
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
        ++at;
    return at;
}

void keep(std::vector<std::string>& all, std::string& one)
{
    const auto first = one.find_first_not_of(" \t,");
    if (first != std::string::npos)
        all.push_back(one.substr(first, one.find_last_not_of(" \t,") - first + 1));
    one.clear();
}

bool endsWithin(const std::string& one)
{
    const bool hasTail = one.find_first_of(";@") != std::string::npos;
    const char last = one.empty() ? ' ' : one.back();
    return hasTail || !(std::isalnum(static_cast<unsigned char>(last)) || last == ']' || last == '*');
}

} // namespace

std::vector<std::string> splitPackages(const std::string& text)
{
    std::vector<std::string> all;
    std::string one;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        depth += c == '[' ? 1 : c == ']' ? -1 : 0;
        const std::size_t next = skipBlanks(text, i + 1);
        const bool isComma = c == ',' && depth <= 0 && startsName(text, next);
        const bool isBlank = (c == ' ' || c == '\t') && depth <= 0 && !endsWithin(one) && startsName(text, next);
        if (c == '\n' || c == '\r' || isComma || isBlank)
            keep(all, one);
        else
            one += c;
    }
    keep(all, one);
    return all;
}

std::string joinPackages(const std::vector<std::string>& packages)
{
    std::string text;
    for (const std::string& package : packages)
        text += (text.empty() ? "" : ", ") + package;
    return text;
}

} // namespace runyard
