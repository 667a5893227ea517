// Reading blobs, logs that grow among them, and removing them.
#include "blobroutes.h"
#include "digests.h"
#include "upload.h"

#include "core/hash.h"
#include "local/runs/inpool.h"

namespace runyard::local {

namespace {

// "ExperimentRun/dcid.{run}/…" → run.
std::string runOf(const BlobCall& call)
{
    constexpr std::string_view prefix = "ExperimentRun/dcid.";
    if (call.container != "azureml" || !call.blob.starts_with(prefix))
        return {};
    return call.blob.substr(prefix.size(), call.blob.find('/', prefix.size()) - prefix.size());
}

// Holds on until the file is longer than `have`, or its run writes no more, or the wait is over. The facts then.
Task<Result<FileFacts>> factsWhenGrown(const BlobCall& call, std::filesystem::path path, std::int64_t have)
{
    const std::string run = runOf(call);
    const auto until = std::chrono::steady_clock::now() + call.request.wait();
    for (;;) {
        const std::string seen = call.parts.changes.version("run/" + run);
        const bool isEnded = run.empty() || call.parts.isEnded(run);
        auto facts = factsOf(path);
        const auto left = std::chrono::ceil<std::chrono::seconds>(until - std::chrono::steady_clock::now());
        if ((facts && facts->size > have) || isEnded || left.count() <= 0)
            co_return facts;
        co_await call.parts.changes.wait("run/" + run, seen, left);
        if (call.parts.changes.version("run/" + run) == seen)
            co_return factsOf(path);
    }
}

std::string typeOf(const std::string& blob)
{
    static const std::map<std::string, std::string> types{{".txt", "text/plain; charset=utf-8"}, {".log", "text/plain; charset=utf-8"}, {".json", "application/json"}, {".png", "image/png"}, {".csv", "text/csv"}};
    const auto found = types.find(std::filesystem::path(blob).extension().string());
    return found == types.end() ? "application/octet-stream" : found->second;
}

Response found(const BlobCall& call, const FileFacts& facts)
{
    const FoundBlob blob{call.blob, false, facts};
    const auto record = call.parts.blobs.digests().of(call.container, blob);
    Response response;
    response.headers = {{"Content-Type", typeOf(call.blob)}, {"ETag", etagOf(facts)}, {"Last-Modified", httpDate(facts.mtime)}, {"Accept-Ranges", "bytes"}, {"x-ms-blob-type", "BlockBlob"},
        {"x-ms-version", "2021-10-04"}, {"x-ms-server-encrypted", "false"}};
    if (!record.md5.empty())
        response.headers.emplace_back(call.request.range() ? "x-ms-blob-content-md5" : "Content-MD5", record.md5);
    for (const auto& [name, value] : call.parts.blobs.digests().metadata(call.container, blob))
        response.headers.emplace_back("x-ms-meta-" + name, value);
    return response;
}

} // namespace

Task<Response> getBlob(BlobCall call)
{
    const auto path = call.parts.blobs.tree().locate(call.container, call.blob);
    if (!path)
        co_return blobError(call.request, path.error());
    const auto range = call.request.range();
    Result<FileFacts> facts = factsOf(*path);
    const std::int64_t first = range ? range->first : 0;
    if (range && call.request.wait().count() > 0 && (!facts || facts->size <= first))
        facts = co_await factsWhenGrown(call, *path, first);
    if (!facts || call.blob.ends_with('/'))
        co_return blobError(call.request, 404, "BlobNotFound", "There is no file “" + call.blob + "” in container “" + call.container + "”.");
    if (const std::string wanted = call.request.header("if-match"); !wanted.empty() && wanted != "*" && wanted != etagOf(*facts))
        co_return blobError(call.request, 412, "ConditionNotMet", "“" + call.blob + "” has changed meanwhile.");
    if (range && first >= facts->size)
        co_return blobError(call.request, 416, "InvalidRange", "“" + call.blob + "” has " + std::to_string(facts->size) + " bytes.").with("Content-Range", "bytes */" + std::to_string(facts->size));
    Response response = found(call, *facts);
    std::int64_t last = facts->size - 1;
    if (range && range->second >= 0)
        last = std::min(last, range->second);
    response.file = FileBody{*path, first, last + 1 - first};
    if (!range)
        co_return response;
    response.status = 206;
    co_return std::move(response).with("Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(facts->size));
}

Task<Response> deleteBlob(BlobCall call)
{
    auto& blobs = call.parts.blobs;
    const auto path = blobs.tree().locate(call.container, call.blob, Tree::Use::Write);
    if (!path)
        co_return blobError(call.request, path.error());
    if (!factsOf(*path))
        co_return blobError(call.request, 404, "BlobNotFound", "There is no file “" + call.blob + "” in container “" + call.container + "”.");
    std::function<Result<>()> work = [root = blobs.tree().root(call.container), file = *path] { return removeFile(root, file); };
    const auto removed = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    if (!removed)
        co_return blobError(call.request, removed.error());
    const auto forgotten = co_await blobs.digests().remove(call.container, call.blob);
    if (!forgotten)
        co_return blobError(call.request, forgotten.error());
    co_return Response::empty(202);
}

Task<Response> setMetadata(BlobCall call)
{
    auto& blobs = call.parts.blobs;
    const auto path = blobs.tree().locate(call.container, call.blob, Tree::Use::Write);
    if (!path)
        co_return blobError(call.request, path.error());
    const auto facts = factsOf(*path);
    if (!facts)
        co_return blobError(call.request, 404, "BlobNotFound", "There is no file “" + call.blob + "” in container “" + call.container + "”.");
    std::vector<BlobRecord> records(1, blobs.digests().of(call.container, FoundBlob{call.blob, false, *facts}));
    records.front().metadata = metadataOf(call.request);
    records.front().metadata.erase("sha256");
    const auto kept = co_await blobs.digests().put(call.container, std::move(records));
    if (!kept)
        co_return blobError(call.request, kept.error());
    co_return Response::empty(200).with("ETag", etagOf(*facts)).with("Last-Modified", httpDate(facts->mtime));
}

} // namespace runyard::local
