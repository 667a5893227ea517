#include "sastext.h"

namespace runyard::local {

namespace {

using Values = std::map<std::string, std::string>;

std::string valueOf(const Values& values, const std::string& name)
{
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
}

void addLines(std::string& text, const Values& values, std::initializer_list<const char*> names)
{
    for (const char* name : names)
        text += '\n' + valueOf(values, name);
}

// "a,b" → those of them that the request has, "a:value\nb:value".
std::string boundValues(const std::string& names, const std::function<std::string(const std::string&)>& look)
{
    std::string text;
    for (std::size_t from = 0; from < names.size();) {
        const auto end = std::min(names.find(',', from), names.size());
        const std::string name = names.substr(from, end - from);
        text += (text.empty() ? "" : "\n") + name + ':' + look(name);
        from = end + 1;
    }
    return text;
}

void addBound(std::string& text, const Request& request)
{
    const auto headers = boundValues(request.queried("srh"), [&](std::string name) {
        for (char& c : name)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        return request.header(name);
    });
    const auto queried = boundValues(request.queried("srq"), [&](const std::string& name) { return request.queried(name); });
    text += '\n' + headers + (headers.empty() ? "" : "\n");
    text += (queried.empty() ? "\n" : "\n\n") + queried;
}

} // namespace

SasKind sasKindOf(const Values& query)
{
    if (query.contains("skoid"))
        return SasKind::Delegated;
    return query.contains("srt") || query.contains("ss") ? SasKind::Account : SasKind::Service;
}

std::string serviceSasText(const Values& query, const std::string& resource)
{
    std::string text = valueOf(query, "sp") + '\n' + valueOf(query, "st") + '\n' + valueOf(query, "se") + '\n' + resource;
    addLines(text, query, {"si", "sip", "spr", "sv", "sr", "snapshot"});
    if (valueOf(query, "sv") >= "2020-12-06")
        addLines(text, query, {"ses"});
    addLines(text, query, {"rscc", "rscd", "rsce", "rscl", "rsct"});
    return text;
}

std::string accountSasText(const Values& query, const std::string& account)
{
    std::string text = account;
    addLines(text, query, {"sp", "ss", "srt", "st", "se", "sip", "spr", "sv"});
    if (valueOf(query, "sv") >= "2020-12-06")
        addLines(text, query, {"ses"});
    return text + '\n';
}

std::string delegatedSasText(const Request& request, const std::string& resource)
{
    const auto& query = request.query;
    const std::string version = valueOf(query, "sv");
    std::string text = valueOf(query, "sp") + '\n' + valueOf(query, "st") + '\n' + valueOf(query, "se") + '\n' + resource;
    addLines(text, query, {"skoid", "sktid", "skt", "ske", "sks", "skv"});
    if (version >= "2020-02-10")
        addLines(text, query, {"saoid", "suoid", "scid"});
    if (version >= "2025-07-05")
        addLines(text, query, {"skdutid", "sduoid"});
    addLines(text, query, {"sip", "spr", "sv", "sr", "snapshot"});
    if (version >= "2020-12-06")
        addLines(text, query, {"ses"});
    if (version >= "2026-04-06")
        addBound(text, request);
    addLines(text, query, {"rscc", "rscd", "rsce", "rscl", "rsct"});
    return text;
}

} // namespace runyard::local
