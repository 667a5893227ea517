#include "sas.h"

#include "sastext.h"

#include "api/uri.h"
#include "core/hash.h"
#include "core/time.h"

#include <arpa/inet.h>

#include <algorithm>
#include <ctime>

namespace runyard::local {

namespace {

using Values = std::map<std::string, std::string>;

std::string momentText(Millis moment)
{
    const auto seconds = static_cast<std::time_t>(moment / 1000);
    char text[32];
    std::tm parts{};
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&seconds, &parts));
    return text;
}

// Azure allows moments without seconds and days alone.
Millis momentOf(std::string text)
{
    if (text.size() == 10)
        text += "T00:00:00Z";
    if (text.size() == 17 && text.ends_with('Z'))
        text.insert(16, ":00");
    return fromIso(text);
}

std::string resourceOf(const std::string& account, const std::string& container, const std::string& blob)
{
    return "/blob/" + account + '/' + container + (blob.empty() ? "" : '/' + blob);
}

Failure refused(const char* code, const std::string& why)
{
    return failure(Error::Code::Forbidden, "The signature of this address does not allow that: " + why, code);
}

// The first `depth` parts of a name, empty where it has fewer.
std::string folderOf(const std::string& blob, const std::string& depth)
{
    std::size_t end = 0;
    const auto wanted = std::strtoul(depth.c_str(), nullptr, 10);
    for (std::size_t part = 0; part < wanted; ++part) {
        if (end >= blob.size())
            return {};
        end = std::min(blob.find('/', part == 0 ? 0 : end + 1), blob.size());
    }
    return wanted == 0 ? std::string() : blob.substr(0, end);
}

// What the signature was made for, seen from what is asked: the folder above it, the blob, or nothing for the container.
Result<std::string> signedName(const Request& request, const SasNeed& need)
{
    const std::string scope = request.queried("sr");
    const bool isAccount = sasKindOf(request.query) == SasKind::Account;
    if (isAccount || scope == "c")
        return std::string();
    if (scope != "b" && scope != "d")
        return refused("AuthenticationFailed", "it is not of a kind this service knows (sr is b, c or d; or an account's).");
    // Listing a folder is asked of the container, with the folder as prefix.
    const std::string within = need.blob.empty() ? request.queried("prefix") : need.blob;
    const std::string name = scope == "b" ? need.blob : folderOf(within, request.queried("sdd"));
    if (name.empty() || (scope == "d" && need.blob.empty() && !within.starts_with(name + '/')))
        return refused("AuthenticationFailed", "it was made for something inside of what is asked for.");
    return name;
}

Result<> checkTime(const std::string& begin, const std::string& end)
{
    const Millis now = nowMillis();
    if (momentOf(end) <= now)
        return refused("AuthenticationFailed", "its time was over at " + (end.empty() ? std::string("no moment it names") : end) + ".");
    if (!begin.empty() && (momentOf(begin) == 0 || momentOf(begin) > now))
        return refused("AuthenticationFailed", "its time has not begun; it begins at " + begin + ".");
    return {};
}

// Clients are on this machine: "sip" must let 127.0.0.1 in.
bool isLoopbackIn(const std::string& range)
{
    const auto dash = std::min(range.find('-'), range.size());
    const std::string from = range.substr(0, dash);
    const std::string to = dash < range.size() ? range.substr(dash + 1) : from;
    in_addr first{};
    in_addr last{};
    if (::inet_pton(AF_INET, from.c_str(), &first) != 1 || ::inet_pton(AF_INET, to.c_str(), &last) != 1)
        return from == "::1";
    return ntohl(first.s_addr) <= INADDR_LOOPBACK && INADDR_LOOPBACK <= ntohl(last.s_addr);
}

Result<> checkUse(const Request& request, const SasNeed& need, SasKind kind)
{
    const std::string protocol = request.queried("spr");
    if (protocol == "https" && !request.base.starts_with("https://"))
        return refused("AuthorizationProtocolMismatch", "it is for https only; use the service's TLS address.");
    if (const std::string range = request.queried("sip"); !range.empty() && !isLoopbackIn(range))
        return refused("AuthorizationSourceIPMismatch", "it is for clients at " + range + ", and this one is on the same machine.");
    if (kind != SasKind::Account && need.of == SasNeed::Of::Account)
        return refused("AuthorizationPermissionMismatch", "that takes a signature for the account, the account's key or a token.");
    if (kind == SasKind::Account) {
        const char type = need.container.empty() ? 's' : need.blob.empty() ? 'c' : 'o';
        if (request.queried("ss").find('b') == std::string::npos)
            return refused("AuthorizationServiceMismatch", "it is not for blobs.");
        if (request.queried("srt").find(type) == std::string::npos)
            return refused("AuthorizationResourceTypeMismatch", std::string("its srt does not name “") + type + "”.");
    }
    if (request.queried("sp").find_first_of(need.permissions) == std::string::npos)
        return refused("AuthorizationPermissionMismatch", "it is for other operations; its sp would need one of “" + need.permissions + "”.");
    return {};
}

