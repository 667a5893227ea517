#include "blobs.h"

#include "core/files.h"
#include "core/hash.h"
#include "crew.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace runyard::client {

namespace {

constexpr std::int64_t LargestPut = 64ll << 20;
constexpr std::int64_t BlockSize = 8ll << 20;
constexpr std::int64_t WorthAsking = 1ll << 20;  // larger files are not sent only to hear that they are there
constexpr std::size_t Hands = 4;

std::string headerOf(const http::Reply& reply, const char* name)
{
    const auto found = reply.headers.find(name);
    return found == reply.headers.end() ? std::string() : found->second;
}

// SHA-256 of the first `size` bytes.
Result<std::string> digestOf(const std::filesystem::path& file, std::int64_t size, const Wanted& wanted)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return Failure(fileError(file, "be read", errno));
    const std::unique_ptr<const int, void (*)(const int*)> owner(&descriptor, [](const int* d) { ::close(*d); });
    Digest digest;
    std::vector<char> buffer(1 << 20);
    std::int64_t left = size;
    while (left > 0 && wanted()) {
        const ssize_t got = ::read(descriptor, buffer.data(), static_cast<std::size_t>(std::min<std::int64_t>(left, static_cast<std::int64_t>(buffer.size()))));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return Failure(fileError(file, "be read", errno));
        if (got == 0)
            return failure(Error::Code::Conflict, "“" + file.filename().string() + "” changed while it was sent; upload it again.");
        digest.add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
        left -= got;
    }
    return toHex(digest.finish());
}

// What the parallel Tasks of an upload share.
struct Upload {
    Connection& connection;
    Container container;
    std::vector<UploadItem> items;
    Existing existing;
    std::function<void(const TransferProgress&)> report;
    TransferProgress progress;
    UploadTotals totals;

    http::Request put(const UploadItem& item, const std::string& query, http::FileRange range) const
    {
        http::Request request = connection.prepared(http::Request::put(container.blob(item.name, query), std::move(range)).bulk());
        request.headers.push_back("x-ms-version: 2023-11-03");
        request.headers.push_back("Content-Type: application/octet-stream");
        return request;
    }

    void confirm(std::int64_t bytes, const std::string& name)
    {
        progress.done += bytes;
        progress.current = name;
        report(progress);
    }

    void finishFile(const UploadItem& item, bool wasSent)
    {
        ++progress.filesDone;
        progress.filesSkipped += wasSent ? 0 : 1;
        (wasSent ? totals.uploaded : totals.skipped) += 1;
        totals.bytes += wasSent ? item.size : 0;
        report(progress);
    }
};

using Shared = std::shared_ptr<Upload>;

Error namedError(Error error, const UploadItem& item)
{
    error.detail = item.file.string() + '\n' + error.detail;
    return error;
}

Task<Result<bool>> isThere(Shared upload, std::size_t index)
{
    const std::string url = upload->container.blob(upload->items[index].name);
    auto reply = co_await upload->connection.send(upload->connection.prepared(http::Request::head(url)));
    if (!reply)
        co_return Failure(reply.error());
    if (reply->status == 404)
        co_return false;
    if (reply->status / 100 != 2)
        co_return Failure(Connection::errorOf(*reply, "HEAD " + url));
    co_return true;
}

// Whether the blob is the very file that we sent: the answer to an earlier try may have been lost.
Task<bool> holdsOurs(Shared upload, std::size_t index, std::string digest)
{
    const std::string url = upload->container.blob(upload->items[index].name);
    auto reply = co_await upload->connection.send(upload->connection.prepared(http::Request::head(url)));
    co_return reply && reply->status == 200 && headerOf(*reply, "x-ms-meta-sha256") == digest;
}

// What became of the request that commits a blob. True where it was sent by us, false where it was there before.
Task<Result<bool>> settle(Shared upload, std::size_t index, http::Request request, std::string digest)
{
    const UploadItem& item = upload->items[index];
    request.headers.push_back("x-ms-meta-sha256: " + digest);
    if (upload->existing == Existing::Skip)
        request.headers.push_back("If-None-Match: *");
    const std::string what = request.method + ' ' + upload->container.base + '/' + item.name;
    auto reply = co_await upload->connection.send(std::move(request));
    if (!reply)
        co_return Failure(namedError(reply.error(), item));
    if (reply->status / 100 == 2)
        co_return true;
    const std::string code = headerOf(*reply, "x-ms-error-code");
    if (reply->status == 409 && code == "BlobAlreadyExists" && upload->existing == Existing::Skip) {
        if (reply->tries == 1)
            co_return false;
        co_return co_await holdsOurs(upload, index, digest);
    }
    if (reply->status == 400 && code == "InvalidBlockList" && reply->tries > 1) {  // an earlier try has used the blocks up
        const bool isOurs = co_await holdsOurs(upload, index, digest);
        if (isOurs)
            co_return true;
    }
    co_return Failure(namedError(Connection::errorOf(*reply, what), item));
}

