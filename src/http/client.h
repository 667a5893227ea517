#pragma once

#include "gate.h"
#include "resolver.h"
#include "transfer.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <map>

namespace runyard::http {

// Sends requests with libcurl, whose sockets and timer are watched by the
// io_context that everything else runs on: no thread of its own, no lock.
class Client final : public Transport {
public:
    explicit Client(asio::io_context& context, Resolver::Lookup lookup = &Resolver::systemLookup);
    ~Client() override;

    Task<Result<Reply>> send(Request request) override;

private:
    class Exchange;
    class Socket;

    static int onSocket(CURL*, curl_socket_t socket, int wanted, void* self, void*);
    static int onTimer(CURLM*, long milliseconds, void* self);
    void drive(curl_socket_t socket, int events);
    std::shared_ptr<Gate> gateFor(const Request& request);

    asio::io_context& m_context;
    Resolver m_resolver;
    asio::steady_timer m_timer;
    std::map<std::string, std::shared_ptr<Gate>> m_gates;  // by host and kind of request
    std::map<curl_socket_t, std::shared_ptr<Socket>> m_sockets;
    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> m_multi;  // last: it calls back while it closes
};

} // namespace runyard::http
