#include "blobs.h"

#include "api/uri.h"

#include <pugixml.hpp>

#include <curl/curl.h>

namespace runyard::client {

namespace {

constexpr auto BlobVersion = "2023-11-03";

// "Wed, 25 Nov 2026 03:21:37 GMT", as Blob writes moments.
Millis momentOf(const char* text)
{
    const std::time_t seconds = curl_getdate(text, nullptr);
    return seconds < 0 ? 0 : static_cast<Millis>(seconds) * 1000;
}

// XML cannot hold every character a file name can: such names come percent-encoded and say so.
std::string nameOf(const pugi::xml_node& node)
{
    const pugi::xml_node name = node.child("Name");
    const std::string text = name.text().get();
    return name.attribute("Encoded").as_bool() ? api::decode(text) : text;
}

api::Blob blobOf(const pugi::xml_node& node)
{
    api::Blob blob;
    const pugi::xml_node properties = node.child("Properties");
    blob.name = nameOf(node);
    blob.size = properties.child("Content-Length").text().as_llong();
    blob.modified = momentOf(properties.child_value("Last-Modified"));
    blob.etag = properties.child_value("Etag");
    blob.md5 = properties.child_value("Content-MD5");
    for (const pugi::xml_node& entry : node.child("Metadata").children())
        blob.metadata[entry.name()] = entry.text().get();
    return blob;
}

std::string joined(const std::string& url, const std::string& first, const std::string& second)
{
    std::string all = url;
    for (const std::string& part : {first, second}) {
        if (!part.empty())
            all += (all.find('?') == std::string::npos ? '?' : '&') + part;
    }
    return all;
}

} // namespace

Result<api::BlobPage> readPage(const std::string& xml)
{
    pugi::xml_document document;
    constexpr unsigned how = (pugi::parse_default | pugi::parse_ws_pcdata_single) & ~pugi::parse_eol;
    const auto parsed = document.load_buffer(xml.data(), xml.size(), how, pugi::encoding_utf8);
    const pugi::xml_node root = document.child("EnumerationResults");
    if (!parsed || !root)
        return failure(Error::Code::Protocol, "The list of files makes no sense to this version.", xml.substr(0, 500));
    api::BlobPage page;
    for (const pugi::xml_node& node : root.child("Blobs").children()) {
        if (std::string_view(node.name()) == "Blob") {
            page.blobs.push_back(blobOf(node));
        } else if (std::string_view(node.name()) == "BlobPrefix") {
            api::Blob folder;
            folder.name = nameOf(node);
            folder.isFolder = true;
            page.blobs.push_back(std::move(folder));
        }
    }
    page.nextMarker = root.child_value("NextMarker");
    return page;
}

std::string Container::blob(const std::string& name, const std::string& extra) const
{
    return joined(base + '/' + api::encodePath(name), extra, query);
}

std::string Container::itself(const std::string& extra) const
{
    return joined(base, extra, query);
}

Container Container::ofService(const std::string& name)
{
    return {"/runyard/" + name, {}};
}

Container Container::ofSas(const std::string& url)
{
    const auto mark = url.find('?');
    return {url.substr(0, mark), mark == std::string::npos ? std::string() : url.substr(mark + 1)};
}

BlobPlace BlobPlace::ofUrl(std::string url, const std::string& base)
{
    while (url.ends_with('/'))
        url.pop_back();
    const bool isPathStyle = !base.empty() && url.starts_with(base + '/');
    auto at = isPathStyle ? url.find('/', base.size() + 1) : url.find('/', url.find("://") == std::string::npos ? 0 : url.find("://") + 3);
    at = at == std::string::npos ? at : url.find('/', at + 1);  // behind the container
    const std::string rest = at == std::string::npos ? std::string() : api::decode(url.substr(at + 1));
    return {Container{url.substr(0, at), {}}, rest.empty() ? rest : rest + '/'};
}

Task<Result<std::vector<api::Blob>>> BlobStore::list(Container container, std::string prefix, std::string delimiter)
{
    std::vector<api::Blob> all;
    std::string marker;
    do {
        std::string query = "restype=container&comp=list&include=metadata&prefix=" + api::encode(prefix);
        if (!delimiter.empty())
            query += "&delimiter=" + api::encode(delimiter);
        if (!marker.empty())
            query += "&marker=" + api::encode(marker);
        http::Request request = m_connection.get(container.itself(query));
        request.headers.push_back(std::string("x-ms-version: ") + BlobVersion);
        auto reply = co_await m_connection.ask(std::move(request));
        if (!reply)
            co_return Failure(std::move(reply).error());
        auto page = readPage(reply->body);
        if (!page)
            co_return Failure(std::move(page).error());
        std::move(page->blobs.begin(), page->blobs.end(), std::back_inserter(all));
        marker = std::move(page->nextMarker);
    } while (!marker.empty());
    co_return all;
}

Task<Result<std::string>> BlobStore::read(Container container, std::string name, std::int64_t limit)
{
    http::Request request = m_connection.get(container.blob(name));
    request.headers.push_back(std::string("x-ms-version: ") + BlobVersion);
    request.headers.push_back("Range: bytes=0-" + std::to_string(std::max<std::int64_t>(limit, 1) - 1));
    const std::string what = "GET " + container.base + '/' + name;
    auto reply = co_await m_connection.send(std::move(request));
    if (!reply)
        co_return Failure(std::move(reply).error());
    if (reply->status == 416)
        co_return std::string();  // an empty file has no range
    if (reply->status / 100 != 2)
        co_return Failure(Connection::errorOf(*reply, what));
    reply->body.resize(std::min(reply->body.size(), static_cast<std::size_t>(limit)));
    co_return std::move(reply->body);
}

Task<Result<>> BlobStore::remove(Container container, std::string name)
{
    auto reply = co_await m_connection.ask(m_connection.remove(container.blob(name)));
    if (!reply)
        co_return Failure(std::move(reply).error());
    co_return Result<>();
}

std::vector<DownloadItem> itemsBelow(const std::vector<api::Blob>& blobs, const std::string& path)
{
    std::vector<DownloadItem> items;
    std::string prefix = path;
    while (prefix.ends_with('/'))
        prefix.pop_back();
    for (const api::Blob& blob : blobs) {
        if (blob.isFolder || blob.metadata.contains("hdi_isfolder"))
            continue;
        if (prefix.empty())
            items.push_back({blob, blob.name});
        else if (blob.name == prefix)
            items.push_back({blob, blob.name.substr(blob.name.rfind('/') + 1)});
        else if (blob.name.starts_with(prefix + '/'))
            items.push_back({blob, blob.name.substr(prefix.size() + 1)});
    }
    return items;
}

} // namespace runyard::client
