#pragma once

#include "core/result.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace runyard::bench {

[[noreturn]] inline void fail(const std::string& what, const Error& error)
{
    std::printf("FAILED: %s: %s (%s)\n", what.c_str(), error.message.c_str(), error.detail.c_str());
    std::exit(1);
}

// The answer; without one there is nothing to measure.
template<typename T>
T must(const std::string& what, Result<T> result)
{
    if (!result)
        fail(what, result.error());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace runyard::bench
