#pragma once

#include "accesslog.h"
#include "router.h"
#include "socketbody.h"
#include "tokens.h"
#include "trace.h"

#include <chrono>
#include <set>

namespace runyard::local {

// What the server needs to know of its workspace.
struct ServerSettings {
    std::string subscriptionId;
    std::string resourceGroup;
    std::string workspaceName;
    std::string url;                                // "http://127.0.0.1:PORT"
    std::string tlsUrl;                             // "https://localhost:PORT"
    std::chrono::milliseconds headLimit{10'000};    // for a request's head
    std::chrono::milliseconds idleLimit{300'000};   // between requests
    std::chrono::milliseconds stallLimit{60'000};   // without a byte of a body or an answer
};

// Serves the routes over any number of listening sockets, TCP and unix alike, on one io thread.
class Server {
public:
    using Clock = std::chrono::steady_clock;

    Server(asio::io_context& context, const Router& router, const Tokens& tokens, AccessLog& log, ServerSettings settings);
    ~Server();

    enum class Kind { Tcp, Tls, Unix };
    void listen(int fd, Kind kind);  // takes the listening socket
    void traceTo(const std::filesystem::path& file) { m_trace.emplace(file); }
    void serve(Socket socket, Kind kind);  // a connection that something else accepted
    // Takes no more connections, lets answers under way end for `grace`, then cuts them. The io_context runs dry afterwards.
    Task<> stop(std::chrono::milliseconds grace);

    // When the desktop (over the unix socket) and others (with the owner's token over TCP) were last heard.
    Clock::time_point desktopSeen() const { return m_desktopSeen; }
    std::optional<Clock::time_point> othersSeen() const { return m_othersSeen; }

private:
    class Connection;
    class Door;

    Task<> watchDeadlines();

    asio::io_context& m_context;
    const Router& m_router;
    const Tokens& m_tokens;
    AccessLog& m_log;
    ServerSettings m_settings;
    std::optional<Trace> m_trace;
    std::string m_requestPrefix;
    std::uint64_t m_requests = 0;
    std::vector<std::shared_ptr<Door>> m_doors;
    std::set<Connection*> m_connections;
    asio::steady_timer m_tick;
    bool m_isStopping = false;
    Clock::time_point m_desktopSeen = Clock::now();
    std::optional<Clock::time_point> m_othersSeen;
};

} // namespace runyard::local
