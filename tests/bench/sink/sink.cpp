// A blob service over TLS that throws away what it is sent and hands out noise: what a client reaches against it is what the client and TLS cost.
// Usage: sink FOLDER       keeps its certificates there; the first line of output says where it listens.
#include "shelf.h"
#include "talk.h"

#include "local/server/certificates.h"
#include "support/listening.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdio>
#include <thread>

using namespace runyard::bench;

namespace {

SSL_CTX* makeTls(const runyard::local::Certificates& files)
{
    SSL_CTX* tls = ::SSL_CTX_new(::TLS_server_method());
    ::SSL_CTX_set_options(tls, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_IGNORE_UNEXPECTED_EOF);
    ::SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    const bool isGood = ::SSL_CTX_use_certificate_chain_file(tls, files.chain.c_str()) == 1 && ::SSL_CTX_use_PrivateKey_file(tls, files.key.c_str(), SSL_FILETYPE_PEM) == 1;
    return isGood ? tls : nullptr;
}

void serve(int fd, SSL_CTX* tls, Shelf& shelf)
{
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Talk talk(fd, tls);
    while (const auto question = talk.next())
        talk.answer(shelf.answer(*question));
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    if (argc != 2)
        return 2;
    const auto files = runyard::local::ensureCertificates(argv[1]);
    SSL_CTX* tls = files ? makeTls(*files) : nullptr;
    if (!tls)
        return 1;
    int port = 0;
    const int listener = runyard::listenOnLoopback(port, 1024);
    std::printf("{\"tls_url\":\"https://localhost:%d\",\"ca_file\":\"%s\"}\n", port, files->authority.c_str());
    std::fflush(stdout);
    Shelf shelf;
    for (;;) {
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0)
            std::thread([=, &shelf] { serve(fd, tls, shelf); }).detach();
    }
}
