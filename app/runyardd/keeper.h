#pragma once

#include "options.h"

namespace runyard {

// The parent process: holds the data folder's lock and the listening sockets, and keeps a worker serving on them.
// Returns the exit code.
int keepServing(const Options& options);

} // namespace runyard
