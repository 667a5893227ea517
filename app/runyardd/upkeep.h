#pragma once

#include "options.h"

namespace runyard {

// `runyardd backup` and `runyardd check`: to their end, answering the exit code.
int backUp(const Options& options);
int check(const Options& options);

} // namespace runyard
