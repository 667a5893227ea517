#include "time.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace runyard {

namespace {

constexpr Millis LastMoment = 253'402'300'799'999;      // of the year 9999
constexpr double LongestSpan = 1000.0 * 365 * 86'400;  // seconds

} // namespace

Millis nowMillis()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string toIso(Millis moment)
{
    if (moment <= 0 || moment > LastMoment)
        return {};
    const std::time_t seconds = static_cast<std::time_t>(moment / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char date[32];
    const auto length = std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    char fraction[24];
    std::snprintf(fraction, sizeof fraction, ".%03d0000+00:00", static_cast<int>(moment % 1000));
    return std::string(date, length) + fraction;
}

Millis fromIso(std::string_view text)
{
    std::tm parts{};
    const std::string copy(text);
    const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest)
        return 0;
    Millis millis = static_cast<Millis>(timegm(&parts)) * 1000;
    if (*rest == '.') {
        int scale = 100;
        for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10)
            millis += (*rest - '0') * scale;
    }
    int hours = 0;
    int minutes = 0;
    if ((*rest == '+' || *rest == '-') && std::sscanf(rest + 1, "%2d:%2d", &hours, &minutes) >= 1)
        millis -= (*rest == '+' ? 1 : -1) * (hours * 60 + minutes) * 60'000LL;
    return millis < 0 || millis > LastMoment ? 0 : millis;
}

std::string toIsoDuration(std::int64_t seconds)
{
    if (seconds <= 0)
        return "PT0S";
    std::string text = "PT";
    if (seconds >= 3600)
        text += std::to_string(seconds / 3600) + 'H';
    if (seconds / 60 % 60)
        text += std::to_string(seconds / 60 % 60) + 'M';
    if (seconds % 60)
        text += std::to_string(seconds % 60) + 'S';
    return text;
}

std::int64_t fromIsoDuration(std::string_view text)
{
    if (text.size() < 3 || text.front() != 'P')
        return -1;
    double total = 0;
    bool isTime = false;
    for (std::size_t at = 1; at < text.size();) {
        if (text[at] == 'T') {
            isTime = true;
            ++at;
            continue;
        }
        double amount = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), amount);
        if (error != std::errc() || end == text.data() + text.size() || text[at] < '0' || text[at] > '9')
            return -1;
        double unit = 0;
        switch (*end) {
        case 'D': unit = 86'400; break;
        case 'H': unit = 3600; break;
        case 'M': unit = isTime ? 60 : 30 * 86'400; break;
        case 'S': unit = 1; break;
        default: return -1;
        }
        total += std::trunc(amount * unit);
        if (!(total <= LongestSpan))
            return -1;
        at = static_cast<std::size_t>(end - text.data()) + 1;
    }
    return static_cast<std::int64_t>(total);
}

} // namespace runyard
