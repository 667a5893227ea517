#include "sas.h"

#include "api/uri.h"
#include "core/hash.h"
#include "core/time.h"

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

std::string toSign(const Values& values, const std::string& resource)
{
    const auto value = [&](const char* name) {
        const auto found = values.find(name);
        return found == values.end() ? std::string() : found->second;
    };
    std::string text = value("sp") + '\n' + value("st") + '\n' + value("se") + '\n' + resource;
    for (const char* name : {"si", "sip", "spr", "sv", "sr", "snapshot", "ses", "rscc", "rscd", "rsce", "rscl", "rsct"})
        text += '\n' + value(name);
    return text;
}

std::string resourceOf(const std::string& container, const std::string& blob)
{
    return "/blob/" + std::string(accountName) + '/' + container + (blob.empty() ? "" : '/' + blob);
}

Failure refused(const std::string& why)
{
    return failure(Error::Code::Forbidden, "The signature of this address does not allow that: " + why);
}

} // namespace

std::string Sas::sign(const std::string& container, const std::string& blob, const std::string& permissions, std::chrono::seconds life) const
{
    const Millis now = nowMillis();
    Values values;
    values["sv"] = "2021-10-04";
    values["sr"] = blob.empty() ? "c" : "b";
    values["sp"] = permissions;
    values["st"] = momentText(now - 5 * 60 * 1000);  // clocks differ
    values["se"] = momentText(now + std::chrono::duration_cast<std::chrono::milliseconds>(life).count());
    values["sig"] = toBase64(hmacSha256(m_key, toSign(values, resourceOf(container, blob))));
    std::string query;
    for (const auto& [name, value] : values)
        query += (query.empty() ? "" : "&") + name + '=' + api::encode(value);
    return query;
}

Result<> Sas::check(const Values& query, const std::string& container, const std::string& blob, char permission) const
{
    const auto value = [&](const char* name) {
        const auto found = query.find(name);
        return found == query.end() ? std::string() : found->second;
    };
    const std::string scope = value("sr");
    if (value("sv") < "2020-12-06" || (scope != "b" && scope != "c") || (scope == "b" && blob.empty()))
        return refused("it is not of a kind this service knows.");
    const std::string signature = toBase64(hmacSha256(m_key, toSign(query, resourceOf(container, scope == "b" ? blob : std::string()))));
    if (!equalInConstantTime(signature, value("sig")))
        return refused("it was made for something else.");
    const Millis now = nowMillis();
    const Millis begin = fromIso(value("st"));
    if (fromIso(value("se")) <= now || (begin > 0 && begin > now))
        return refused("its time is over.");
    if (value("sp").find(permission) == std::string::npos)
        return refused("it is for other operations.");
    return {};
}

std::string blobUrl(const std::string& base, const std::string& container, const std::string& blob)
{
    return base + '/' + accountName + '/' + container + (blob.empty() ? "" : '/' + api::encodePath(blob));
}

} // namespace runyard::local
