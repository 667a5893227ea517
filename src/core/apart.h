#pragma once

#include "result.h"

#include <functional>

namespace runyard {

// Does work in a process of its own and waits for it: for what would leave much memory behind, and blocks. What the work changes in memory is lost;
// its error comes back. Only while the process has one thread.
Result<> doneApart(const std::function<Result<>()>& work);

} // namespace runyard
