// Listing a container, flat or by folders, page by page.
#include "blobproperties.h"
#include "blobxml.h"

#include "local/runs/inpool.h"

#include <algorithm>
#include <charconv>

namespace runyard::local {

namespace {

constexpr int pageLimit = 5000;

// A name that XML cannot hold goes percent-encoded, as Azure does it.
void addName(pugi::xml_node parent, const std::string& name)
{
    auto node = parent.append_child("Name");
    const bool isHard = !checkBlobName(name.ends_with('/') ? name.substr(0, name.size() - 1) : name) || std::ranges::any_of(name, [](unsigned char c) { return c < ' '; });
    if (isHard)
        node.append_attribute("Encoded") = "true";
    node.text() = (isHard ? api::encodePath(name) : name).c_str();
}

void addBlob(pugi::xml_node blobs, const FoundBlob& found, const BlobRecord& record, const Digests::Metadata* metadata)
{
    auto node = blobs.append_child("Blob");
    addName(node, found.name);
    auto properties = node.append_child("Properties");
    const std::string type = propertyOf(record, "content-type");
    addText(properties, "Last-Modified", httpDate(modifiedOf(found.facts, record)));
    const std::string tag = etagOf(found.facts, record);
    addText(properties, "Etag", tag.substr(1, tag.size() - 2));  // without quotes in lists, as Azure has it
    addText(properties, "Content-Length", std::to_string(found.facts.size));
    addText(properties, "Content-Type", type.empty() ? typeByName(found.name) : type);
    for (const auto& [shown, name] : {std::pair("Content-Encoding", "content-encoding"), std::pair("Content-Language", "content-language"), std::pair("Content-Disposition", "content-disposition"),
             std::pair("Cache-Control", "cache-control")})
        addText(properties, shown, propertyOf(record, name));
    addText(properties, "Content-MD5", record.md5);
    for (const auto& [name, value] : {std::pair("BlobType", "BlockBlob"), std::pair("AccessTier", "Hot"), std::pair("AccessTierInferred", "true"), std::pair("LeaseStatus", "unlocked"),
             std::pair("LeaseState", "available"), std::pair("ServerEncrypted", "false")})
        addText(properties, name, value);
    if (!metadata)
        return;
    auto list = node.append_child("Metadata");
    for (const auto& [name, value] : *metadata)
        addText(list, name.c_str(), value);
}

} // namespace

std::optional<int> wantedCount(const Request& request)
{
    const std::string text = request.queried("maxresults");
    int count = pageLimit;
    if (text.empty())
        return count;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (fault != std::errc() || end != text.data() + text.size() || count < 1)
        return std::nullopt;
    return std::min(count, pageLimit);
}

Task<Response> listBlobs(BlobCall call)
{
    const Request& request = call.request;
    const std::string prefix = request.queried("prefix");
    const std::string delimiter = request.queried("delimiter");
    const std::string marker = request.queried("marker");
    const auto count = wantedCount(request);
    if (!count)
        co_return blobError(request, 400, "OutOfRangeQueryParameterValue", "maxresults is a number from 1 to 5000.");
    if (!delimiter.empty() && delimiter != "/")
        co_return blobError(request, 400, "InvalidQueryParameterValue", "Folders end with “/” here; another delimiter is not understood.");
    auto& blobs = call.parts.blobs;
    std::function<Tree::Page()> work = [tree = blobs.tree(), container = call.container, prefix, delimiter, marker, count = *count] {
        return tree.list(container, prefix, delimiter, marker, static_cast<std::size_t>(count));
    };
    const auto page = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    const auto known = co_await blobs.digests().known(call.container, page.blobs);
    if (!known)
        co_return blobError(request, known.error());
    pugi::xml_document document;
    auto root = beginXml(document, "EnumerationResults");
    root.append_attribute("ServiceEndpoint") = (request.base + "/" + accountName + "/").c_str();
    root.append_attribute("ContainerName") = call.container.c_str();
    for (const auto& [name, value] : {std::pair("Prefix", prefix), std::pair("Marker", marker), std::pair("MaxResults", std::to_string(*count)), std::pair("Delimiter", delimiter)})
        addText(root, name, value);
    auto list = root.append_child("Blobs");
    const bool withMetadata = request.queried("include").find("metadata") != std::string::npos;
    for (std::size_t i = 0; i < page.blobs.size(); ++i) {
        if (page.blobs[i].isFolder)
            addName(list.append_child("BlobPrefix"), page.blobs[i].name);
        else
            addBlob(list, page.blobs[i], (*known)[i].record, withMetadata ? &(*known)[i].metadata : nullptr);
    }
    addText(root, "NextMarker", page.next);
    co_return xmlAnswer(document);
}

} // namespace runyard::local
