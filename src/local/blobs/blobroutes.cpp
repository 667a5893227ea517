#include "blobroutes.h"

#include "digests.h"
#include "local/runs/inpool.h"
#include "local/server/guard.h"

#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <memory>
#include <sstream>

namespace runyard::local {

namespace {

constexpr int pageLimit = 5000;

std::string xmlText(const pugi::xml_document& document)
{
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return text.str();
}

// A name that XML cannot hold goes percent-encoded, as Azure does it.
void addName(pugi::xml_node parent, const std::string& name)
{
    auto node = parent.append_child("Name");
    const bool isHard = !checkBlobName(name.ends_with('/') ? name.substr(0, name.size() - 1) : name) || std::ranges::any_of(name, [](unsigned char c) { return c < ' '; });
    if (isHard)
        node.append_attribute("Encoded") = "true";
    node.text() = (isHard ? api::encodePath(name) : name).c_str();
}

void addBlob(pugi::xml_node blobs, const FoundBlob& found, const BlobRecord& record, const Digests::Metadata& metadata, bool withMetadata)
{
    auto node = blobs.append_child("Blob");
    addName(node, found.name);
    auto properties = node.append_child("Properties");
    const std::string size = std::to_string(found.facts.size);
    for (const auto& [name, value] : std::map<std::string, std::string>{{"Last-Modified", httpDate(found.facts.mtime)}, {"Etag", etagOf(found.facts)}, {"Content-Length", size},
             {"Content-Type", "application/octet-stream"}, {"Content-MD5", record.md5}, {"BlobType", "BlockBlob"}})
        properties.append_child(name.c_str()).text() = value.c_str();
    if (!withMetadata)
        return;
    auto list = node.append_child("Metadata");
    for (const auto& [name, value] : metadata)
        list.append_child(name.c_str()).text() = value.c_str();
}

int wantedCount(const Request& request)
{
    const std::string text = request.queried("maxresults");
    int count = pageLimit;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return std::clamp(count, 1, pageLimit);
}

Task<Response> dispatch(const std::shared_ptr<BlobParts>& parts, Request& request)
{
    BlobCall call{*parts, request, request.params["container"], request.params["blob"]};
    const std::string comp = request.queried("comp");
    const bool isWriting = request.method == "PUT";
    if (parts->blobs.tree().root(call.container).empty())
        co_return blobError(request, 404, "ContainerNotFound", "There is no container “" + call.container + "”.");
    const char* permissions = request.method == "DELETE" ? "d" : isWriting ? "wc" : comp == "list" ? "l" : "r";
    if (auto refusal = call.refusal(permissions))
        co_return std::move(*refusal);
    if (!call.mayReplace) {
        if (const auto path = parts->blobs.tree().locate(call.container, call.blob); path && factsOf(*path))
            co_return blobError(request, 403, "AuthorizationPermissionMismatch", "The signature of this address allows to create a file, not to replace “" + call.blob + "”.");
        request.headers["if-none-match"] = "*";
    }
    if (call.blob.empty() && comp == "list")
        co_return co_await listBlobs(std::move(call));
    if (call.blob.empty() && isWriting && request.queried("restype") == "container")
        co_return blobError(request, 409, "ContainerAlreadyExists", "The workspace's containers are there already.");
    if (call.blob.empty())
        co_return Response::empty(request.queried("restype") == "container" ? 200 : 400);
    if (request.method == "DELETE")
        co_return co_await deleteBlob(std::move(call));
    if (!isWriting && comp == "blocklist")
        co_return co_await getBlockList(std::move(call));
    if (!isWriting)
        co_return co_await getBlob(std::move(call));
    if (comp == "block")
        co_return co_await putBlock(std::move(call));
    if (comp == "blocklist")
        co_return co_await putBlockList(std::move(call));
    if (comp == "metadata")
        co_return co_await setMetadata(std::move(call));
    co_return co_await putBlob(std::move(call));
}

} // namespace

void addBlobRoutes(Router& router, BlobParts parts)
{
    const auto shared = std::make_shared<BlobParts>(std::move(parts));
    const Handler handler = [shared](Request& request) { return dispatch(shared, request); };
    for (const std::string& account : {std::string(accountName), accountName + std::string(".blob.core.windows.net")})
        for (const char* method : {"GET", "PUT", "DELETE"})
            router.add(method, "/" + account + "/{container}/{blob*}", "desktop, azure-ai-ml, blob SDKs", Route::Access::Public, handler);
}

Response blobError(const Request& request, int status, const std::string& code, const std::string& message)
{
    return errorAnswer(request.path, status, code, message);
}

Response blobError(const Request& request, const Error& error)
{
    const int status = statusOf(error.code);
    const std::string code = status == 404 ? "BlobNotFound"
        : status == 409                    ? error.detail == "exists" ? "BlobAlreadyExists" : "BlobNameConflict"
        : status == 403                    ? "AuthorizationPermissionMismatch"
        : status == 507                    ? "InsufficientStorage"
        : status < 500                     ? "InvalidInput"
                                           : "InternalError";
    return blobError(request, status, code, error.message);
}

std::string etagOf(const FileFacts& facts)
{
    char text[64];
    std::snprintf(text, sizeof text, "\"0x%llX%llX%llX\"", static_cast<unsigned long long>(facts.mtime), static_cast<unsigned long long>(facts.size), static_cast<unsigned long long>(facts.inode));
    return text;
}

std::string httpDate(std::int64_t nanoseconds)
{
    const auto seconds = static_cast<std::time_t>(nanoseconds / 1'000'000'000);
    char text[40];
    std::tm parts{};
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&seconds, &parts));
    return text;
}

