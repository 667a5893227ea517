#pragma once

#include <cstdint>
#include <string>

namespace runyard::local {

// What the id of a block tells about its place in the blob. A guess: it saves copying where it is right, and costs a copy where it is not.
struct BlockPlace {
    enum class Kind { Unknown, Offset, Number };
    Kind kind = Kind::Unknown;
    std::int64_t value = 0;  // bytes, or blocks before it
};

// Reads the ids that clients make: base64 of a text that ends with the block's number (azcopy, the SDKs for .NET and JavaScript, ours), or of
// the base64 of its offset in 32 digits (the SDK for Python).
BlockPlace placeOfBlock(const std::string& id);

} // namespace runyard::local
