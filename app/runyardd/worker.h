#pragma once

#include "options.h"

namespace runyard {

// The process that serves, on the sockets that its parent holds. Returns the exit code.
int serveWorkspace(const Options& options);
// Prints the table of routes.
int printRoutes();

} // namespace runyard
