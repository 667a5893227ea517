// What is said of blobs besides their bytes: properties and metadata, read and set.
#include "blobproperties.h"

#include "conditions.h"
#include "core/time.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

namespace runyard::local {

namespace {

struct Name {
    const char* kept;
    const char* header;
    const char* overriding;  // parameter of a signed address
};
constexpr std::array<Name, 5> names{{{"content-type", "Content-Type", "rsct"}, {"content-encoding", "Content-Encoding", "rsce"}, {"content-language", "Content-Language", "rscl"},
    {"content-disposition", "Content-Disposition", "rscd"}, {"cache-control", "Cache-Control", "rscc"}}};

void addCopy(Response& response, const BlobRecord& record)
{
    if (propertyOf(record, "copy-id").empty())
        return;
    for (const auto& [header, name] : {std::pair("x-ms-copy-id", "copy-id"), std::pair("x-ms-copy-source", "copy-source"), std::pair("x-ms-copy-completion-time", "copy-time")})
        response.headers.emplace_back(header, propertyOf(record, name));
    response.headers.emplace_back("x-ms-copy-status", "success");
    const std::string size = std::to_string(record.facts.size);
    response.headers.emplace_back("x-ms-copy-progress", size + "/" + size);
}

Task<Response> change(BlobCall call, void (*edit)(const Request& request, BlobRecord& record))
{
    if (auto place = call.parts.blobs.tree().locate(call.container, call.blob, Tree::Use::Write); !place)
        co_return blobError(call.request, place.error());
    Standing standing = standingOf(call);
    if (!standing.isThere)
        co_return notThere(call);
    edit(call.request, standing.record);
    // Whoever asks with the tag of before learns that something has changed.
    standing.record.properties["revision"] = std::to_string(nowMillis());
    std::vector<BlobRecord> records(1, standing.record);
    const auto noted = co_await call.parts.blobs.digests().put(call.container, std::move(records));
    if (!noted)
        co_return blobError(call.request, noted.error());
    co_return Response::empty(200).with("ETag", standing.etag()).with("Last-Modified", httpDate(standing.modified())).with("x-ms-request-server-encrypted", "false");
}

} // namespace

BlobProperties propertiesOf(const Request& request)
{
    BlobProperties properties;
    for (const auto& name : names) {
        const std::string value = request.header(std::string("x-ms-blob-") + name.kept);
        if (!value.empty())
            properties[name.kept] = value;
    }
    // A whole blob's own type counts where it is more than what transports set of themselves.
    const std::string type = request.header("content-type");
    const bool isOfTransport = type.empty() || type == "application/octet-stream" || type == "application/x-www-form-urlencoded";
    if (!properties.contains("content-type") && !request.query.contains("comp") && !isOfTransport)
        properties["content-type"] = type;
    return properties;
}

std::string typeByName(const std::string& blob)
{
    static const std::map<std::string, std::string> types{{".txt", "text/plain; charset=utf-8"}, {".log", "text/plain; charset=utf-8"}, {".json", "application/json"}, {".png", "image/png"}, {".csv", "text/csv"}};
    const auto found = types.find(std::filesystem::path(blob).extension().string());
    return found == types.end() ? "application/octet-stream" : found->second;
}

std::int64_t createdOf(const std::filesystem::path& path, const FileFacts& facts)
{
    struct statx all {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BTIME, &all) != 0 || (all.stx_mask & STATX_BTIME) == 0)
        return facts.mtime;
    return std::min<std::int64_t>(all.stx_btime.tv_sec * 1'000'000'000LL + all.stx_btime.tv_nsec, facts.mtime);
}

void addProperties(Response& response, const BlobCall& call, const FileFacts& facts, const BlobRecord& record, const Digests::Metadata& metadata)
{
    const bool isSigned = call.request.query.contains("sig");
    for (const auto& name : names) {
        const std::string overriding = isSigned ? call.request.queried(name.overriding) : std::string();
        std::string value = overriding.empty() ? propertyOf(record, name.kept) : overriding;
        if (value.empty() && name.kept == std::string_view("content-type"))
            value = typeByName(call.blob);
        if (!value.empty())
            response.headers.emplace_back(name.header, value);
    }
    for (const auto& [name, value] : {std::pair("ETag", etagOf(facts, record)), std::pair("Last-Modified", httpDate(modifiedOf(facts, record))), std::pair("Accept-Ranges", std::string("bytes"))})
        response.headers.emplace_back(name, value);
    for (const auto& [name, value] : {std::pair("x-ms-blob-type", "BlockBlob"), std::pair("x-ms-lease-status", "unlocked"), std::pair("x-ms-lease-state", "available"),
             std::pair("x-ms-server-encrypted", "false"), std::pair("x-ms-access-tier", "Hot"), std::pair("x-ms-access-tier-inferred", "true")})
        response.headers.emplace_back(name, value);
    if (const auto path = call.parts.blobs.tree().locate(call.container, call.blob))
        response.headers.emplace_back("x-ms-creation-time", httpDate(createdOf(*path, facts)));
    if (!record.md5.empty())
        response.headers.emplace_back(call.request.range() ? "x-ms-blob-content-md5" : "Content-MD5", record.md5);
    addCopy(response, record);
    for (const auto& [name, value] : metadata)
        response.headers.emplace_back("x-ms-meta-" + name, value);
}

Task<Response> getMetadata(BlobCall call)
{
    const Standing standing = standingOf(call);
    if (!standing.isThere)
        co_return notThere(call);
    Response response = Response::empty(200).with("ETag", standing.etag()).with("Last-Modified", httpDate(standing.modified()));
    for (const auto& [name, value] : call.parts.blobs.digests().metadata(call.container, FoundBlob{call.blob, false, standing.facts}))
        response.headers.emplace_back("x-ms-meta-" + name, value);
    co_return response;
}

Task<Response> setMetadata(BlobCall call)
{
    return change(std::move(call), [](const Request& request, BlobRecord& record) {
        record.metadata = metadataOf(request);
        record.metadata.erase("sha256");
    });
}

Task<Response> setProperties(BlobCall call)
{
    // What the request does not name is cleared, as Azure has it.
    return change(std::move(call), [](const Request& request, BlobRecord& record) {
        for (const auto& name : names)
            record.properties.erase(name.kept);
        for (const auto& [name, value] : propertiesOf(request))
            record.properties[name] = value;
        record.md5 = request.header("x-ms-blob-content-md5");
    });
}

} // namespace runyard::local
