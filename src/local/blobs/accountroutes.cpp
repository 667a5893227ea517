// The blob service as a whole: what it is, and keys that delegate.
#include "blobroutes.h"
#include "blobxml.h"

#include "core/hash.h"
#include "core/time.h"

namespace runyard::local {

namespace {

constexpr Millis longestDelegation = 7 * 24 * 3'600'000LL;

// A guid that this account's key stands for, always the same.
std::string guidOf(const Sas& sas, const std::string& name)
{
    const std::string hex = toHex(hmacSha256(sas.key(), name)).substr(0, 32);
    return hex.substr(0, 8) + '-' + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-a" + hex.substr(17, 3) + '-' + hex.substr(20);
}

std::string toSeconds(Millis moment)
{
    return toIso(moment).substr(0, 19) + 'Z';
}

} // namespace

Task<Response> accountInformation(BlobCall)
{
    co_return Response::empty(200).with("x-ms-sku-name", "Standard_LRS").with("x-ms-account-kind", "StorageV2").with("x-ms-is-hns-enabled", "false");
}

Task<Response> serviceProperties(BlobCall)
{
    pugi::xml_document document;
    auto root = beginXml(document, "StorageServiceProperties");
    auto logging = root.append_child("Logging");
    for (const auto& [name, value] : {std::pair("Version", "1.0"), std::pair("Delete", "false"), std::pair("Read", "false"), std::pair("Write", "false")})
        addText(logging, name, value);
    addText(logging.append_child("RetentionPolicy"), "Enabled", "false");
    for (const char* metrics : {"HourMetrics", "MinuteMetrics"}) {
        auto node = root.append_child(metrics);
        addText(node, "Version", "1.0");
        addText(node, "Enabled", "false");
        addText(node.append_child("RetentionPolicy"), "Enabled", "false");
    }
    root.append_child("Cors");
    addText(root.append_child("DeleteRetentionPolicy"), "Enabled", "false");
    addText(root.append_child("StaticWebsite"), "Enabled", "false");
    co_return xmlAnswer(document);
}

Task<Response> userDelegationKey(BlobCall call)
{
    Request& request = call.request;
    if (request.who.kind != Identity::Kind::Owner)
        co_return blobError(request, 403, "AuthorizationFailure", "A user delegation key is given for a token only, not for a key or a signature.");
    const auto text = co_await request.text(64 << 10);
    if (!text)
        co_return blobError(request, text.error());
    pugi::xml_document document;
    const bool isXml = readXml(document, *text);
    const Millis now = nowMillis();
    const auto info = document.child("KeyInfo");
    const Millis end = fromIso(info.child_value("Expiry"));
    const Millis begin = *info.child_value("Start") ? fromIso(info.child_value("Start")) : now;
    if (!isXml || end <= now || begin == 0 || end <= begin)
        co_return blobError(request, 400, "InvalidXmlNodeValue", "Send <KeyInfo><Start>…</Start><Expiry>…</Expiry></KeyInfo> with an end in the future.");
    if (end - begin > longestDelegation)
        co_return blobError(request, 400, "InvalidXmlNodeValue", "A user delegation key is valid for seven days at most.");
    const std::string version = request.header("x-ms-version").empty() ? "2021-10-04" : request.header("x-ms-version");
    std::map<std::string, std::string> fields{{"skoid", guidOf(call.parts.sas, "owner")}, {"sktid", guidOf(call.parts.sas, "tenant")}, {"skt", toSeconds(begin)}, {"ske", toSeconds(end)}, {"sks", "b"},
        {"skv", version}};
    if (const std::string tenant = info.child_value("DelegatedUserTid"); !tenant.empty())
        fields["skdutid"] = tenant;
    pugi::xml_document answer;
    auto root = beginXml(answer, "UserDelegationKey");
    for (const auto& [node, field] : {std::pair("SignedOid", "skoid"), std::pair("SignedTid", "sktid"), std::pair("SignedStart", "skt"), std::pair("SignedExpiry", "ske"),
             std::pair("SignedService", "sks"), std::pair("SignedVersion", "skv")})
        addText(root, node, fields[field]);
    if (fields.contains("skdutid"))
        addText(root, "SignedDelegatedUserTid", fields["skdutid"]);
    addText(root, "Value", toBase64(call.parts.sas.delegationKey(fields)));
    co_return xmlAnswer(answer);
}

} // namespace runyard::local
