#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace runyard {

// A moment as milliseconds since 1970-01-01 UTC; 0 where it is not known.
using Millis = std::int64_t;

Millis nowMillis();

// "2026-11-25T03:21:37.1234567+00:00", as Azure writes moments (seven digits); empty for 0, and after the year 9999.
std::string toIso(Millis moment);

// Reads ISO 8601 with any number of fractional digits, "Z" or an offset; 0 where it makes no sense, and before 1970.
Millis fromIso(std::string_view text);

// "PT2M" and the like, as ARM writes spans of time.
std::string toIsoDuration(std::int64_t seconds);
// -1 where it makes no sense.
std::int64_t fromIsoDuration(std::string_view text);

} // namespace runyard
