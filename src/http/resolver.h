#pragma once

#include "core/result.h"
#include "core/task.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace runyard::http {

// Looks names up on threads of its own, because libcurl's resolver can neither
// be limited in time nor abandoned without blocking (curl#8515).
class Resolver {
public:
    using Lookup = std::function<std::string(const std::string& host)>;  // addresses, comma-separated; may block

    static std::string systemLookup(const std::string& host);

    explicit Resolver(asio::io_context& context, Lookup lookup = &systemLookup);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Answers with a line for CURLOPT_RESOLVE, empty where there is nothing to resolve.
    Task<Result<std::string>> resolve(std::string url, Event::Time limit);

private:
    struct Gate;
    struct Answer;
    struct Known {
        std::string addresses;
        Event::Time until;
    };

    void ask(const std::string& host, std::weak_ptr<Answer> answer);

    asio::io_context& m_context;
    Lookup m_lookup;
    std::shared_ptr<Gate> m_gate;
    std::map<std::string, Known> m_known;
};

} // namespace runyard::http