Task<Result<bool>> sendWhole(Shared upload, std::size_t index)
{
    const UploadItem& item = upload->items[index];
    const std::function<Result<std::string>(const Wanted&)> hash = [file = item.file, size = item.size](const Wanted& wanted) { return digestOf(file, size, wanted); };
    auto digest = co_await upload->connection.workers().run<Result<std::string>>(hash);
    if (!digest)
        co_return Failure(digest.error());
    http::Request request = upload->put(item, {}, http::FileRange(item.file, 0, item.size));
    request.headers.push_back("x-ms-blob-type: BlockBlob");
    auto sent = co_await settle(upload, index, std::move(request), *digest);
    upload->confirm(item.size, item.name);
    co_return sent;
}

std::string blockId(std::int64_t number)
{
    std::string digits = std::to_string(number);
    return toBase64(std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits);
}

std::string blockList(std::int64_t blocks)
{
    std::string xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
    for (std::int64_t i = 0; i < blocks; ++i)
        xml += "<Latest>" + blockId(i) + "</Latest>";
    return xml + "</BlockList>";
}

std::string forQuery(const std::string& base64)
{
    std::string text;
    for (const char c : base64)
        text += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    return text;
}

Task<Result<>> sendBlock(Shared upload, std::size_t index, std::int64_t number)
{
    const UploadItem& item = upload->items[index];
    const auto from = number * BlockSize;
    const auto length = std::min(BlockSize, item.size - from);
    http::Request request = upload->put(item, "comp=block&blockid=" + forQuery(blockId(number)), http::FileRange(item.file, from, length));
    auto reply = co_await upload->connection.ask(std::move(request));
    if (!reply)
        co_return Failure(namedError(reply.error(), item));
    upload->confirm(length, item.name);
    co_return Result<>();
}

Task<Result<>> sendBlocks(Shared upload, std::size_t index)
{
    const auto blocks = static_cast<std::size_t>((upload->items[index].size + BlockSize - 1) / BlockSize);
    const Crew::Work each = [upload, index](std::size_t number) { return sendBlock(upload, index, static_cast<std::int64_t>(number)); };
    co_return co_await Crew::share(blocks, Hands, each);
}

Task<Result<bool>> sendInBlocks(Shared upload, std::size_t index)
{
    const UploadItem& item = upload->items[index];
    const auto executor = co_await asio::this_coro::executor;
    const std::function<Result<std::string>(const Wanted&)> hash = [file = item.file, size = item.size](const Wanted& wanted) { return digestOf(file, size, wanted); };
    const auto digest = std::make_shared<Result<std::string>>();
    const Crew::Work both = [upload, index, hash, digest](std::size_t piece) -> Task<Result<>> {
        if (piece == 0)
            return sendBlocks(upload, index);
        return [](Shared shared, std::function<Result<std::string>(const Wanted&)> work, std::shared_ptr<Result<std::string>> into) -> Task<Result<>> {
            *into = co_await shared->connection.workers().run<Result<std::string>>(work);
            if (!*into)
                co_return Failure(into->error());
            co_return Result<>();
        }(upload, hash, digest);
    };
    if (auto sent = co_await Crew::share(2, 2, both); !sent)
        co_return Failure(sent.error());
    const auto blocks = (item.size + BlockSize - 1) / BlockSize;
    http::Request request = upload->connection.prepared(http::Request::put(upload->container.blob(item.name, "comp=blocklist"), blockList(blocks)));
    request.headers.push_back("x-ms-version: 2023-11-03");
    request.headers.push_back("Content-Type: application/xml");
    request.deadline = std::chrono::minutes(10);  // the service puts the blocks together and flushes them
    co_return co_await settle(upload, index, std::move(request), **digest);
}

Task<Result<>> sendOne(Shared upload, std::size_t index)
{
    const UploadItem& item = upload->items[index];
    if (upload->existing == Existing::Skip && item.size >= WorthAsking) {
        auto there = co_await isThere(upload, index);
        if (!there)
            co_return Failure(namedError(there.error(), item));
        if (*there) {
            upload->confirm(item.size, item.name);
            upload->finishFile(item, false);
            co_return Result<>();
        }
    }
    Result<bool> sent;
    if (item.size > LargestPut)
        sent = co_await sendInBlocks(upload, index);
    else
        sent = co_await sendWhole(upload, index);
    if (!sent)
        co_return Failure(sent.error());
    upload->finishFile(item, *sent);
    co_return Result<>();
}

} // namespace

Task<Result<UploadTotals>> uploadAll(Connection& connection, Container container, std::vector<UploadItem> items, Existing existing,
                                     std::function<void(const TransferProgress&)> report)
{
    const auto count = items.size();
    const Shared upload(new Upload{connection, std::move(container), std::move(items), existing, std::move(report), {}, {}});
    upload->progress.files = static_cast<int>(count);
    for (const UploadItem& item : upload->items)
        upload->progress.total += item.size;
    upload->report(upload->progress);
    const Crew::Work work = [upload](std::size_t index) { return sendOne(upload, index); };
    if (auto done = co_await Crew::share(count, Hands, work); !done)
        co_return Failure(done.error());
    co_return upload->totals;
}

} // namespace runyard::client
