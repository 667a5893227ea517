#pragma once

#include "digests.h"
#include "upload.h"

namespace runyard::local {

class Blobs;

// What becomes of a written file.
struct Settling {
    std::string container;
    BlobRecord record;
    std::filesystem::path file;   // from an Upload or a Stage
    std::filesystem::path place;  // where it is to stand
    Replace replace = Replace::Yes;
};

// Puts the file to its place and its record into the database, in an order that no crash between the two makes any file look changed or
// taken away. Where one of the two cannot be done, nothing new stands there.
Task<Result<>> settle(Blobs& blobs, Settling settling);

} // namespace runyard::local
