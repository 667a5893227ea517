#include "uri.h"

#include "core/text.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace runyard::api {

namespace {

std::vector<std::string_view> split(std::string_view text)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto slash = text.find('/');
        parts.push_back(text.substr(0, slash));
        text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
    }
    return parts;
}

std::string join(const std::vector<std::string_view>& parts, std::size_t from)
{
    std::string path;
    for (std::size_t i = from; i < parts.size(); ++i) {
        path += i > from ? "/" : "";
        path += parts[i];
    }
    path.erase(path.find_last_not_of('/') + 1);
    return path;
}

bool isUnreserved(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~';
}

std::string encodeBut(std::string_view text, std::string_view kept)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (isUnreserved(c) || kept.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[static_cast<unsigned char>(c) >> 4];
            encoded += digits[static_cast<unsigned char>(c) & 15];
        }
    }
    return encoded;
}

int hexValue(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace

Result<AssetUri> parseAssetUri(std::string_view text)
{
    const auto refused = [text] { return failure(Error::Code::Invalid, "“" + std::string(text) + "” is not a path of a datastore or a job."); };
    constexpr std::string_view scheme = "azureml://";
    if (lower(text.substr(0, scheme.size())) != scheme)
        return refused();
    auto parts = split(text.substr(scheme.size()));
    for (const std::string_view skipped : {"subscriptions", "resourcegroups", "workspaces"}) {
        if (parts.size() > 2 && lower(parts[0]) == skipped)
            parts.erase(parts.begin(), parts.begin() + 2);
    }
    AssetUri uri;
    if (parts.size() >= 2 && lower(parts[0]) == "datastores") {
        uri.owner = parts[1];
        uri.path = join(parts, parts.size() > 2 && lower(parts[2]) == "paths" ? 3 : 2);
        return uri;
    }
    if (parts.size() >= 4 && lower(parts[0]) == "jobs" && lower(parts[2]) == "outputs") {
        uri.kind = AssetUri::Kind::JobOutput;
        uri.owner = parts[1];
        uri.output = parts[3];
        uri.path = join(parts, parts.size() > 4 && lower(parts[4]) == "paths" ? 5 : 4);
        return uri;
    }
    return refused();
}

std::string datastoreUri(std::string_view datastore, std::string_view path)
{
    return "azureml://datastores/" + std::string(datastore) + "/paths/" + std::string(path);
}

std::string armName(std::string_view id, std::string_view collection)
{
    constexpr std::string_view scheme = "azureml:";
    if (id.starts_with(scheme) && !id.starts_with("azureml://"))
        id.remove_prefix(scheme.size());
    if (id.find('/') == std::string_view::npos)
        return std::string(id.substr(0, id.find(':')));
    const auto parts = split(id);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        if (lower(parts[i]) == lower(collection))
            return std::string(parts[i + 1]);
    }
    return {};
}

std::string armVersion(std::string_view id)
{
    if (id.find('/') == std::string_view::npos) {
        const auto colon = id.rfind(':');
        return colon == std::string_view::npos || id.substr(0, colon) == "azureml" ? std::string() : std::string(id.substr(colon + 1));
    }
    return armName(id, "versions");
}

std::string encode(std::string_view text)
{
    return encodeBut(text, "");
}

std::string encodePath(std::string_view text)
{
    return encodeBut(text, "/");
}

std::string decode(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hexValue(text[i + 1]) >= 0 && hexValue(text[i + 2]) >= 0) {
            plain += static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

} // namespace runyard::api
