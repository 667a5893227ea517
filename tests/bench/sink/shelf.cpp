#include "shelf.h"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace runyard::bench {

namespace {

constexpr const char* Facts = "ETag: \"0x8D0000000000000\"\r\nLast-Modified: Wed, 01 Jan 2025 00:00:00 GMT\r\n";
constexpr const char* BlobFacts = "x-ms-blob-type: BlockBlob\r\nAccept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\nx-ms-creation-time: Wed, 01 Jan 2025 00:00:00 GMT\r\n"
                                  "x-ms-lease-status: unlocked\r\nx-ms-lease-state: available\r\nx-ms-server-encrypted: true\r\n";

std::string valueOf(const std::map<std::string, std::string>& map, const std::string& name)
{
    const auto found = map.find(name);
    return found == map.end() ? std::string() : found->second;
}

std::string escaped(const std::string& text)
{
    std::string safe;
    for (const char letter : text)
        safe += letter == '&' ? "&amp;" : letter == '<' ? "&lt;" : std::string(1, letter);
    return safe;
}

std::string item(const std::string& name, std::int64_t length)
{
    return "<Blob><Name>" + escaped(name) + "</Name><Properties><Creation-Time>Wed, 01 Jan 2025 00:00:00 GMT</Creation-Time><Last-Modified>Wed, 01 Jan 2025 00:00:00 GMT</Last-Modified>"
        "<Etag>0x8D0000000000000</Etag><Content-Length>" + std::to_string(length) + "</Content-Length><Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType>"
        "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties></Blob>";
}

} // namespace

Answer Shelf::answer(const Question& question)
{
    const bool isContainer = valueOf(question.query, "restype") == "container";
    if (question.method == "GET" && valueOf(question.query, "comp") == "list")
        return list(question);
    if (question.method == "PUT" && !isContainer)
        return put(question);
    if (question.method == "DELETE")
        return {202, "", ""};
    if (isContainer || question.query.contains("restype"))
        return {question.method == "PUT" ? 201 : 200, std::string(Facts) + "x-ms-sku-name: Standard_LRS\r\nx-ms-account-kind: StorageV2\r\nx-ms-is-hns-enabled: false\r\n", ""};
    return get(question);
}

Answer Shelf::put(const Question& question)
{
    const std::string path = decoded(question.path), what = valueOf(question.query, "comp");
    const std::lock_guard lock(m_mutex);
    if (what == "block") {
        m_staged[path] += question.length;
        return {201, "x-ms-request-server-encrypted: true\r\n", ""};
    }
    if (what == "blocklist") {
        m_lengths[path] = m_staged[path];
        m_staged.erase(path);
    } else if (what.empty()) {
        m_lengths[path] = question.length;
    }
    return {what.empty() || what == "blocklist" ? 201 : 200, std::string(Facts) + "x-ms-request-server-encrypted: true\r\n", ""};
}

Answer Shelf::get(const Question& question)
{
    std::int64_t length = -1;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_lengths.find(decoded(question.path));
        length = found == m_lengths.end() ? -1 : found->second;
    }
    const bool isHead = question.method == "HEAD";
    if (length < 0)
        return {404, "x-ms-error-code: BlobNotFound\r\nContent-Type: application/xml\r\n", isHead ? "" : "<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code><Message>no</Message></Error>", -1, isHead};
    Answer answer{200, std::string(Facts) + BlobFacts, "", length, isHead};
    std::string range = valueOf(question.headers, "x-ms-range");
    range = range.empty() ? valueOf(question.headers, "range") : range;
    if (isHead || !range.starts_with("bytes="))
        return answer;
    const std::int64_t first = std::atoll(range.c_str() + 6);
    const auto dash = range.find('-');
    const std::int64_t last = dash + 1 < range.size() ? std::min<std::int64_t>(std::atoll(range.c_str() + dash + 1), length - 1) : length - 1;
    answer.status = 206;
    answer.noise = last - first + 1;
    answer.headers += "Content-Range: bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(length) + "\r\n";
    return answer;
}

// All in one page.
Answer Shelf::list(const Question& question)
{
    const std::string container = decoded(question.path) + (question.path.ends_with('/') ? "" : "/");
    const std::string prefix = valueOf(question.query, "prefix"), delimiter = valueOf(question.query, "delimiter");
    std::string items;
    std::set<std::string> folders;
    const std::lock_guard lock(m_mutex);
    for (const auto& [path, length] : m_lengths) {
        if (!path.starts_with(container + prefix))
            continue;
        const std::string name = path.substr(container.size());
        const auto cut = delimiter.empty() ? std::string::npos : name.find(delimiter, prefix.size());
        if (cut == std::string::npos)
            items += item(name, length);
        else
            folders.insert(name.substr(0, cut + 1));
    }
    for (const std::string& folder : folders)
        items += "<BlobPrefix><Name>" + escaped(folder) + "</Name></BlobPrefix>";
    return {200, "Content-Type: application/xml\r\n", "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Prefix>" + escaped(prefix) + "</Prefix><Blobs>" + items + "</Blobs><NextMarker /></EnumerationResults>"};
}

} // namespace runyard::bench
