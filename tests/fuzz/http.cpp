// What a client sends, given to the real server through a socket: heads, bodies by length and in chunks, several requests after one another.
#include "target.h"

#include "local/server/accesslog.h"
#include "local/server/server.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;
using namespace runyard;
using namespace runyard::local;
using runyard::fuzz::wanted;

constexpr std::size_t bodyLimit = 64 << 10;

class Service {
public:
    Service();
    ~Service() { fs::remove_all(m_folder); }

    void meet(const fuzz::Input& input);

private:
    std::string exchange(std::string_view bytes, std::size_t piece);
    void check(const std::string& answers, bool mayBeHead) const;
    Task<Response> whole(Request& request);
    Task<Response> pieces(Request& request);

    fs::path m_folder;
    asio::io_context m_context;
    Router m_router;
    Tokens m_tokens{"0123456789abcdef0123456789abcdef", "w"};
    AccessLog m_log;
    Server m_server;
    std::size_t m_taken = 0;  // bytes of bodies
};

fs::path newFolder()
{
    char name[] = "/tmp/fuzz-http-XXXXXX";
    wanted(::mkdtemp(name) != nullptr, "a folder");
    return name;
}

Service::Service() : m_folder(newFolder()), m_log(m_folder / "access.log"), m_server(m_context, m_router, m_tokens, m_log, ServerSettings{"s", "g", "w", "http://127.0.0.1:1", "https://localhost:2"})
{
    const auto take = [this](Request& request) { return whole(request); };
    for (const char* method : {"GET", "PUT", "POST"})
        m_router.add(method, "/whole/{name}", "fuzz", Route::Access::Public, take);
    m_router.add("PUT", "/pieces/{rest*}", "fuzz", Route::Access::Public, [this](Request& request) { return pieces(request); });
    m_router.add("GET", "$WS/computes/{name}", "fuzz", Route::Access::RunToo, take);
    m_router.add("POST", "/api/2.0/mlflow/runs/create", "fuzz", Route::Access::OwnerOnly, take);
    m_router.add("GET", "/runyard/{container}/{blob*}", "fuzz", Route::Access::Public, take);
}

Task<Response> Service::whole(Request& request)
{
    wanted(request.path.starts_with('/') && request.target.starts_with(request.path), "a path is the beginning of its target", request.target);
    const auto range = request.range();
    wanted(!range || (range->first >= 0 && (range->second == -1 || range->second >= range->first)), "a range goes forward");
    wanted(request.wait().count() >= 0 && request.wait().count() <= 60, "a wait is at most a minute");
    const auto text = co_await request.text(bodyLimit);
    if (!text)
        co_return Response::arm(text.error());
    m_taken += text->size();
    co_return Response::json("{\"size\":" + std::to_string(text->size()) + "}");
}

Task<Response> Service::pieces(Request& request)
{
    char bytes[777];
    for (;;) {
        const auto got = co_await request.body->read(bytes, sizeof bytes);
        if (!got)
            co_return Response::arm(got.error());
        if (*got == 0)
            co_return Response::empty(201);
        wanted(*got <= sizeof bytes && request.body->left() >= 0, "no more than was asked for");
        m_taken += *got;
    }
}

std::string Service::exchange(std::string_view bytes, std::size_t piece)
{
    int ends[2];
    wanted(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0, "a pair of sockets");
    m_server.serve(Socket(m_context, asio::generic::stream_protocol(AF_UNIX, SOCK_STREAM), ends[0]), Server::Kind::Tcp);
    std::string answers;
    char buffer[16384];
    bool isSent = false, isEnded = false;
    for (int idle = 0; !isEnded && idle < 100; ++idle) {
        if (!bytes.empty()) {
            const ssize_t sent = ::send(ends[1], bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL);
            // A server that has had enough may close: what it said is still to be read.
            bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : errno == EAGAIN ? 0 : bytes.size());
        } else if (!std::exchange(isSent, true)) {
            ::shutdown(ends[1], SHUT_WR);
        }
        m_context.poll();
        ssize_t got = 0;
        while ((got = ::recv(ends[1], buffer, sizeof buffer, 0)) > 0) {
            answers.append(buffer, static_cast<std::size_t>(got));
            idle = 0;
        }
        idle = bytes.empty() ? idle : 0;
        isEnded = got == 0 || (got < 0 && errno != EAGAIN);
    }
    ::close(ends[1]);
    m_context.poll();
    wanted(isEnded, "the connection ends when the client has", answers);
    return answers;
}

// Whole answers, one after the other, and none of them a mistake of the service.
void Service::check(const std::string& answers, bool mayBeHead) const
{
    namespace http = boost::beast::http;
    std::string_view rest = answers;
    while (!rest.empty()) {
        http::response_parser<http::string_body> parser;
        parser.eager(true);
        boost::system::error_code error;
        std::size_t used = 0;
        while (!parser.is_done() && !error && used < rest.size())
            used += parser.put(asio::buffer(rest.data() + used, rest.size() - used), error);
        if (error == http::error::need_more)
            error = {};
        wanted(!error, "an answer is HTTP", std::string(rest));
        wanted(parser.get().result_int() != 500, "the service makes no mistake", std::string(rest));
        if (mayBeHead)
            return;
        wanted(parser.is_done(), "an answer is whole", std::string(rest));
        rest.remove_prefix(used);
    }
}

void Service::meet(const fuzz::Input& input)
{
    m_taken = 0;
    const std::size_t parts = 1 + static_cast<unsigned char>(input.choice) % 8;
    const std::string answers = exchange(input.text, input.text.size() / parts + 1);
    wanted(m_taken <= input.text.size(), "no body is longer than what was sent");
    const bool mayBeHead = input.text.find("HEAD") != std::string_view::npos;
    check(answers, mayBeHead);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Service service;
    service.meet(fuzz::Input(data, size));
    return 0;
}
