#include "sharedkey.h"

#include "sas.h"

#include "api/uri.h"
#include "core/hash.h"
#include "core/time.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace runyard::local {

namespace {

constexpr std::string_view scheme = "SharedKey ";
constexpr Millis clockTolerance = 15 * 60'000;

Failure refused(const std::string& why)
{
    return failure(Error::Code::Forbidden, "The request's signature is not valid: " + why, "AuthenticationFailed");
}

// The service orders header names by a culture's rules: '-' and '\'' do not count at first, '_' and other signs come before digits, these before letters.
std::string weightOf(const std::string& name)
{
    constexpr std::string_view order = "!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz";
    std::string weight;
    for (const char c : name) {
        if (c != '-' && c != '\'')
            weight += static_cast<char>(std::min(order.find(c), order.size()) + 1);
    }
    return weight;
}

bool isBefore(const std::string& one, const std::string& other)
{
    const std::string first = weightOf(one);
    const std::string second = weightOf(other);
    if (first != second)
        return first < second;
    // Only hyphens differ: where one comes later, its name comes first.
    const auto at = std::ranges::mismatch(one, other);
    return at.in1 != one.end() && at.in2 != other.end() && *at.in2 == '-' && *at.in1 != '-';
}

// Names in lower case, values decoded once ('+' stays), several of one name joined by commas.
std::map<std::string, std::string> queryOf(const std::string& target)
{
    std::map<std::string, std::string> values;
    auto rest = std::string_view(target);
    rest.remove_prefix(std::min(rest.find('?'), rest.size()));
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto pair = rest.substr(0, std::min(rest.find('&'), rest.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        std::string name = api::decode(pair.substr(0, equals));
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        const std::string value = api::decode(pair.substr(std::min(equals + 1, pair.size())));
        if (const auto [place, isNew] = values.emplace(name, value); !isNew)
            place->second += ',' + value;
        rest.remove_prefix(pair.size());
    }
    values.erase("");
    return values;
}

Millis dateOf(const Request& request)
{
    const std::string text = request.header(request.headers.contains("x-ms-date") ? "x-ms-date" : "date");
    std::tm parts{};
    return ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) ? static_cast<Millis>(::timegm(&parts)) * 1000 : 0;
}

} // namespace

std::string sharedKeyText(const Request& request, const std::string& account, HeaderOrder order)
{
    std::string text = request.method + '\n';
    const bool hasOwnDate = request.headers.contains("x-ms-date");
    for (const char* name : {"content-encoding", "content-language", "content-length", "content-md5", "content-type", "date", "if-modified-since", "if-match", "if-none-match",
             "if-unmodified-since", "range"}) {
        const std::string value = request.header(name);
        const bool isLeftOut = (name == std::string_view("content-length") && value == "0") || (name == std::string_view("date") && hasOwnDate);
        text += (isLeftOut ? "" : value) + '\n';
    }
    std::vector<std::pair<std::string, std::string>> own;
    for (auto at = request.headers.lower_bound("x-ms-"); at != request.headers.end() && at->first.starts_with("x-ms-"); ++at)
        own.emplace_back(*at);
    if (order == HeaderOrder::Service)
        std::ranges::stable_sort(own, isBefore, [](const auto& header) { return header.first; });
    for (const auto& [name, value] : own)
        text += name + ':' + value + '\n';
    text += '/' + account + request.path;
    for (const auto& [name, value] : queryOf(request.target))
        text += '\n' + name + ':' + value;
    return text;
}

Result<> checkSharedKey(const Request& request, const std::string& key)
{
    const std::string given = request.header("authorization");
    const auto colon = given.rfind(':');
    if (!given.starts_with(scheme) || colon == std::string::npos)
        return refused("“Authorization: SharedKey {account}:{signature}” is what is understood here.");
    const std::string account = given.substr(scheme.size(), colon - scheme.size());
    const std::string signature = given.substr(colon + 1);
    const auto names = accountNames(request);
    if (std::ranges::find(names, account) == names.end())
        return refused("the account here is “" + std::string(accountName) + "”, not “" + account + "”.");
    // What the text would not tell from another query: a line break, or a colon in a name.
    for (const auto& [name, value] : queryOf(request.target)) {
        if (name.find_first_of(":\n") != std::string::npos || value.find('\n') != std::string::npos)
            return refused("a query of that kind cannot be signed by the account's key, because the signature could stand for another one too.");
    }
    if (std::llabs(dateOf(request) - nowMillis()) > clockTolerance)
        return refused("its x-ms-date is not within 15 minutes of this machine's clock.");
    const bool isGenuine = equalInConstantTime(toBase64(hmacSha256(key, sharedKeyText(request, account, HeaderOrder::Service))), signature);
    const bool isByBytes = equalInConstantTime(toBase64(hmacSha256(key, sharedKeyText(request, account, HeaderOrder::Bytes))), signature);
    if (!isGenuine && !isByBytes)
        return refused("it was made with another key, or for another request.");
    return {};
}

} // namespace runyard::local
