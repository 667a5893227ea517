// Shared access signatures and Shared Key: what is signed is taken, and nothing that differs from it in what it says.
#include "target.h"

#include "api/uri.h"
#include "core/hash.h"
#include "local/blobs/sas.h"
#include "local/blobs/sastext.h"
#include "local/blobs/sharedkey.h"
#include "local/server/guard.h"

#include <algorithm>
#include <ctime>
#include <vector>

namespace {

using namespace runyard;
using namespace runyard::local;
using runyard::fuzz::wanted;
using Values = std::map<std::string, std::string>;

const std::string key = "0123456789abcdef0123456789abcdef";

std::string takeLine(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

Request asked(const std::string& method, const std::string& target)
{
    Request request = toRequest(method, target);
    request.base = "https://localhost:1234";
    request.headers["host"] = "localhost:1234";
    return request;
}

std::string of(const Values& values, const std::string& name)
{
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
}

std::string folder(const std::string& blob, const std::string& depth)
{
    const auto parts = std::strtoul(depth.c_str(), nullptr, 10);
    std::size_t end = 0;
    for (unsigned long part = 0; part < parts && end < blob.size(); ++part)
        end = std::min(blob.find('/', part == 0 ? 0 : end + 1), blob.size());
    return blob.substr(0, end);
}

// What a signature is for.
struct Shared {
    Request request;
    SasNeed need;
};

std::string inHours(int hours)
{
    const std::time_t moment = std::time(nullptr) + hours * 3600;
    std::tm parts{};
    char text[40];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&moment, &parts));
    return text;
}

Shared baseOf(std::string_view& text)
{
    Shared base{asked("GET", "/x?" + takeLine(text)), {}};
    base.need.permissions = "r";
    const std::string where = takeLine(text);
    base.need.container = where.substr(0, where.find('/'));
    base.need.blob = where.find('/') == std::string::npos ? "" : where.substr(where.find('/') + 1);
    for (const auto& [name, value] : toRequest("GET", "/x?" + takeLine(text)).query)
        base.request.headers[name] = value;
    auto& query = base.request.query;
    if (of(query, "skt") == "now") {
        query["skt"] = inHours(-1);
        query["ske"] = inHours(24);
    }
    const SasKind kind = sasKindOf(query);
    const std::string scope = of(query, "sr");
    std::string resource = "/blob/runyard/" + base.need.container;
    const std::string name = scope == "b" ? base.need.blob : scope == "d" ? folder(base.need.blob, of(query, "sdd")) : "";
    resource += name.empty() ? "" : '/' + name;
    const Sas sas(key);
    const std::string said = kind == SasKind::Account ? accountSasText(query, "runyard") : kind == SasKind::Delegated ? delegatedSasText(base.request, resource) : serviceSasText(query, resource);
    query["sig"] = toBase64(hmacSha256(kind == SasKind::Delegated ? sas.delegationKey(query) : key, said));
    return base;
}

// ".container", ".blob" and ".permission" change what is wanted, "@x" a header, all others the query; an empty value takes it away.
Shared changedBy(Shared shared, const std::string& line)
{
    for (const auto& [name, value] : toRequest("GET", "/x?" + line).query) {
        if (name == ".container")
            shared.need.container = value.substr(0, value.find('/'));  // a container's name has none
        else if (name == ".blob")
            shared.need.blob = value;
        else if (name == ".permission")
            shared.need.permissions = value.substr(0, 1);
        else if (name.starts_with('@'))
            shared.request.headers[name.substr(1)] = value;
        else if (value.empty())
            shared.request.query.erase(name);
        else
            shared.request.query[name] = value;
    }
    return shared;
}

std::vector<std::string> signedFields(SasKind kind, const std::string& version)
{
    std::vector<std::string> names{"sig", "sp", "st", "se", "sip", "spr", "sv"};
    const auto add = [&](std::initializer_list<const char*> more) { names.insert(names.end(), more.begin(), more.end()); };
    if (version >= "2020-12-06")
        add({"ses"});
    if (kind == SasKind::Account) {
        add({"ss", "srt"});
        return names;
    }
    add({"sr", "snapshot", "rscc", "rscd", "rsce", "rscl", "rsct"});
    if (kind == SasKind::Service)
        add({"si"});
    else
        add({"skoid", "sktid", "skt", "ske", "sks", "skv"});
    if (kind == SasKind::Delegated && version >= "2020-02-10")
        add({"saoid", "suoid", "scid"});
    if (kind == SasKind::Delegated && version >= "2025-07-05")
        add({"skdutid", "sduoid"});
    return names;
}

// The request values that a signature binds: "a,b".
void checkBound(const std::string& names, const Values& base, const Values& now, bool isHeader)
{
    for (std::size_t from = 0; from < names.size();) {
        const auto end = std::min(names.find(',', from), names.size());
        std::string name = names.substr(from, end - from);
        if (isHeader)
            std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        wanted(of(base, name) == of(now, name), "a value that the signature binds is as it was signed", name);
        from = end + 1;
    }
}

