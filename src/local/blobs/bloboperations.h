#pragma once

#include "blobroutes.h"

namespace runyard::local {

// One row of the table of what the blob service can do: Azure tells operations apart by method, level and two query parameters.
struct BlobOperation {
    enum class Level { Account, Container, Blob };
    enum class Conditions { None, Read, Write };
    const char* method;
    Level level;
    const char* restype;
    const char* comp;
    const char* permissions;  // Azure's letters: one of them is enough
    Conditions conditions;
    Task<Response> (*handle)(BlobCall call);
};

// The row for a request; none where Azure has something that this service has not, or nobody has it.
const BlobOperation* operationOf(const BlobCall& call);
// What to say then.
Response unknownOperation(const BlobCall& call);

} // namespace runyard::local
