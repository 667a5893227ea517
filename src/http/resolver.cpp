#include "resolver.h"

#include <boost/asio/post.hpp>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>

#include <mutex>
#include <thread>

namespace runyard::http {

using namespace std::chrono_literals;

namespace {

constexpr int MaxThreads = 4;
constexpr auto TimeLimit = 5s;
constexpr auto TimeToLive = 60s;

struct HostPort {
    std::string host;
    std::string port;
};

HostPort hostPortOf(const std::string& url)
{
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), &curl_url_cleanup);
    const auto part = [&](CURLUPart which) {
        char* text = nullptr;
        if (curl_url_get(parts.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
            return std::string();
        const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
        return std::string(text);
    };
    if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        return {};
    return {part(CURLUPART_HOST), part(CURLUPART_PORT)};
}

bool isAddress(const std::string& host)
{
    in_addr v4;
    return host.starts_with('[') || inet_pton(AF_INET, host.c_str(), &v4) == 1;
}

} // namespace

// What lookup threads share with the resolver; they may outlive it.
struct Resolver::Gate {
    std::mutex mutex;
    asio::io_context* context;  // null once the resolver is gone
    int threads = 0;
};

struct Resolver::Answer {
    explicit Answer(asio::io_context& context) : arrived(context) {}
    Event arrived;
    std::string addresses;
};

Resolver::Resolver(asio::io_context& context, Lookup lookup)
    : m_context(context), m_lookup(std::move(lookup)), m_gate(std::make_shared<Gate>())
{
    m_gate->context = &context;
}

Resolver::~Resolver()
{
    const std::lock_guard lock(m_gate->mutex);
    m_gate->context = nullptr;
}

Task<Result<std::string>> Resolver::resolve(std::string url, Event::Time limit)
{
    const auto [host, port] = hostPortOf(url);
    if (host.empty())
        co_return Failure(Error{Error::Code::Invalid, "This is not a web address.", url});
    if (isAddress(host))
        co_return std::string();

    const auto now = std::chrono::steady_clock::now();
    auto& known = m_known[host];
    if (known.until < now) {
        const auto answer = std::make_shared<Answer>(m_context);
        ask(host, answer);
        co_await answer->arrived.wait(std::min<Event::Time>(limit, now + TimeLimit));
        if (answer->addresses.empty())
            co_return Failure(Error{Error::Code::Network, "The name of the service could not be resolved.", host});
        known = {answer->addresses, now + TimeToLive};
    }
    co_return host + ':' + port + ':' + known.addresses;
}

void Resolver::ask(const std::string& host, std::weak_ptr<Answer> answer)
{
    const std::lock_guard lock(m_gate->mutex);
    if (m_gate->threads == MaxThreads)
        return;  // as good as a resolver that does not answer
    ++m_gate->threads;
    std::thread([gate = m_gate, lookup = m_lookup, host, answer = std::move(answer)] {
        std::string addresses = lookup(host);
        const std::lock_guard gateLock(gate->mutex);
        --gate->threads;
        if (!gate->context)
            return;
        asio::post(*gate->context, [answer, addresses = std::move(addresses)] {
            if (const auto waiting = answer.lock()) {
                waiting->addresses = addresses;
                waiting->arrived.set();
            }
        });
    }).detach();
}

std::string Resolver::systemLookup(const std::string& host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
        return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);

    std::string addresses;
    for (const addrinfo* entry = found; entry; entry = entry->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
            continue;
        const bool isV6 = entry->ai_family == AF_INET6;
        addresses += (addresses.empty() ? "" : ",") + (isV6 ? '[' + std::string(text) + ']' : std::string(text));
    }
    return addresses;
}

} // namespace runyard::http
