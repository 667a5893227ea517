// Reading blobs, logs that grow among them, and removing them.
#include "blobproperties.h"
#include "conditions.h"
#include "upload.h"

#include "core/crc64.h"
#include "core/files.h"
#include "core/hash.h"
#include "local/runs/inpool.h"

#include <fcntl.h>
#include <unistd.h>

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

Response found(const BlobCall& call, const FileFacts& facts)
{
    const FoundBlob blob{call.blob, false, facts};
    Response response;
    addProperties(response, call, facts, call.parts.blobs.digests().of(call.container, blob), call.parts.blobs.digests().metadata(call.container, blob));
    return response;
}

bool asksForDigest(const Request& request)
{
    return request.header("x-ms-range-get-content-md5") == "true" || request.header("x-ms-range-get-content-crc64") == "true";
}

struct RangeDigests {
    std::string md5;
    std::string crc;
};

// What a range of at most 4 MiB digests to. Blocks.
Result<RangeDigests> digestRange(const FileBody& part)
{
    std::string bytes(static_cast<std::size_t>(part.length), '\0');
    const int fd = ::open(part.path.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd < 0 ? -1 : ::pread(fd, bytes.data(), bytes.size(), part.offset);
    const int fault = errno;
    if (fd >= 0)
        ::close(fd);
    if (got != static_cast<ssize_t>(bytes.size()))
        return Failure(fileError(part.path, "be read", got < 0 ? fault : EIO));
    Digest md5(Digest::Kind::Md5);
    md5.add(bytes);
    Crc64 crc;
    crc.add(bytes);
    return RangeDigests{toBase64(md5.finish()), toBase64(crc.bytes())};
}

Task<Response> withDigest(BlobCall call, Response response)
{
    auto& blobs = call.parts.blobs;
    if (response.file->length > 4 << 20)
        co_return blobError(call.request, 400, "OutOfRangeInput", "A digest is given for ranges of up to 4 MiB.");
    std::function<Result<RangeDigests>()> work = [part = *response.file] { return digestRange(part); };
    const auto digests = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    if (!digests)
        co_return blobError(call.request, digests.error());
    if (call.request.header("x-ms-range-get-content-md5") == "true")
        co_return std::move(response).with("Content-MD5", digests->md5);
    co_return std::move(response).with("x-ms-content-crc64", digests->crc);
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
        co_return notThere(call);
    const bool isOdd = !range && (call.request.header("x-ms-range") + call.request.header("range")).starts_with("bytes=");
    if (isOdd || (range && first >= facts->size))
        co_return blobError(call.request, 416, "InvalidRange", "“" + call.blob + "” has " + std::to_string(facts->size) + " bytes.").with("Content-Range", "bytes */" + std::to_string(facts->size));
    Response response = found(call, *facts);
    std::int64_t last = facts->size - 1;
    if (range && range->second >= 0)
        last = std::min(last, range->second);
    response.file = FileBody{*path, first, last + 1 - first};
    if (!range)
        co_return response;
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(facts->size));
    if (asksForDigest(call.request))
        co_return co_await withDigest(std::move(call), std::move(response));
    co_return response;
}

Task<Response> deleteBlob(BlobCall call)
{
    auto& blobs = call.parts.blobs;
    const auto path = blobs.tree().locate(call.container, call.blob, Tree::Use::Write);
    if (!path)
        co_return blobError(call.request, path.error());
    const auto turn = co_await blobs.turns().take(call.container + '/' + call.blob);
    const Standing standing = standingOf(call);
    if (!standing.isThere)
        co_return notThere(call);
    if (auto refusal = refuseByConditions(call.request, standing, Aim::Write))
        co_return std::move(*refusal);
    std::function<Result<>()> work = [root = blobs.tree().root(call.container), file = *path] { return removeFile(root, file); };
    const auto removed = co_await inPool(blobs.context(), blobs.pool(), std::move(work));
    if (!removed)
        co_return blobError(call.request, removed.error());
    const auto forgotten = co_await blobs.digests().remove(call.container, call.blob);
    if (!forgotten)
        co_return blobError(call.request, forgotten.error());
    co_return Response::empty(202);
}

} // namespace runyard::local
