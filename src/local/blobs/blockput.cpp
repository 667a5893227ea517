// Writing blobs by blocks.
#include "blobplace.h"
#include "blobxml.h"
#include "conditions.h"
#include "stages.h"

#include "api/uri.h"
#include "core/files.h"
#include "core/ids.h"
#include "local/runs/inpool.h"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <cstdio>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

// Block by block, so that others get their turn on the pool.
void digestOn(asio::thread_pool& pool, std::shared_ptr<Stage> stage)
{
    asio::post(pool, [&pool, stage = std::move(stage)]() mutable {
        if (stage->digestNext())
            digestOn(pool, std::move(stage));
    });
}

Response busy(const BlobCall& call)
{
    return blobError(call.request, 503, "ServerBusy", "“" + call.blob + "” is being put together from its blocks just now. Try again in a moment.").with("Retry-After", "1");
}

// What is staged would only keep the disk full. Removing gigabytes takes seconds: out of the way at once, gone by the pool.
void discard(const BlobCall& call)
{
    auto& blobs = call.parts.blobs;
    const fs::path uploads = blobs.tree().uploads(call.container);
    const fs::path gone = uploads / ("gone-" + newGuid());
    if (::rename(blobs.stages().drop(uploads, call.container, call.blob).c_str(), gone.c_str()) != 0)
        return;
    asio::post(blobs.pool(), [gone] {
        std::error_code ignored;
        fs::remove_all(gone, ignored);
    });
}

Response refuseFault(const BlobCall& call, int fault)
{
    if (fault == ECANCELED)
        return busy(call);
    if (fault == EINVAL)
        return blobError(call.request, 400, "InvalidHeaderValue", "A block cannot be empty.");
    if (fault == ENOSPC || fault == EDQUOT)
        discard(call);
    return blobError(call.request, fileError(call.blob, "be written", fault));
}

} // namespace

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
    const auto stage = blobs.stages().of(blobs.tree().uploads(call.container), call.container, call.blob);
    if (!stage)
        co_return blobError(request, stage.error());
    const bool isSizeKnown = !request.header("content-length").empty();
    if (isSizeKnown && request.body->left() == 0)
        co_return refuseFault(call, EINVAL);
    const std::shared_ptr<Stage::Block> block = (*stage)->begin(id, isSizeKnown ? request.body->left() : -1);
    if (!block)
        co_return busy(call);
    const std::string sent = request.header("content-md5");
    const auto md5 = std::make_shared<Digest>(Digest::Kind::Md5);
    const Pump::Take write = [block, md5 = sent.empty() ? nullptr : md5](std::string_view piece) {
        if (md5)
            md5->add(piece);
        return block->write(piece);
    };
    Pump pump(blobs.shelf(), write);
    auto drained = co_await pump.drain(*request.body);
    if (!drained)
        co_return blobError(request, drained.error());
    const auto digest = std::make_shared<std::string>();
    const std::function<int()> keep = [block, md5, sent, digest] {
        *digest = sent.empty() ? sent : toBase64(md5->finish());
        return *digest == sent ? block->keep() : 0;
    };
    const int fault = co_await pump.finish(keep);
    if (fault != 0)
        co_return refuseFault(call, fault);
    if (*digest != sent)
        co_return blobError(request, 400, "Md5Mismatch", "The block did not arrive as it was sent. Send it again.");
    digestOn(blobs.pool(), *stage);
    Response response = Response::empty(201);
    if (!sent.empty())
        response.headers.emplace_back("Content-MD5", sent);
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
    const auto ids = readBlockList(*text);
    if (!ids)
        co_return blobError(request, 400, "InvalidXmlDocument", "The block list is not XML of the kind <BlockList><Latest>…</Latest></BlockList>, with at most 50,000 blocks.");
    auto& blobs = call.parts.blobs;
    const auto stage = blobs.stages().of(blobs.tree().uploads(call.container), call.container, call.blob);
    if (!stage)
        co_return blobError(request, stage.error());
    if (!(*stage)->hasAll(*ids))
        co_return blobError(request, 400, "InvalidBlockList", "The list names a block that was not sent, or was sent too long ago. Send the file again.");
    std::function<Result<Upload::Written>()> work = [stage = *stage, ids = *ids, name = call.blob] { return stage->commit(ids, name); };
    auto written = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    if (!written && written.error().code == Error::Code::Conflict)
        co_return busy(call);
    Response response;
    if (written)
        response = co_await commitBlob(call, std::move(*written), *place, replace);
    else
        response = blobError(request, written.error());
    discard(call);
    co_return response;
}

Task<Response> getBlockList(BlobCall call)
{
    auto& blobs = call.parts.blobs;
    const auto stage = blobs.stages().find(blobs.tree().uploads(call.container), call.container, call.blob);
    if (!stage && !standingOf(call).isThere)
        co_return notThere(call);
    pugi::xml_document document;
    auto root = beginXml(document, "BlockList");
    root.append_child("CommittedBlocks");
    auto waiting = root.append_child("UncommittedBlocks");
    if (stage) {
        for (const auto& block : stage->blocks()) {
            auto node = waiting.append_child("Block");
            addText(node, "Name", block.id);
            addText(node, "Size", std::to_string(block.size));
        }
    }
    co_return xmlAnswer(document);
}

} // namespace runyard::local
