// Containers: those the workspace has, and those that users make beside them, folders DIR/containers/{name}.
#include "blobproperties.h"
#include "blobxml.h"

#include "core/files.h"
#include "core/hash.h"
#include "core/ids.h"
#include "local/runs/inpool.h"

#include <sys/stat.h>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

// Where the records of containers themselves are kept; no container can have that name.
constexpr const char* registerName = "$containers";

struct About {
    std::string etag;
    std::string modified;
    Digests::Metadata metadata;
};

About aboutOf(Blobs& blobs, const std::string& container)
{
    const fs::path root = blobs.tree().root(container);
    struct stat facts {};
    ::stat(root.c_str(), &facts);
    const FileFacts whole{0, facts.st_mtim.tv_sec * 1'000'000'000LL + facts.st_mtim.tv_nsec, static_cast<std::int64_t>(facts.st_ino)};
    const std::int64_t created = createdOf(root, whole);
    return {etagOf(FileFacts{0, created, whole.inode}), httpDate(created), blobs.digests().metadata(registerName, FoundBlob{container, false, {}})};
}

Response described(const About& about, int status)
{
    return Response::empty(status).with("ETag", about.etag).with("Last-Modified", about.modified);
}

void addContainer(pugi::xml_node list, const std::string& name, const About& about, bool withMetadata)
{
    auto node = list.append_child("Container");
    addText(node, "Name", name);
    auto properties = node.append_child("Properties");
    for (const auto& [key, value] : {std::pair("Last-Modified", about.modified.c_str()), std::pair("Etag", about.etag.c_str()), std::pair("LeaseStatus", "unlocked"), std::pair("LeaseState", "available"),
             std::pair("HasImmutabilityPolicy", "false"), std::pair("HasLegalHold", "false")})
        addText(properties, key, value);
    if (!withMetadata)
        return;
    auto metadata = node.append_child("Metadata");
    for (const auto& [key, value] : about.metadata)
        addText(metadata, key.c_str(), value);
}

Task<Result<>> noteMetadata(const BlobCall& call)
{
    std::vector<BlobRecord> records(1, BlobRecord{call.container, {}, {}, {}, metadataOf(call.request)});
    co_return co_await call.parts.blobs.digests().put(registerName, std::move(records));
}

} // namespace

Task<Response> listContainers(BlobCall call)
{
    const Request& request = call.request;
    const auto count = wantedCount(request);
    if (!count)
        co_return blobError(request, 400, "OutOfRangeQueryParameterValue", "maxresults is a number from 1 to 5000.");
    const std::string prefix = request.queried("prefix");
    const std::string marker = request.queried("marker");
    pugi::xml_document document;
    auto root = beginXml(document, "EnumerationResults");
    root.append_attribute("ServiceEndpoint") = (request.base + "/" + accountName + "/").c_str();
    for (const auto& [name, value] : {std::pair("Prefix", prefix), std::pair("Marker", marker), std::pair("MaxResults", std::to_string(*count))})
        addText(root, name, value);
    auto list = root.append_child("Containers");
    const bool withMetadata = request.queried("include").find("metadata") != std::string::npos;
    int found = 0;
    std::string last;
    std::string next;
    for (const auto& name : call.parts.blobs.tree().containers()) {
        if (!name.starts_with(prefix) || name <= marker)
            continue;
        if (found == *count) {
            next = last;
            break;
        }
        addContainer(list, name, aboutOf(call.parts.blobs, name), withMetadata);
        last = name;
        ++found;
    }
    addText(root, "NextMarker", next);
    co_return xmlAnswer(document);
}

Task<Response> createContainer(BlobCall call)
{
    const Tree& tree = call.parts.blobs.tree();
    if (!isContainerName(call.container))
        co_return blobError(call.request, 400, "InvalidResourceName", "“" + call.container.substr(0, 80) + "” cannot be a container's name: 3 to 63 small letters, digits and single hyphens, none at its ends.");
    if (Tree::isReserved(call.container) || !tree.root(call.container).empty())
        co_return blobError(call.request, 409, "ContainerAlreadyExists", "There is a container “" + call.container + "” already.");
    std::function<Result<>()> work = [folder = tree.userRoot(call.container)]() -> Result<> {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error)
            return Failure(fileError(folder, "be made", error.value()));
        return syncFolder(folder.parent_path());
    };
    const auto noted = co_await noteMetadata(call);
    if (!noted)
        co_return blobError(call.request, noted.error());
    const auto made = co_await inPool(call.parts.blobs.context(), call.parts.blobs.pool(), std::move(work));
    if (!made)
        co_return blobError(call.request, made.error());
    co_return described(aboutOf(call.parts.blobs, call.container), 201);
}

Task<Response> removeContainer(BlobCall call)
{
    auto& blobs = call.parts.blobs;
    if (Tree::isReserved(call.container))
        co_return blobError(call.request, 403, "AuthorizationFailure", "Container “" + call.container + "” belongs to the workspace and stays. Remove files in it instead.");
    const fs::path folder = blobs.tree().userRoot(call.container);
    const fs::path gone = folder.parent_path() / (".gone-" + newGuid());
    std::function<Result<>()> away = [folder, gone]() -> Result<> {
        if (::rename(folder.c_str(), gone.c_str()) != 0)
            return Failure(fileError(folder, "be removed", errno));
        return syncFolder(folder.parent_path());
    };
    const auto moved = co_await inPool(blobs.context(), blobs.pool(), std::move(away));
    if (!moved)
        co_return blobError(call.request, moved.error());
    asio::post(blobs.pool(), [gone] {
        std::error_code ignored;
        fs::remove_all(gone, ignored);
    });
    auto forgotten = co_await blobs.digests().removeAll(call.container);
    if (forgotten)
        forgotten = co_await blobs.digests().remove(registerName, call.container);
    if (!forgotten)
        co_return blobError(call.request, forgotten.error());
    co_return Response::empty(202);
}

Task<Response> getContainer(BlobCall call)
{
    const About about = aboutOf(call.parts.blobs, call.container);
    Response response = described(about, 200);
    for (const auto& [name, value] : {std::pair("x-ms-lease-status", "unlocked"), std::pair("x-ms-lease-state", "available"), std::pair("x-ms-has-immutability-policy", "false"),
             std::pair("x-ms-has-legal-hold", "false"), std::pair("x-ms-default-encryption-scope", "$account-encryption-key"), std::pair("x-ms-deny-encryption-scope-override", "false")})
        response.headers.emplace_back(name, value);
    for (const auto& [name, value] : about.metadata)
        response.headers.emplace_back("x-ms-meta-" + name, value);
    co_return response;
}

Task<Response> setContainerMetadata(BlobCall call)
{
    const auto noted = co_await noteMetadata(call);
    if (!noted)
        co_return blobError(call.request, noted.error());
    co_return described(aboutOf(call.parts.blobs, call.container), 200);
}

// Nobody gets in without a token, a key or a signature: there are no stored policies.
Task<Response> getContainerAcl(BlobCall call)
{
    pugi::xml_document document;
    beginXml(document, "SignedIdentifiers");
    const About about = aboutOf(call.parts.blobs, call.container);
    co_return xmlAnswer(document).with("ETag", about.etag).with("Last-Modified", about.modified);
}

} // namespace runyard::local
