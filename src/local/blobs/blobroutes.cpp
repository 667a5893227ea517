#include "blobroutes.h"

#include "bloboperations.h"
#include "checkedbody.h"
#include "conditions.h"
#include "local/server/guard.h"

#include <array>
#include <ctime>
#include <memory>

namespace runyard::local {

namespace {

const std::array<std::string, 2> accounts{accountName, accountName + std::string(".blob.core.windows.net")};

// A signature that only allows to create takes free places, and atomically so.
std::optional<Response> refuseReplacing(const BlobCall& call)
{
    if (call.mayReplace)
        return std::nullopt;
    if (standingOf(call).isThere)
        return blobError(call.request, 403, "AuthorizationPermissionMismatch", "The signature of this address allows to create a file, not to replace “" + call.blob + "”.");
    call.request.headers["if-none-match"] = "*";
    return std::nullopt;
}

bool isContainerThere(const BlobCall& call)
{
    return call.container.empty() || !call.parts.blobs.tree().root(call.container).empty();
}

std::optional<Response> refuseType(const BlobCall& call)
{
    const std::string type = call.request.header("x-ms-blob-type");
    if (call.request.method != "PUT" || type.empty() || type == "BlockBlob")
        return std::nullopt;
    return blobError(call.request, 400, "BlobTypeNotSupported", "Only block blobs can be stored here, not “" + type + "”.");
}

Task<Response> answer(const std::shared_ptr<BlobParts>& parts, Request& request)
{
    BlobCall call{*parts, request, request.params["container"], request.params["blob"]};
    Response response = co_await performBlob(std::move(call));
    const std::string version = request.header("x-ms-version");
    co_return std::move(response).with("x-ms-version", version.empty() ? "2021-10-04" : version);
}

} // namespace

Task<Response> performBlob(BlobCall call)
{
    using Conditions = BlobOperation::Conditions;
    Request& request = call.request;
    const BlobOperation* const operation = operationOf(call);
    const bool isOfContainer = operation && operation->level == BlobOperation::Level::Container && operation->comp != std::string_view("list");
    const auto of = isOfContainer && operation->restype == std::string_view("container") ? SasNeed::Of::Account : SasNeed::Of::Any;
    if (auto refusal = call.refusal(operation ? operation->permissions : "rwdl", of))
        co_return std::move(*refusal);
    if (!operation)
        co_return unknownOperation(call);
    if (!isContainerThere(call) && operation->handle != &createContainer)
        co_return blobError(request, 404, "ContainerNotFound", "There is no container “" + call.container + "”.");
    if (auto refusal = refuseType(call))
        co_return std::move(*refusal);
    if (auto refusal = refuseReplacing(call))
        co_return std::move(*refusal);
    if (operation->conditions != Conditions::None) {
        if (auto refusal = refuseByConditions(call, operation->conditions == Conditions::Read ? Aim::Read : Aim::Write))
            co_return std::move(*refusal);
    }
    const std::string crc = request.header("x-ms-content-crc64");
    if (crc.empty() || !request.body) {
        auto task = operation->handle(std::move(call));
        co_return co_await std::move(task);
    }
    CheckedBody checked(*request.body, crc);
    BodyReader* const body = std::exchange(request.body, &checked);
    auto task = operation->handle(std::move(call));
    Response response = co_await std::move(task);
    request.body = body;
    response.headers.emplace_back("x-ms-content-crc64", checked.crc());
    co_return response;
}

void addBlobRoutes(Router& router, BlobParts parts)
{
    const auto shared = std::make_shared<BlobParts>(std::move(parts));
    const Handler handler = [shared](Request& request) { return answer(shared, request); };
    for (const std::string& account : accounts)
        for (const char* method : {"GET", "PUT", "DELETE", "POST"})
            for (const char* level : {"", "/", "/{container}", "/{container}/{blob*}"})
                router.add(method, "/" + account + level, "desktop, azure-ai-ml, blob SDKs, azcopy", Route::Access::Public, handler);
}

Response blobError(const Request&, int status, const std::string& code, const std::string& message)
{
    return errorAnswer(std::string("/") + accountName + "/", status, code, message);
}

Response blobError(const Request& request, const Error& error)
{
    if (error.detail.ends_with("Mismatch") && error.detail.find(' ') == std::string::npos)
        return blobError(request, statusOf(error.code), error.detail, error.message);
    const int status = statusOf(error.code);
    const std::string code = status == 404 ? "BlobNotFound"
        : status == 409                    ? error.detail == "exists" ? "BlobAlreadyExists" : "BlobNameConflict"
        : status == 403                    ? "AuthorizationPermissionMismatch"
        : status == 507                    ? "InsufficientStorage"
        : status < 500                     ? "InvalidInput"
                                           : "InternalError";
    return blobError(request, status, code, error.message);
}

Response notThere(const BlobCall& call)
{
    return blobError(call.request, 404, "BlobNotFound", "There is no file “" + call.blob + "” in container “" + call.container + "”.");
}

std::string etagOf(const FileFacts& facts)
{
    char text[64];
    std::snprintf(text, sizeof text, "\"0x%llX%llX%llX\"", static_cast<unsigned long long>(facts.mtime), static_cast<unsigned long long>(facts.size), static_cast<unsigned long long>(facts.inode));
    return text;
}

std::string etagOf(const FileFacts& facts, const BlobRecord& record)
{
    std::string tag = etagOf(facts);
    if (const std::string revision = propertyOf(record, "revision"); !revision.empty())
        tag.insert(tag.size() - 1, "R" + revision);
    return tag;
}

std::int64_t modifiedOf(const FileFacts& facts, const BlobRecord& record)
{
    const std::string revision = propertyOf(record, "revision");
    return revision.empty() ? facts.mtime : std::max<std::int64_t>(facts.mtime, std::atoll(revision.c_str()) * 1'000'000);
}

std::string httpDate(std::int64_t nanoseconds)
{
    const auto seconds = static_cast<std::time_t>(nanoseconds / 1'000'000'000);
    char text[40];
    std::tm parts{};
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&seconds, &parts));
    return text;
}

std::string propertyOf(const BlobRecord& record, const char* name)
{
    const auto found = record.properties.find(name);
    return found == record.properties.end() ? std::string() : found->second;
}

std::optional<std::string_view> belowAccount(std::string_view path)
{
    for (const std::string& account : accounts) {
        if (path.starts_with("/" + account + "/"))
            return path.substr(account.size() + 2);
    }
    return std::nullopt;
}

void setPlace(Request& request, std::string_view place)
{
    const auto end = std::min(place.find('/'), place.size());
    request.params["container"] = api::decode(place.substr(0, end));
    request.params["blob"] = api::decode(place.substr(std::min(end + 1, place.size())));
}

std::map<std::string, std::string> metadataOf(const Request& request)
{
    std::map<std::string, std::string> metadata;
    for (auto at = request.headers.lower_bound("x-ms-meta-"); at != request.headers.end() && at->first.starts_with("x-ms-meta-"); ++at)
        metadata[at->first.substr(10)] = at->second;
    return metadata;
}

} // namespace runyard::local
