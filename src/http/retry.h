#pragma once

#include "transport.h"

#include <optional>

namespace runyard::http {

struct RetryPolicy {
    int tries = 5;
    std::chrono::milliseconds step = 800ms;   // the pause before try n is drawn from [0, step * 2^(n-1)]
    std::chrono::milliseconds ceiling = 60s;
    std::chrono::milliseconds patience = 5min;  // the longest Retry-After we follow
};

// How long to wait before the same request is worth another try; nothing if it is not.
// `chance` in [0, 1) picks the pause.
std::optional<std::chrono::milliseconds> pauseBefore(int nextTry, bool isRepeatable, const Result<Reply>& last, const RetryPolicy& policy, double chance);

// Sends until an answer is final.
Task<Result<Reply>> persist(Transport& transport, Request request, RetryPolicy policy = RetryPolicy());

} // namespace runyard::http
