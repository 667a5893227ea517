#pragma once

#include "blobroutes.h"
#include "upload.h"

#include <optional>

namespace runyard::local {

// What writing a blob whole and committing its blocks have in common.

// The file that the blob will be, checked.
Result<std::filesystem::path> placeFor(const BlobCall& call);
Replace replaceOf(const Request& request);  // If-None-Match: *
// The answer where the place is taken.
std::optional<Response> refusePlace(const BlobCall& call, Replace replace, const std::filesystem::path& path);
// Checks the digests that the client sent, notes the new one, moves the file into place.
Task<Response> commitBlob(BlobCall& call, Upload::Written written, std::filesystem::path place, Replace replace);

} // namespace runyard::local
