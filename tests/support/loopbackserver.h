#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

namespace runyard {

// A server with good and bad manners, on its own thread, over TCP and a unix socket.
//   GET  /items?n=N         N items               GET /log/ID?from=F   pages of 5000 lines up to `logLines`
//   GET  /ping              "pong"                GET /blob?n=N        N bytes
//   GET  /status/S          status S              GET /flaky/K         503 K times (Retry-After: 0), then 200
//   GET  /hang              nothing, ever         GET /drop            closes before an answer
//   GET  /cut?n=N           promises N bytes, sends half, closes
//   GET  /drip?n=N          one byte every 20 ms
//   GET  /range?n=N         N bytes "0123456789…", by Range; HEAD too      GET /half?n=N   the same, but each answer breaks off after half of it
//   PUT  /sink              takes everything      PUT /stall           stops reading after 1 MiB
class LoopbackServer {
public:
    explicit LoopbackServer(std::filesystem::path socket = {});
    ~LoopbackServer();

    std::string base() const;

    std::atomic<long> requests{0};
    std::atomic<long> sunk{0};        // bytes taken by /sink and /stall
    std::atomic<long> brokenUploads{0};
    std::atomic<long> logLines{20'000};

private:
    struct Core;
    std::unique_ptr<Core> m_core;
};

} // namespace runyard