std::map<std::string, std::string> metadataOf(const Request& request)
{
    std::map<std::string, std::string> metadata;
    for (auto at = request.headers.lower_bound("x-ms-meta-"); at != request.headers.end() && at->first.starts_with("x-ms-meta-"); ++at)
        metadata[at->first.substr(10)] = at->second;
    return metadata;
}

Task<Response> listBlobs(BlobCall call)
{
    const Request& request = call.request;
    const std::string prefix = request.queried("prefix");
    const std::string delimiter = request.queried("delimiter");
    const std::string marker = request.queried("marker");
    const int count = wantedCount(request);
    auto& blobs = call.parts.blobs;
    std::function<Tree::Page()> work = [tree = blobs.tree(), container = call.container, prefix, delimiter, marker, count] {
        return tree.list(container, prefix, delimiter, marker, static_cast<std::size_t>(count));
    };
    const auto page = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    const auto known = co_await blobs.digests().known(call.container, page.blobs);
    if (!known)
        co_return blobError(request, known.error());
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "utf-8";
    auto root = document.append_child("EnumerationResults");
    root.append_attribute("ServiceEndpoint") = (request.base + "/" + accountName + "/").c_str();
    root.append_attribute("ContainerName") = call.container.c_str();
    for (const auto& [name, value] : {std::pair("Prefix", prefix), std::pair("Marker", marker), std::pair("MaxResults", std::to_string(count)), std::pair("Delimiter", delimiter)})
        root.append_child(name).text() = value.c_str();
    auto list = root.append_child("Blobs");
    const bool withMetadata = request.queried("include").find("metadata") != std::string::npos;
    for (std::size_t i = 0; i < page.blobs.size(); ++i) {
        if (page.blobs[i].isFolder)
            addName(list.append_child("BlobPrefix"), page.blobs[i].name);
        else
            addBlob(list, page.blobs[i], (*known)[i].record, (*known)[i].metadata, withMetadata);
    }
    root.append_child("NextMarker").text() = page.next.c_str();
    Response response;
    response.body = xmlText(document);
    co_return std::move(response).with("Content-Type", "application/xml");
}

} // namespace runyard::local
