#pragma once

#include "core/time.h"
#include "http.h"

namespace runyard::local {

// Bearer tokens: JWT, HS256 with a key from the data folder, so that they survive restarts of the service.
class Tokens {
public:
    // Tells when a run ended; 0 while it has not. A run's token is good until 24 hours later.
    using EndOf = std::function<Millis(const std::string& runId)>;

    Tokens(std::string key, std::string workspace) : m_key(std::move(key)), m_workspace(std::move(workspace)) {}

    void use(EndOf endOf) { m_endOf = std::move(endOf); }
    std::string owner() const;
    std::string forRun(const std::string& runId) const;  // lives for at most a year
    // "Bearer eyJ…" → who that is.
    Identity check(std::string_view authorization) const;

private:
    std::string sign(const std::string& claims) const;

    std::string m_key;
    std::string m_workspace;
    EndOf m_endOf;
};

} // namespace runyard::local