void checkAccepted(const Shared& base, const Shared& now)
{
    const auto& query = base.request.query;
    const SasKind kind = sasKindOf(query);
    wanted(kind == sasKindOf(now.request.query), "a signature is of the kind that it was made as");
    for (const auto& name : signedFields(kind, of(query, "sv")))
        wanted(of(query, name) == of(now.request.query, name), "a signed field is as it was signed", name + "=" + of(now.request.query, name));
    wanted(of(query, "sp").find(now.need.permissions) != std::string::npos, "a signature allows what its sp says", now.need.permissions);
    if (kind == SasKind::Delegated && of(query, "sv") >= "2026-04-06") {
        checkBound(of(query, "srh"), base.request.headers, now.request.headers, true);
        checkBound(of(query, "srq"), query, now.request.query, false);
    }
    if (kind == SasKind::Account)
        return;
    wanted(base.need.container == now.need.container, "a signature is for its container", now.need.container);
    if (of(query, "sr") == "b")
        wanted(base.need.blob == now.need.blob, "a signature is for its blob", now.need.blob);
    if (of(query, "sr") == "d") {
        const std::string signedFolder = folder(base.need.blob, of(query, "sdd"));
        const std::string name = now.need.blob.empty() ? of(now.request.query, "prefix") : now.need.blob;
        wanted(!signedFolder.empty() && (name == signedFolder || name.starts_with(signedFolder + '/')), "a signature is for its folder", name);
    }
}

void shared(std::string_view text)
{
    const Shared base = baseOf(text);
    const Sas sas(key);
    const Shared now = changedBy(base, takeLine(text));
    if (sas.check(now.request, now.need))
        checkAccepted(base, now);
    if (base.need.container.empty() || base.need.blob.empty())
        return;
    // What the service signs itself it takes, for that blob only.
    const std::string own = sas.sign(base.need.container, base.need.blob, "r");
    wanted(sas.check(asked("GET", "/x?" + own), base.need).has_value(), "what is signed is taken", own);
    wanted(now.need.blob == base.need.blob || !sas.check(asked("GET", "/x?" + own), now.need), "a signature is for its blob", now.need.blob);
}

// Names in lower case, values of one name joined, as they are signed.
Values queryOf(const std::string& target)
{
    Values values;
    std::string_view rest(target);
    rest.remove_prefix(std::min(rest.find('?'), rest.size()));
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto pair = rest.substr(0, std::min(rest.find('&'), rest.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        std::string name = api::decode(pair.substr(0, equals));
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        const std::string value = api::decode(pair.substr(std::min(equals + 1, pair.size())));
        if (!name.empty())
            values[name] += (values.contains(name) ? "," : "") + value;
        rest.remove_prefix(pair.size());
    }
    return values;
}

void addHeaders(Request& request, std::string_view& text)
{
    for (std::string line = takeLine(text); !line.empty(); line = takeLine(text)) {
        const auto colon = std::min(line.find(':'), line.size());
        request.headers[line.substr(0, colon)] = line.substr(std::min(colon + 1, line.size()));
    }
}

Request firstLine(const std::string& line)
{
    const auto space = std::min(line.find(' '), line.size());
    return asked(line.substr(0, space), '/' + line.substr(std::min(space + 1, line.size())));
}

void checkSame(const Request& base, const Request& now)
{
    wanted(base.method == now.method && base.path == now.path, "a signed request is as it was signed", now.method + ' ' + now.path);
    wanted(queryOf(base.target) == queryOf(now.target), "a signed query is as it was signed", base.target + '\n' + now.target);
    for (const char* name : {"authorization", "content-encoding", "content-language", "content-md5", "content-type", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"})
        wanted(base.header(name) == now.header(name), "a signed header is as it was signed", name);
    const auto length = [](const Request& request) { return request.header("content-length") == "0" ? std::string() : request.header("content-length"); };
    wanted(length(base) == length(now), "a signed length is as it was signed", length(now));
    const auto own = [](const Request& request) {
        Values values;
        std::ranges::copy_if(request.headers, std::inserter(values, values.end()), [](const auto& header) { return header.first.starts_with("x-ms-"); });
        return values;
    };
    wanted(own(base) == own(now), "the headers of Azure's own are as they were signed");
}

void sharedKey(std::string_view text)
{
    Request base = firstLine(takeLine(text));
    addHeaders(base, text);
    const std::time_t moment = std::time(nullptr);
    std::tm parts{};
    char date[40];
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&moment, &parts));
    base.headers["x-ms-date"] = date;
    const auto& query = queryOf(base.target);
    const bool isPlain = std::ranges::none_of(query, [](const auto& pair) { return pair.first.find_first_of(":\n") != std::string::npos || pair.second.find('\n') != std::string::npos; });
    for (const auto order : {HeaderOrder::Service, HeaderOrder::Bytes}) {
        base.headers["authorization"] = "SharedKey runyard:" + toBase64(hmacSha256(key, sharedKeyText(base, "runyard", order)));
        wanted(checkSharedKey(base, key).has_value() == isPlain, "what is signed is taken, unless it could mean two things", base.target);
    }
    Request now = text.starts_with("> ") ? firstLine(takeLine(text).substr(2)) : base;
    now.headers = base.headers;
    addHeaders(now, text);
    if (checkSharedKey(now, key))
        checkSame(base, now);
}

// Nobody who does not have the key can sign.
void forged(const std::string& text)
{
    Request request = asked("GET", "/runyard/c/b?" + text);
    request.headers["authorization"] = text;
    request.headers["x-ms-date"] = "Wed, 25 Nov 2026 12:00:00 GMT";
    wanted(!Sas(key).check(request, {"c", "b", "r"}), "a query that nobody signed is refused", text);
    wanted(!checkSharedKey(request, key), "a header that nobody signed is refused", text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    if (size > 16 << 10)  // the server takes no longer target
        return 0;
    if (input.choice == 'k')
        sharedKey(input.text);
    else if (input.choice == 'r')
        forged(std::string(input.text));
    else
        shared(input.text);
    return 0;
}
