// Writing blobs in one request, and what committing blocks has in common with it.
#include "blobplace.h"
#include "blobproperties.h"
#include "conditions.h"

#include "blobs.h"
#include "settle.h"

#include <sys/stat.h>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

Task<Response> makeFolder(BlobCall call, fs::path place)
{
    std::error_code error;
    fs::create_directories(place, error);
    if (error)
        co_return blobError(call.request, 409, "BlobNameConflict", "The folder “" + call.blob + "” cannot be made: " + error.message() + ".");
    co_return Response::empty(201);
}

} // namespace

std::optional<Response> refusePlace(const BlobCall& call, Replace replace, const fs::path& path)
{
    struct stat facts {};
    const bool isThere = ::stat(path.c_str(), &facts) == 0;
    if (isThere && replace == Replace::No && S_ISREG(facts.st_mode))
        return blobError(call.request, 409, "BlobAlreadyExists", "“" + call.blob + "” is there already.");
    if (isThere && S_ISDIR(facts.st_mode))
        return blobError(call.request, 409, "BlobNameConflict", "“" + call.blob + "” is a folder: no file can have its name. Remove it first, or choose another name.");
    return std::nullopt;
}

Task<Response> commitBlob(BlobCall& call, Upload::Written written, fs::path place, Replace replace)
{
    auto& blobs = call.parts.blobs;
    BlobRecord record{call.blob, written.facts, written.sha256, {}, metadataOf(call.request)};
    const std::string sent = call.request.header("x-ms-meta-sha256");
    if (!sent.empty() && sent != written.sha256)
        co_return blobError(call.request, 400, "Sha256Mismatch", "“" + call.blob + "” did not arrive as it was sent; nothing was kept. Send it again.");
    // With a block list that is the list's, and checked as such.
    std::string md5 = written.md5.empty() ? std::string() : call.request.header("content-md5");
    if (!md5.empty() && md5 != written.md5)
        co_return blobError(call.request, 400, "Md5Mismatch", "“" + call.blob + "” did not arrive as it was sent; nothing was kept. Send it again.");
    if (const std::string stored = call.request.header("x-ms-blob-content-md5"); !stored.empty())
        md5 = stored;
    record.md5 = md5;
    record.metadata.erase("sha256");
    record.properties = propertiesOf(call.request);
    record.properties.insert(call.properties.begin(), call.properties.end());
    // What was asked for when the upload began must still hold now that it ends.
    const auto turn = co_await blobs.turns().take(call.container + '/' + call.blob);
    if (auto refusal = refuseByConditions(call, Aim::Write))
        co_return std::move(*refusal);
    Settling settling;
    settling.container = call.container;
    settling.record = std::move(record);
    settling.file = written.file;
    settling.place = std::move(place);
    settling.replace = replace;
    const auto settled = co_await settle(blobs, std::move(settling));
    if (!settled)
        co_return blobError(call.request, settled.error());
    Response response = Response::empty(201).with("ETag", etagOf(written.facts)).with("Last-Modified", httpDate(written.facts.mtime)).with("x-ms-meta-sha256", written.sha256);
    if (!md5.empty())
        response.headers.emplace_back("Content-MD5", md5);
    co_return std::move(response).with("x-ms-request-server-encrypted", "false");
}

Result<fs::path> placeFor(const BlobCall& call)
{
    if (auto checked = checkBlobName(call.blob); !checked)
        return Failure(checked.error());
    auto place = call.parts.blobs.tree().locate(call.container, call.blob, Tree::Use::Write);
    struct stat facts {};
    if (place && call.container.starts_with("code-") && ::stat(call.parts.blobs.tree().root(call.container).c_str(), &facts) != 0)
        return failure(Error::Code::NotFound, "There is no upload “" + call.container + "”: begin it with startPendingUpload.");
    return place;
}

Replace replaceOf(const Request& request)
{
    return request.header("if-none-match") == "*" ? Replace::No : Replace::Yes;
}

Task<Response> putBlob(BlobCall call)
{
    Request& request = call.request;
    const auto place = placeFor(call);
    if (!place)
        co_return blobError(request, place.error());
    const std::string type = request.header("x-ms-blob-type");
    if (!type.empty() && type != "BlockBlob")
        co_return blobError(request, 400, "InvalidHeaderValue", "Only block blobs can be stored here, not “" + type + "”.");
    if (request.header("x-ms-meta-hdi_isfolder") == "true" && request.body->left() == 0)
        co_return co_await makeFolder(std::move(call), *place);
    const Replace replace = replaceOf(request);
    if (auto refusal = refusePlace(call, replace, *place))
        co_return std::move(*refusal);
    auto& blobs = call.parts.blobs;
    Upload::Plan plan;
    plan.name = call.blob;
    plan.expected = request.body->left() > 1 ? request.body->left() : -1;
    plan.md5 = request.header("content-md5").empty() ? Upload::Md5::None : Upload::Md5::Wanted;
    auto upload = Upload::begin(blobs.shelf(), blobs.tree().uploads(call.container), plan);
    if (!upload)
        co_return blobError(request, upload.error());
    auto written = co_await (*upload)->take(*request.body);
    if (!written)
        co_return blobError(request, written.error());
    co_return co_await commitBlob(call, std::move(*written), *place, replace);
}

} // namespace runyard::local