Result<> checkDelegation(const Request& request)
{
    const Millis now = nowMillis();
    const Millis begin = momentOf(request.queried("skt"));
    const Millis end = momentOf(request.queried("ske"));
    if (request.queried("sks") != "b" || begin > now || end <= now || end - begin > 7 * 24 * 3'600'000LL)
        return refused("AuthenticationFailed", "the user delegation key it was made with is not valid now.");
    return {};
}

} // namespace

std::string Sas::accountKey() const
{
    return toBase64(m_key);
}

std::string Sas::delegationKey(const Values& fields) const
{
    std::string text = "user delegation";
    for (const char* name : {"skoid", "sktid", "skt", "ske", "sks", "skv", "skdutid"}) {
        const auto found = fields.find(name);
        text += '\n' + (found == fields.end() ? std::string() : found->second);
    }
    return hmacSha256(m_key, text);
}

std::string Sas::sign(const std::string& container, const std::string& blob, const std::string& permissions, std::chrono::seconds life) const
{
    const Millis now = nowMillis();
    Values values;
    values["sv"] = "2021-10-04";
    values["sr"] = blob.empty() ? "c" : "b";
    values["sp"] = permissions;
    values["st"] = momentText(now - 5 * 60 * 1000);  // clocks differ
    values["se"] = momentText(now + std::chrono::duration_cast<std::chrono::milliseconds>(life).count());
    values["sig"] = toBase64(hmacSha256(m_key, serviceSasText(values, resourceOf(accountName, container, blob))));
    std::string query;
    for (const auto& [name, value] : values)
        query += (query.empty() ? "" : "&") + name + '=' + api::encode(value);
    return query;
}

Result<> Sas::check(const Request& request, const SasNeed& need) const
{
    const SasKind kind = sasKindOf(request.query);
    if (request.queried("sv") < "2018-11-09")
        return refused("AuthenticationFailed", "signatures are understood from version 2018-11-09 on.");
    if (!request.queried("si").empty())
        return refused("AuthenticationFailed", "it names a stored access policy, and this service keeps none.");
    // A line break in a value could pass one field's text off as another's.
    if (std::ranges::any_of(request.query, [](const auto& entry) { return entry.second.find('\n') != std::string::npos; }))
        return refused("AuthenticationFailed", "it holds line breaks.");
    // So could a colon in the name of something that the signature binds.
    if ((request.queried("srh") + request.queried("srq")).find(':') != std::string::npos)
        return refused("AuthenticationFailed", "it binds a name that holds a colon.");
    const auto name = signedName(request, need);
    if (!name)
        return Failure(name.error());
    if (kind != SasKind::Account && need.container.empty())
        return refused("AuthenticationFailed", "it was made for a container or something inside, not for the account.");
    const std::string key = kind == SasKind::Delegated ? delegationKey(request.query) : m_key;
    bool isGenuine = false;
    for (const auto& account : accountNames(request)) {
        const std::string resource = resourceOf(account, need.container, *name);
        const std::string text = kind == SasKind::Account ? accountSasText(request.query, account)
            : kind == SasKind::Delegated                 ? delegatedSasText(request, resource)
                                                         : serviceSasText(request.query, resource);
        isGenuine = equalInConstantTime(toBase64(hmacSha256(key, text)), request.queried("sig")) || isGenuine;
    }
    if (!isGenuine)
        return refused("AuthenticationFailed", "it was made for something else, by another key, or was changed.");
    auto checked = kind == SasKind::Delegated ? checkDelegation(request) : Result<>();
    if (checked)
        checked = checkTime(request.queried("st"), request.queried("se"));
    return checked ? checkUse(request, need, kind) : checked;
}

std::vector<std::string> accountNames(const Request& request)
{
    return {accountName, std::string(accountName) + ".blob.core.windows.net", request.header("host") + '/' + accountName};
}

std::string blobUrl(const std::string& base, const std::string& container, const std::string& blob)
{
    return base + '/' + accountName + '/' + container + (blob.empty() ? "" : '/' + api::encodePath(blob));
}

} // namespace runyard::local
