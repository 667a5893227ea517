#pragma once

#include "blobs.h"
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

// Azure's Blob service on "/runyard/{container}/{blob}"; every method of the two below.
void addBlobRoutes(Router& router, BlobParts parts);

// One request to the blob service, looked through: what it is about and whether it may.
struct BlobCall {
    const BlobParts& parts;
    Request& request;
    std::string container;
    std::string blob;

    bool mayReplace = true;  // false for a signature that only allows to create

    // The answer to somebody who may not: `permissions` are Azure's letters, one of them is enough.
    std::optional<Response> refusal(const std::string& permissions);
};

Task<Response> getBlob(BlobCall call);    // GET and HEAD, ranges, held logs
Task<Response> listBlobs(BlobCall call);
Task<Response> putBlob(BlobCall call);
Task<Response> putBlock(BlobCall call);
Task<Response> putBlockList(BlobCall call);
Task<Response> getBlockList(BlobCall call);
Task<Response> setMetadata(BlobCall call);
Task<Response> deleteBlob(BlobCall call);

Response blobError(const Request& request, int status, const std::string& code, const std::string& message);
Response blobError(const Request& request, const Error& error);

std::string etagOf(const FileFacts& facts);
std::string httpDate(std::int64_t nanoseconds);
// x-ms-meta-*, without the prefix.
std::map<std::string, std::string> metadataOf(const Request& request);

} // namespace runyard::local
