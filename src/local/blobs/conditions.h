#pragma once

#include "blobroutes.h"
#include "digests.h"

#include <boost/asio/steady_timer.hpp>

namespace runyard::local {

// A blob as If-Match and its like see it.
struct Standing {
    bool isThere = false;
    FileFacts facts;
    BlobRecord record;

    std::string etag() const { return etagOf(facts, record); }
    std::int64_t modified() const { return modifiedOf(facts, record); }  // ns
};
Standing standingOf(const BlobCall& call);

enum class Aim { Read, Write };
// The answer where a request's If-Match, If-None-Match, If-Modified-Since or If-Unmodified-Since do not hold: 304, 409 or 412.
std::optional<Response> refuseByConditions(const Request& request, const Standing& standing, Aim aim);
// The same for the blob of a call, which is only looked at where there are conditions.
std::optional<Response> refuseByConditions(const BlobCall& call, Aim aim);

// One commit at a time for each blob, so that what was checked still holds when the file moves into its place. Io thread only.
class Turns {
public:
    class Turn {
    public:
        Turn(Turns& turns, std::string name) : m_turns(&turns), m_name(std::move(name)) {}
        ~Turn();
        Turn(Turn&& other) noexcept : m_turns(std::exchange(other.m_turns, nullptr)), m_name(std::move(other.m_name)) {}
        Turn& operator=(Turn&&) = delete;

    private:
        Turns* m_turns;
        std::string m_name;
    };
    explicit Turns(asio::io_context& context) : m_context(context) {}
    Task<Turn> take(std::string name);

private:
    asio::io_context& m_context;
    std::map<std::string, std::shared_ptr<asio::steady_timer>> m_taken;  // cancelled when it is free again
};

} // namespace runyard::local
