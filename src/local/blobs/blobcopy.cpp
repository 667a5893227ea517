// Writing blobs from others of this service: Copy Blob, Put Blob From URL, Put Block From URL.
#include "blobproperties.h"
#include "conditions.h"
#include "local/server/guard.h"

#include "core/files.h"
#include "core/ids.h"
#include "core/time.h"
#include "local/runs/inpool.h"

#include <fcntl.h>
#include <unistd.h>

namespace runyard::local {

namespace {

// A part of a file as a request's body, read off the io thread.
class FileReader final : public BodyReader {
public:
    FileReader(Blobs& blobs, int fd, std::int64_t offset, std::int64_t length) : m_blobs(blobs), m_file(std::make_shared<File>(fd)), m_offset(offset), m_left(length) {}

    std::int64_t left() const override { return m_left; }
    Task<Result<std::string_view>> next() override
    {
        if (m_left == 0)
            co_return std::string_view();
        const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(m_left, 1 << 20));
        std::function<ssize_t()> work = [file = m_file, offset = m_offset, wanted] {
            file->buffer.resize(wanted);
            return ::pread(file->fd, file->buffer.data(), wanted, offset);
        };
        const ssize_t got = co_await inPool(m_blobs.context(), m_blobs.pool(), std::move(work));
        if (got <= 0)
            co_return failure(Error::Code::Storage, "The file to be copied could not be read to its end.");
        m_offset += got;
        m_left -= got;
        co_return std::string_view(m_file->buffer.data(), static_cast<std::size_t>(got));
    }

private:
    struct File {
        explicit File(int number) : fd(number) {}
        ~File() { ::close(fd); }
        File(const File&) = delete;
        File& operator=(const File&) = delete;
        int fd;
        std::string buffer;
    };

    Blobs& m_blobs;
    std::shared_ptr<File> m_file;
    std::int64_t m_offset;
    std::int64_t m_left;
};

// The request that reading the source would be, with the rights of whoever copies where the address has none of its own.
std::optional<Request> sourceOf(const Request& request)
{
    const std::string url = request.header("x-ms-copy-source");
    const auto mark = url.find("://");
    const auto slash = mark == std::string::npos ? mark : url.find('/', mark + 3);
    if (slash == std::string::npos || url.substr(mark + 3, slash - mark - 3) != request.header("host"))
        return std::nullopt;
    Request source = toRequest("GET", std::string_view(url).substr(slash));
    if (const auto place = belowAccount(source.path))
        setPlace(source, *place);
    source.base = request.base;
    source.headers["host"] = request.header("host");
    for (const char* name : {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}) {
        if (const std::string value = request.header(std::string("x-ms-source-") + name); !value.empty())
            source.headers[name] = value;
    }
    // A signature in the caller's own address says nothing of other files; a token or the account's key does.
    const bool isByAddress = request.who.kind == Identity::Kind::Signer && request.query.contains("sig");
    if (!isByAddress && !source.query.contains("sig"))
        source.who = request.who;
    return source;
}

// The properties and the metadata that a copy takes over where its request says none.
void takeOver(BlobCall& call, const Standing& from)
{
    Request& request = call.request;
    request.headers.erase("content-type");  // of no bytes
    if (metadataOf(request).empty())
        for (const auto& [name, value] : from.record.metadata)
            request.headers["x-ms-meta-" + name] = value;
    for (const auto& [name, value] : from.record.properties) {
        if (!name.starts_with("copy-") && name != "revision")
            call.properties.emplace(name, value);
    }
    if (request.header("x-ms-blob-content-md5").empty() && !from.record.md5.empty())
        request.headers["x-ms-blob-content-md5"] = from.record.md5;
}

std::string withoutQuery(const std::string& url)
{
    return url.substr(0, url.find('?'));
}

Response cannotRead(const Request& request, const Response& refusal)
{
    return blobError(request, refusal.status == 404 ? 404 : 403, "CannotVerifyCopySource", "The file to be copied may not be read, or is not there: give its address a signature, or use a token.");
}

} // namespace

Task<Response> copyFrom(BlobCall call, Task<Response> (*write)(BlobCall))
{
    Request& request = call.request;
    auto source = sourceOf(request);
    if (!source || source->params["container"].empty())
        co_return blobError(request, 400, "CannotVerifyCopySource", "Only files of this workspace can be copied by it; download others and upload them.");
    BlobCall from{call.parts, *source, source->params["container"], source->params["blob"], true, {}};
    if (const auto refusal = from.refusal("r"))
        co_return cannotRead(request, *refusal);
    const Standing standing = standingOf(from);
    const auto path = call.parts.blobs.tree().locate(from.container, from.blob);
    if (!standing.isThere || !path)
        co_return blobError(request, 404, "BlobNotFound", "There is no file “" + from.blob + "” in container “" + from.container + "” to copy.");
    if (refuseByConditions(*source, standing, Aim::Write))
        co_return blobError(request, 412, "SourceConditionNotMet", "The condition on the file to be copied does not hold.");
    source->headers["range"] = request.header("x-ms-source-range");
    const auto range = source->range();
    const std::int64_t first = range ? range->first : 0;
    const std::int64_t last = range && range->second >= 0 ? std::min(range->second, standing.facts.size - 1) : standing.facts.size - 1;
    if (!source->headers["range"].empty() && (!range || first >= standing.facts.size))
        co_return blobError(request, 416, "InvalidRange", "The file to be copied has " + std::to_string(standing.facts.size) + " bytes.");
    const int fd = ::open(path->c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        co_return blobError(request, fileError(*path, "be read", errno));
    FileReader reader(call.parts.blobs, fd, first, last + 1 - first);
    BodyReader* const own = std::exchange(request.body, &reader);
    if (const std::string md5 = request.header("x-ms-source-content-md5"); !md5.empty())
        request.headers["content-md5"] = md5;
    if (!request.query.contains("comp"))
        takeOver(call, standing);
    Response response = co_await write(std::move(call));
    request.body = own;
    co_return response;
}

Task<Response> copyBlob(BlobCall call)
{
    Request& request = call.request;
    const std::string id = newGuid();
    call.properties = {{"copy-id", id}, {"copy-source", withoutQuery(request.header("x-ms-copy-source"))}, {"copy-time", httpDate(nowMillis() * 1'000'000)}};
    Response response = co_await copyFrom(std::move(call), putBlob);
    if (response.status != 201)
        co_return response;
    // Within the service a copy is there at once, also for those who would wait for it.
    response.status = 202;
    co_return std::move(response).with("x-ms-copy-id", id).with("x-ms-copy-status", "success");
}

Task<Response> putBlobFromUrl(BlobCall call)
{
    co_return co_await copyFrom(std::move(call), putBlob);
}

Task<Response> putBlockFromUrl(BlobCall call)
{
    co_return co_await copyFrom(std::move(call), putBlock);
}

} // namespace runyard::local
