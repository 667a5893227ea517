#pragma once

#include "attempt.h"

namespace runyard::local {

// Ends whatever a lost supervisor left running of an attempt: processes that carry its marker in their environment, and all below them;
// with `isFresh` (the supervisor was seen to die just now) also those of the main process' session. Each is known by pid and start time,
// so that none that took over a pid is hit. Blocks until they are gone, at most some seconds. Returns how many there were.
enum class Loss { Fresh, FoundLater };
int endLeftovers(const Attempt& attempt, Loss loss);

} // namespace runyard::local
