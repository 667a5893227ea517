// Who may do what with blobs: the owner's token, a run's token, Shared Key, or a signature in the address.
#include "blobroutes.h"
#include "sharedkey.h"

namespace runyard::local {

namespace {

Response unknownCaller(const Request& request)
{
    const bool hasToken = request.header("authorization").starts_with("Bearer ");
    auto refusal = hasToken ? blobError(request, 401, "InvalidAuthenticationInfo", "The token is not valid here, or its time is over.")
                            : blobError(request, 401, "NoAuthenticationInformation", "The workspace's files need a token, the account's key or a signed address.");
    return std::move(refusal).with("WWW-Authenticate", "Bearer authorization_uri=" + request.base + "/common/oauth2/authorize resource_id=https://storage.azure.com");
}

bool mayRun(const BlobCall& call, const std::string& permissions)
{
    const std::string own = "ExperimentRun/dcid." + call.request.who.runId + "/";
    const bool isReading = permissions.find_first_of("rl") != std::string::npos;
    const bool isOwn = (call.blob + "/").starts_with(own) || (permissions == "l" && call.request.queried("prefix").starts_with(own));
    return (call.container == "data" && (isReading || !call.blob.empty())) || (isReading && (call.container == "models" || (call.container == "azureml" && isOwn)));
}

std::optional<Response> refused(const Request& request, const Result<>& checked)
{
    if (checked)
        return std::nullopt;
    return blobError(request, 403, checked.error().detail, checked.error().message);
}

} // namespace

std::optional<Response> BlobCall::refusal(const std::string& permissions, SasNeed::Of of)
{
    switch (request.who.kind) {
    case Identity::Kind::Owner:
    case Identity::Kind::Signer:
        return std::nullopt;
    case Identity::Kind::Run:
        if (mayRun(*this, permissions))
            return std::nullopt;
        return blobError(request, 403, "AuthorizationPermissionMismatch", "A run may use the data, and read models and its own files; not more.");
    case Identity::Kind::Nobody:
        break;
    }
    if (request.header("authorization").starts_with("SharedKey")) {
        if (auto refusal = refused(request, checkSharedKey(request, parts.sas.key())))
            return refusal;
    } else if (request.query.contains("sig")) {
        const SasNeed need{container, blob, permissions, of};
        if (auto refusal = refused(request, parts.sas.check(request, need)))
            return refusal;
        mayReplace = permissions.find('w') == std::string::npos || request.queried("sp").find('w') != std::string::npos;
    } else {
        return unknownCaller(request);
    }
    request.who.kind = Identity::Kind::Signer;
    return std::nullopt;
}

} // namespace runyard::local
