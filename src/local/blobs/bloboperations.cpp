#include "bloboperations.h"

#include <array>

namespace runyard::local {

namespace {

using enum BlobOperation::Level;
using enum BlobOperation::Conditions;

constexpr std::array operations{
    BlobOperation{"GET", Account, "", "list", "l", None, listContainers},
    BlobOperation{"GET", Account, "account", "properties", "rwdlcup", None, accountInformation},
    BlobOperation{"GET", Account, "service", "properties", "r", None, serviceProperties},
    BlobOperation{"POST", Account, "service", "userdelegationkey", "r", None, userDelegationKey},
    BlobOperation{"POST", Account, "", "batch", "d", None, batch},
    BlobOperation{"GET", Container, "container", "list", "l", None, listBlobs},
    BlobOperation{"GET", Container, "container", "", "r", None, getContainer},
    BlobOperation{"GET", Container, "container", "metadata", "r", None, getContainer},
    BlobOperation{"GET", Container, "container", "acl", "r", None, getContainerAcl},
    BlobOperation{"GET", Container, "account", "properties", "rwdlcup", None, accountInformation},
    BlobOperation{"PUT", Container, "container", "", "cw", None, createContainer},
    BlobOperation{"PUT", Container, "container", "metadata", "w", None, setContainerMetadata},
    BlobOperation{"DELETE", Container, "container", "", "d", None, removeContainer},
    BlobOperation{"POST", Container, "container", "batch", "d", None, batch},
    BlobOperation{"GET", Blob, "", "", "r", Read, getBlob},
    BlobOperation{"GET", Blob, "", "metadata", "r", Read, getMetadata},
    BlobOperation{"GET", Blob, "", "blocklist", "r", None, getBlockList},
    BlobOperation{"GET", Blob, "account", "properties", "rwdlcup", None, accountInformation},
    BlobOperation{"PUT", Blob, "", "", "wc", Write, putBlob},
    BlobOperation{"PUT", Blob, "", "block", "wc", None, putBlock},
    BlobOperation{"PUT", Blob, "", "blocklist", "wc", Write, putBlockList},
    BlobOperation{"PUT", Blob, "", "metadata", "w", Write, setMetadata},
    BlobOperation{"PUT", Blob, "", "properties", "w", Write, setProperties},
    BlobOperation{"DELETE", Blob, "", "", "d", Write, deleteBlob},
};
// The same requests with the address of another file instead of bytes.
constexpr BlobOperation putFromUrl{"PUT", Blob, "", "", "wc", Write, putBlobFromUrl};
constexpr BlobOperation copy{"PUT", Blob, "", "", "wc", Write, copyBlob};
constexpr BlobOperation blockFromUrl{"PUT", Blob, "", "block", "wc", None, putBlockFromUrl};

const char* whyNot(const std::string& comp)
{
    static const std::map<std::string, const char*> reasons{{"lease", "Files here cannot be leased."}, {"snapshot", "Files here have no snapshots: copy the file instead."},
        {"page", "Page blobs cannot be stored here, only block blobs."}, {"appendblock", "Append blobs cannot be stored here, only block blobs."}, {"seal", "Append blobs cannot be stored here, only block blobs."},
        {"tags", "Files here have no index tags: use metadata."}, {"tier", "All files here are on this machine's disk: there are no access tiers."}, {"undelete", "What was deleted here is gone."},
        {"acl", "Access is by tokens, keys and signatures; stored policies and public access are not kept here."}, {"query", "Files cannot be queried here; download them."},
        {"blobs", "Files here cannot be found by tags."}, {"properties", "The properties of the service cannot be changed."}};
    const auto found = reasons.find(comp);
    return found == reasons.end() ? nullptr : found->second;
}

} // namespace

const BlobOperation* operationOf(const BlobCall& call)
{
    const Request& request = call.request;
    const auto level = call.container.empty() ? Account : call.blob.empty() ? Container : Blob;
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    const std::string comp = request.queried("comp");
    const std::string restype = request.queried("restype");
    const bool isFromUrl = level == Blob && method == "PUT" && request.headers.contains("x-ms-copy-source");
    if (isFromUrl && (comp.empty() || comp == "copy"))
        return request.headers.contains("x-ms-blob-type") ? &putFromUrl : &copy;
    if (isFromUrl && comp == "block")
        return &blockFromUrl;
    for (const auto& operation : operations) {
        if (operation.level == level && method == operation.method && comp == operation.comp && (restype == operation.restype || (restype.empty() && comp == "list")))
            return &operation;
    }
    return nullptr;
}

Response unknownOperation(const BlobCall& call)
{
    const std::string comp = call.request.queried("comp");
    if (const char* reason = whyNot(comp))
        return blobError(call.request, 400, "FeatureNotSupported", reason);
    return blobError(call.request, 400, "UnsupportedQueryParameter", "The blob service here does not know " + call.request.method + " with comp=“" + comp.substr(0, 40) + "”.");
}

} // namespace runyard::local
