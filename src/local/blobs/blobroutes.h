#pragma once

#include "blobs.h"
#include "digests.h"
#include "local/server/changes.h"
#include "local/server/router.h"
#include "sas.h"
#include "tree.h"

namespace runyard::local {

// What the blob routes need of the rest.
struct BlobParts {
    Blobs& blobs;
    Changes& changes;
    const Sas& sas;
    std::function<bool(const std::string& runId)> isEnded;  // whether a run will write no more
};

// Azure's Blob service on "/runyard/{container}/{blob}" and "/runyard.blob.core.windows.net/…"; the operations are in bloboperations.cpp.
void addBlobRoutes(Router& router, BlobParts parts);

// One request to the blob service, looked through: what it is about and whether it may.
struct BlobCall {
    const BlobParts& parts;
    Request& request;
    std::string container;
    std::string blob;
    bool mayReplace = true;  // false for a signature that only allows to create
    std::map<std::string, std::string> properties = {};  // of the blob to be written, beyond what its request says

    // The answer to somebody who may not: `permissions` are Azure's letters, one of them is enough.
    std::optional<Response> refusal(const std::string& permissions, SasNeed::Of of = SasNeed::Of::Any);
};

// An answer in Azure's form. An error that says Azure's own code as its detail keeps it.
Response blobError(const Request& request, int status, const std::string& code, const std::string& message);
Response blobError(const Request& request, const Error& error);
Response notThere(const BlobCall& call);

std::string etagOf(const FileFacts& facts);
std::string etagOf(const FileFacts& facts, const BlobRecord& record);
std::int64_t modifiedOf(const FileFacts& facts, const BlobRecord& record);  // ns since 1970: of the file, or of what is said of it
std::string httpDate(std::int64_t nanoseconds);
// Of what is kept with the record; empty where it is not said.
std::string propertyOf(const BlobRecord& record, const char* name);
// The path below the account, "{container}/{blob}"; nothing where it is of no account of ours.
std::optional<std::string_view> belowAccount(std::string_view path);
// "{container}/{blob}" into the parameters that the routes have.
void setPlace(Request& request, std::string_view place);
std::map<std::string, std::string> metadataOf(const Request& request);
std::optional<int> wantedCount(const Request& request);  // maxresults; nothing where it makes no sense

Task<Response> listContainers(BlobCall call);
Task<Response> accountInformation(BlobCall call);
Task<Response> serviceProperties(BlobCall call);
Task<Response> userDelegationKey(BlobCall call);
Task<Response> batch(BlobCall call);
Task<Response> listBlobs(BlobCall call);
Task<Response> getContainer(BlobCall call);
Task<Response> getContainerAcl(BlobCall call);
Task<Response> createContainer(BlobCall call);
Task<Response> setContainerMetadata(BlobCall call);
Task<Response> removeContainer(BlobCall call);
Task<Response> getBlob(BlobCall call);  // GET and HEAD, ranges, held logs
Task<Response> getMetadata(BlobCall call);
Task<Response> getBlockList(BlobCall call);
Task<Response> putBlob(BlobCall call);
Task<Response> putBlobFromUrl(BlobCall call);
Task<Response> copyBlob(BlobCall call);
Task<Response> putBlock(BlobCall call);
Task<Response> putBlockFromUrl(BlobCall call);
Task<Response> putBlockList(BlobCall call);
Task<Response> setMetadata(BlobCall call);
Task<Response> setProperties(BlobCall call);
Task<Response> deleteBlob(BlobCall call);

// Checks who asks, the conditions and the body's digest, then does it: one operation, also one of a batch.
Task<Response> performBlob(BlobCall call);

} // namespace runyard::local
