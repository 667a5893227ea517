#include "workspaceroutes.h"

#include "api/json.h"
#include "core/files.h"
#include "core/ids.h"
#include "core/time.h"
#include "local/blobs/tree.h"

#include <memory>

namespace runyard::local {

namespace {

using api::Json;

// A code version is kept as its JSON; its codeUri names the sealed snapshot, container "code", folder {sha256 of the content}.
struct Kept {
    api::CodeVersion code;
    Millis created = 0;
};

std::optional<Kept> read(const Document& document)
{
    auto code = api::read<api::CodeVersion>(document.json);
    return code ? std::optional(Kept{std::move(*code), document.created}) : std::nullopt;
}

std::optional<Kept> kept(const WorkspaceParts& parts, const std::string& name, const std::string& version)
{
    const auto document = parts.documents.get("code", name, version);
    return document ? read(*document) : std::nullopt;
}

// The port may have changed since: the address is written anew.
Json shown(const WorkspaceParts& parts, const std::string& base, Kept kept)
{
    kept.code.uri = blobUrl(base, "code", kept.code.uri.substr(kept.code.uri.rfind('/') + 1));
    Json json = toJson(kept.code, parts.workspace.path());
    json["systemData"] = Json{{"createdAt", toIso(kept.created)}, {"createdBy", "local"}, {"createdByType", "User"}, {"lastModifiedAt", toIso(kept.created)}};
    return json;
}

Task<Response> listVersions(std::shared_ptr<WorkspaceParts> parts, Request& request)
{
    const std::string hash = request.queried("hash");
    Json list = Json::array();
    for (const auto& document : parts->documents.list("code", hash.empty() ? request.params["name"] : std::string())) {
        const auto found = read(document);
        if (found && (hash.empty() || found->code.sha256 == hash))
            list.push_back(shown(*parts, request.base, *found));
        if (!hash.empty() && !list.empty())
            break;
    }
    co_return Response::json(Json{{"value", list}}.dump());
}

Task<Response> startUpload(std::shared_ptr<WorkspaceParts> parts, Request& request)
{
    const std::string container = "code-" + newGuid();
    std::error_code error;
    std::filesystem::create_directories(parts->blobs.tree().root(container), error);
    if (error)
        co_return Response::arm(fileError(parts->blobs.tree().root(container), "be made", error.value()));
    api::PendingUpload upload;
    upload.blobUri = blobUrl(request.base, container, {});
    upload.sasUri = upload.blobUri + "?" + parts->sas.sign(container, {}, "rcwl", std::chrono::hours(6));
    co_return Response::json(toJson(upload).dump());
}

// "http://…/runyard/code-{guid}/src" → code-{guid}, src.
std::pair<std::string, std::string> uploadOf(const std::string& uri)
{
    const auto at = uri.find("/runyard/");
    if (at == std::string::npos)
        return {};
    const std::string rest = uri.substr(at + 9, uri.find('?') - at - 9);
    const auto slash = std::min(rest.find('/'), rest.size());
    return {rest.substr(0, slash), api::decode(std::string_view(rest).substr(std::min(slash + 1, rest.size())))};
}

Task<Response> putVersion(std::shared_ptr<WorkspaceParts> parts, Request& request)
{
    const std::string name = request.params["name"];
    const std::string version = request.params["version"];
    const auto text = co_await request.text();
    if (!text)
        co_return Response::arm(text.error());
    auto code = api::read<api::CodeVersion>(*text);
    if (!code)
        co_return Response::arm(code.error());
    if (const auto before = kept(*parts, name, version)) {
        if (before->code.sha256 != code->sha256)
            co_return Response::arm(Error{Error::Code::Conflict, "Code version “" + name + "” " + version + " is there already with other content; a version never changes.", {}});
        co_return Response::json(shown(*parts, request.base, *before).dump());
    }
    const auto [upload, below] = uploadOf(code->uri);
    const auto sealed = co_await parts->blobs.sealSnapshot(upload, below);
    if (!sealed)
        co_return Response::arm(sealed.error());
    code->name = name;
    code->version = version;
    code->uri = blobUrl(request.base, "code", sealed->sha256);
    if (code->sha256.empty())
        code->sha256 = sealed->sha256;
    const auto stored = co_await parts->documents.put("code", name, version, toJson(*code, parts->workspace.path()).dump());
    if (!stored)
        co_return Response::arm(stored.error());
    co_return Response::json(shown(*parts, request.base, Kept{*code, stored->created}).dump(), 201);
}

Task<Response> getVersion(std::shared_ptr<WorkspaceParts> parts, Request& request)
{
    const auto code = kept(*parts, request.params["name"], request.params["version"]);
    if (!code)
        co_return Response::arm(Error{Error::Code::NotFound, "There is no code version “" + request.params["name"] + "” " + request.params["version"] + ".", {}});
    co_return Response::json(shown(*parts, request.base, *code).dump());
}

} // namespace

void addCodeRoutes(Router& router, WorkspaceParts given)
{
    const auto parts = std::make_shared<WorkspaceParts>(std::move(given));
    const auto with = [&](auto handle) { return [parts, handle](Request& request) { return handle(parts, request); }; };
    router.add("GET", "$WS/codes/{name}/versions", "desktop, azure-ai-ml", Route::Access::RunToo, with(&listVersions));
    router.add("POST", "$WS/codes/{name}/versions/{version}/startPendingUpload", "desktop, azure-ai-ml", Route::Access::OwnerOnly, with(&startUpload));
    router.add("PUT", "$WS/codes/{name}/versions/{version}", "desktop, azure-ai-ml", Route::Access::OwnerOnly, with(&putVersion));
    router.add("GET", "$WS/codes/{name}/versions/{version}", "desktop, azure-ai-ml", Route::Access::RunToo, with(&getVersion));
}

} // namespace runyard::local
