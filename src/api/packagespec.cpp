#include "packagespec.h"

#include <algorithm>
#include <array>

namespace runyard::api {

namespace {

bool isLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool isNameByte(char c) { return isLetterOrDigit(c) || c == '-' || c == '_' || c == '.'; }
bool isSpace(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && (isSpace(text.back()) || text.back() == '\r' || text.back() == '\n'))
        text.remove_suffix(1);
    return text;
}

Failure wrong(std::string_view line, const std::string& what)
{
    std::string shown(line.substr(0, 80));
    return failure(Error::Code::Invalid, "“" + shown + "” is not a package: " + what);
}

// Takes a name off the front of `text`; empty where there is none.
std::string takeName(std::string_view& text)
{
    const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), isNameByte) - text.begin());
    std::string name(text.substr(0, end));
    if (name.empty() || !isLetterOrDigit(name.front()) || !isLetterOrDigit(name.back()))
        return {};
    text.remove_prefix(end);
    return name;
}

// Digits and dots first; letters, "!", "+" and the like later: 1.2, 2.21.*, 1!2.0rc1, 1.0+cpu.
bool isVersion(std::string_view version, bool mayEndInStar)
{
    if (mayEndInStar && version.size() > 2 && version.ends_with(".*"))
        version.remove_suffix(2);
    if (!version.empty() && (version.front() == 'v' || version.front() == 'V'))
        version.remove_prefix(1);
    if (version.empty() || version.front() < '0' || version.front() > '9' || !isLetterOrDigit(version.back()))
        return false;
    const auto isVersionByte = [](char c) { return isNameByte(c) || c == '!' || c == '+'; };
    return version.find("..") == version.npos && std::all_of(version.begin(), version.end(), isVersionByte);
}

// One comparison, as ">=1.2"; an error's message only, without the line.
Result<std::string> readComparison(std::string_view text)
{
    constexpr std::array<std::string_view, 8> operators{"===", "~=", "==", "!=", "<=", ">=", "<", ">"};
    const auto found = std::find_if(operators.begin(), operators.end(), [&](std::string_view op) { return text.starts_with(op); });
    if (found == operators.end() && text.starts_with("="))
        return failure(Error::Code::Invalid, "write two equals signs for a fixed version, as in ==2.21.");
    if (found == operators.end())
        return failure(Error::Code::Invalid, "after the name comes a comparison such as ==1.2 or >=1.2.");
    const std::string_view version = trimmed(text.substr(found->size()));
    if (version.empty())
        return failure(Error::Code::Invalid, "a version is missing after " + std::string(*found) + ".");
    if (*found != "===" && !isVersion(version, *found == "==" || *found == "!="))
        return failure(Error::Code::Invalid, "“" + std::string(version) + "” is not a version.");
    return std::string(*found) + std::string(version);
}

Result<std::string> readSpecifiers(std::string_view text)
{
    if (text.starts_with("(")) {
        if (!text.ends_with(")"))
            return failure(Error::Code::Invalid, "a closing parenthesis is missing.");
        text = text.substr(1, text.size() - 2);
    }
    std::string all;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const auto one = readComparison(trimmed(text.substr(0, comma)));
        if (!one)
            return one;
        all += (all.empty() ? "" : ",") + *one;
        text = trimmed(text.substr(std::min(comma + 1, text.size())));
    }
    return all;
}

Result<std::vector<std::string>> readExtras(std::string_view& text)
{
    std::vector<std::string> extras;
    const auto end = text.find(']');
    if (end == text.npos)
        return failure(Error::Code::Invalid, "a closing bracket is missing.");
    std::string_view inside = trimmed(text.substr(1, end - 1));
    text = trimmed(text.substr(end + 1));
    while (!inside.empty()) {
        const std::string extra = takeName(inside);
        inside = trimmed(inside);
        if (extra.empty() || (!inside.empty() && inside.front() != ','))
            return failure(Error::Code::Invalid, "between brackets stand names of extras, separated by commas.");
        extras.push_back(extra);
        inside = inside.empty() ? inside : trimmed(inside.substr(1));
    }
    return extras;
}

// What follows name and extras: a URL or comparisons, then perhaps a marker.
Result<> readRest(std::string_view rest, PackageSpec& spec)
{
    const bool isUrl = rest.starts_with("@");
    const auto marker = isUrl ? rest.find(" ;") : rest.find(';');
    if (marker != rest.npos) {
        spec.marker = trimmed(rest.substr(rest.find(';', marker) + 1));
        rest = trimmed(rest.substr(0, marker));
        if (spec.marker.empty())
            return failure(Error::Code::Invalid, "a condition is missing after the semicolon.");
    }
    if (isUrl) {
        spec.url = trimmed(rest.substr(1));
        const auto scheme = spec.url.substr(0, spec.url.find("://"));
        const bool isScheme = !scheme.empty() && scheme.size() < spec.url.size() && std::all_of(scheme.begin(), scheme.end(), [](char c) { return isNameByte(c) || c == '+'; });
        const bool isKnown = isScheme && spec.url.find_first_of(" \t") == std::string::npos;
        if (!isKnown)
            return failure(Error::Code::Invalid, "after @ comes a URL such as https://host/file.whl.");
        return {};
    }
    auto specifiers = readSpecifiers(rest);
    if (!specifiers)
        return Failure(std::move(specifiers).error());
    spec.specifiers = std::move(*specifiers);
    return {};
}

} // namespace

Result<PackageSpec> parsePackageSpec(std::string_view line)
{
    std::string_view text = trimmed(line);
    const std::string_view whole = text;
    if (text.empty())
        return failure(Error::Code::Invalid, "An empty line is not a package: write a name such as pandas.");
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; }))
        return wrong(whole.substr(0, whole.find_first_of("\r\n")), "write one package a line.");
    if (text.starts_with("-"))
        return wrong(whole, "options of pip are not taken here, write names such as pandas or pandas==2.2.");
    if (text.starts_with(".") || text.starts_with("/") || text.starts_with("~") || text.find("://") < text.find('@'))
        return wrong(whole, "write a name, or name @ https://… for a file.");
    PackageSpec spec;
    spec.name = takeName(text);
    if (spec.name.empty())
        return wrong(whole, "a name has letters, digits, “-”, “_” and “.”, and begins and ends with a letter or digit.");
    text = trimmed(text);
    if (text.starts_with("[")) {
        auto extras = readExtras(text);
        if (!extras)
            return wrong(whole, extras.error().message);
        spec.extras = std::move(*extras);
    }
    if (const auto rest = readRest(text, spec); !rest)
        return wrong(whole, rest.error().message);
    return spec;
}

std::string normalizedPackageName(std::string_view name)
{
    std::string result;
    for (const char c : name) {
        const bool isSeparator = c == '-' || c == '_' || c == '.';
        if (isSeparator && result.ends_with('-'))
            continue;
        result += isSeparator ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return result;
}

} // namespace runyard::api
