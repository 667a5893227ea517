#include "retry.h"

#include <curl/curl.h>

#include <charconv>
#include <cmath>
#include <ctime>
#include <random>

namespace runyard::http {

namespace {

bool isTransient(const Result<Reply>& last)
{
    if (!last)
        return last.error().code == Error::Code::Network || last.error().code == Error::Code::Timeout;
    switch (last->status) {
    case 408: case 429: case 500: case 502: case 503: case 504:
        return true;
    default:
        return false;
    }
}

// Seconds or a date, as RFC 9110 has it; 0 for what is past or makes no sense.
std::chrono::milliseconds retryAfter(const Result<Reply>& last)
{
    if (!last)
        return 0ms;
    const auto header = last->headers.find("retry-after");
    if (header == last->headers.end())
        return 0ms;
    const std::string& text = header->second;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size()) {
        const std::time_t date = curl_getdate(text.c_str(), nullptr);
        seconds = date < 0 ? 0 : date - std::time(nullptr);
    }
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 86'400));
}

} // namespace

std::optional<std::chrono::milliseconds> pauseBefore(int nextTry, bool isRepeatable, const Result<Reply>& last, const RetryPolicy& policy, double chance)
{
    if (nextTry > policy.tries || !isTransient(last) || (!last && !isRepeatable))
        return std::nullopt;
    const auto widest = std::min(policy.ceiling, policy.step * (1 << std::min(nextTry - 2, 20)));
    const std::chrono::milliseconds drawn(std::llround(chance * static_cast<double>(widest.count())));
    return std::max(drawn, std::min(retryAfter(last), policy.patience));
}

Task<Result<Reply>> persist(Transport& transport, Request request, RetryPolicy policy)
{
    static thread_local std::mt19937_64 dice{std::random_device{}()};
    for (int nextTry = 2;; ++nextTry) {
        auto reply = co_await transport.send(request);
        const double chance = std::uniform_real_distribution<double>(0, 1)(dice);
        const auto pause = pauseBefore(nextTry, request.isRepeatable, reply, policy, chance);
        if (reply)
            reply->tries = nextTry - 1;
        if (!pause)
            co_return reply;
        co_await sleepFor(*pause);
    }
}

} // namespace runyard::http
