#pragma once

#include "certificates.h"
#include "server.h"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace runyard::local {

// The TLS port: takes the encryption off on a thread of its own and hands what is inside to the server over a socket pair, so that the
// io thread never encrypts. The thread and its tables come with the first client; a service that nobody asks over TLS pays nothing.
class TlsDoor {
public:
    TlsDoor(asio::io_context& context, Server& server, Certificates certificates, int listening);
    ~TlsDoor();  // cuts what is still open

private:
    class Terminator;
    struct State;

    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
