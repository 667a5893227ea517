// Writing blobs, whole or by blocks.
#include "blobproperties.h"
#include "conditions.h"
#include "join.h"
#include "upload.h"

#include "core/hash.h"
#include "core/ids.h"
#include "local/runs/inpool.h"

#include <pugixml.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>


namespace runyard::local {

namespace fs = std::filesystem;

namespace {

// Where the blocks of a blob wait for their list.
fs::path blocksOf(const BlobCall& call)
{
    return call.parts.blobs.tree().uploads(call.container) / ("blocks-" + sha256Hex(call.container + '/' + call.blob));
}

// Removing gigabytes takes seconds: out of the way at once, gone by the pool.
void dropBlocks(const BlobCall& call)
{
    const fs::path gone = call.parts.blobs.tree().uploads(call.container) / ("gone-" + newGuid());
    if (::rename(blocksOf(call).c_str(), gone.c_str()) != 0)
        return;
    asio::post(call.parts.blobs.pool(), [gone] {
        std::error_code ignored;
        fs::remove_all(gone, ignored);
    });
}

// What was sent of a blob that finds no room is room itself: whoever tries again sends it again.
Error withoutBlocks(const BlobCall& call, const Error& error)
{
    if (error.code == Error::Code::Storage)
        dropBlocks(call);
    return error;
}

Upload::Plan planOf(const BlobCall& call, Upload::Kind kind)
{
    Upload::Plan plan;
    plan.name = call.blob;
    plan.kind = kind;
    if (call.request.body->left() > 1)
        plan.expected = call.request.body->left();
    if (!call.request.header("content-md5").empty())
        plan.md5 = Upload::Md5::Wanted;
    return plan;
}

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

// Checks the digests that the client sent, notes the new one, moves the file into place.
Task<Response> commit(const BlobCall& call, Upload::Written written, fs::path place, Replace replace)
{
    auto& blobs = call.parts.blobs;
    BlobRecord record{call.blob, written.facts, written.sha256, {}, metadataOf(call.request)};
    const std::string sent = call.request.header("x-ms-meta-sha256");
    if (!sent.empty() && sent != written.sha256)
        co_return blobError(call.request, 400, "Sha256Mismatch", "“" + call.blob + "” did not arrive as it was sent; nothing was kept. Send it again.");
    std::string md5 = call.request.header("content-md5");
    if (!md5.empty() && !written.md5.empty() && md5 != written.md5)
        co_return blobError(call.request, 400, "Md5Mismatch", "“" + call.blob + "” did not arrive as it was sent; nothing was kept. Send it again.");
    if (const std::string stored = call.request.header("x-ms-blob-content-md5"); !stored.empty())
        md5 = stored;
    record.md5 = md5;
    record.metadata.erase("sha256");
    record.properties = propertiesOf(call.request);
    record.properties.insert(call.properties.begin(), call.properties.end());
    // What was asked for when the upload began must still hold now that it ends.
    const auto turn = co_await blobs.turns().take(call.container + '/' + call.blob);
    if (auto refusal = refuseByConditions(call.request, standingOf(call), Aim::Write))
        co_return std::move(*refusal);
    std::vector<BlobRecord> records(1, std::move(record));
    const auto noted = co_await blobs.digests().put(call.container, std::move(records));
    if (!noted)
        co_return blobError(call.request, noted.error());
    std::function<Result<>()> work = [root = blobs.tree().root(call.container), file = written.file, place, replace] { return moveIntoPlace(root, file, place, replace); };
    const auto moved = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    if (!moved)
        co_return blobError(call.request, moved.error());
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

// The body of a request into a file.
Task<Result<Upload::Written>> takeBody(Request& request, Upload& upload)
{
    for (;;) {
        const auto piece = co_await request.body->next();
        if (!piece)
            co_return Failure(piece.error());
        if (piece->empty())
            break;
        auto added = co_await upload.add(*piece);
        if (!added)
            co_return Failure(std::move(added).error());
    }
    co_return co_await upload.finish();
}

Task<Response> makeFolder(BlobCall call, fs::path place)
{
    std::error_code error;
    fs::create_directories(place, error);
    if (error)
        co_return blobError(call.request, 409, "BlobNameConflict", "The folder “" + call.blob + "” cannot be made: " + error.message() + ".");
    co_return Response::empty(201);
}

} // namespace

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
    auto upload = Upload::begin(blobs.context(), blobs.pool(), blobs.tree().uploads(call.container), planOf(call, Upload::Kind::Blob));
    if (!upload)
        co_return blobError(request, upload.error());
    auto written = co_await takeBody(request, **upload);
    if (!written)
        co_return blobError(request, written.error());
    co_return co_await commit(call, std::move(*written), *place, replace);
}

Task<Response> putBlock(BlobCall call)
{
    Request& request = call.request;
    const auto place = placeFor(call);
    if (!place)
        co_return blobError(request, place.error());
    const std::string id = request.queried("blockid");
    if (id.empty() || id.size() > 120)
        co_return blobError(request, 400, "InvalidQueryParameterValue", "A block needs an id of 1 to 120 characters.");
    auto& blobs = call.parts.blobs;
    const fs::path folder = blocksOf(call);
    auto upload = Upload::begin(blobs.context(), blobs.pool(), folder, planOf(call, Upload::Kind::Block));
    if (!upload)
        co_return blobError(request, withoutBlocks(call, upload.error()));
    auto written = co_await takeBody(request, **upload);
    if (!written)
        co_return blobError(request, withoutBlocks(call, written.error()));
    if (!request.header("content-md5").empty() && written->md5 != request.header("content-md5"))
        co_return blobError(request, 400, "Md5Mismatch", "The block did not arrive as it was sent. Send it again.");
    if (::rename(written->file.c_str(), (folder / ("b-" + toHex(id))).c_str()) != 0)
        co_return blobError(request, 500, "InternalError", "The block could not be kept.");
    Response response = Response::empty(201);
    if (!written->md5.empty())
        response.headers.emplace_back("Content-MD5", written->md5);
    co_return response;
}

Task<Response> putBlockList(BlobCall call)
{
    Request& request = call.request;
    const auto place = placeFor(call);
    if (!place)
        co_return blobError(request, place.error());
    const Replace replace = replaceOf(request);
    if (auto refusal = refusePlace(call, replace, *place))
        co_return std::move(*refusal);
    const auto text = co_await request.text(16 << 20);
    if (!text)
        co_return blobError(request, text.error());
    pugi::xml_document document;
    if (text->find("<!DOCTYPE") != std::string::npos || !document.load_buffer(text->data(), text->size()) || !document.child("BlockList"))
        co_return blobError(request, 400, "InvalidXmlDocument", "The block list is not XML of the kind <BlockList><Latest>…</Latest></BlockList>.");
    const fs::path folder = blocksOf(call);
    std::vector<fs::path> blocks;
    for (const auto node : document.child("BlockList").children()) {
        blocks.push_back(folder / ("b-" + toHex(node.text().get())));
        if (::access(blocks.back().c_str(), R_OK) != 0)
            co_return blobError(request, 400, "InvalidBlockList", "The list names a block that was not sent, or was sent too long ago. Send the file again.");
    }
    auto& blobs = call.parts.blobs;
    const auto scratch = std::make_shared<Scratch>(blobs.tree().uploads(call.container) / ("put-" + newGuid()));
    std::function<Result<Upload::Written>()> work = [blocks, scratch, name = call.blob] { return joinBlocks(blocks, *scratch, name); };
    auto written = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    if (!written)
        co_return blobError(request, withoutBlocks(call, written.error()));
    Response response = co_await commit(call, std::move(*written), *place, replace);
    if (response.status == 201)
        dropBlocks(call);
    co_return response;
}

Task<Response> getBlockList(BlobCall call)
{
    std::string text = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><CommittedBlocks/><UncommittedBlocks>";
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(blocksOf(call), error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("b-"))
            continue;
        std::string id;
        for (std::size_t at = 2; at + 1 < name.size(); at += 2)
            id += static_cast<char>(std::stoi(name.substr(at, 2), nullptr, 16));
        text += "<Block><Name>" + id + "</Name><Size>" + std::to_string(entry.file_size(error)) + "</Size></Block>";
    }
    Response response;
    response.body = text + "</UncommittedBlocks></BlockList>";
    co_return std::move(response).with("Content-Type", "application/xml");
}

} // namespace runyard::local
