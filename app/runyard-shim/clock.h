#pragma once

#include <cstdint>
#include <ctime>

namespace runyard {

inline std::int64_t readClock(clockid_t clock)
{
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

// Milliseconds since 1970, for people.
inline std::int64_t wallMillis() { return readClock(CLOCK_REALTIME); }

// Milliseconds since the computer started, for durations: nobody sets this clock, and it runs on in sleep.
inline std::int64_t steadyMillis() { return readClock(CLOCK_BOOTTIME); }

} // namespace runyard
