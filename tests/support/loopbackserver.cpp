#include "loopbackserver.h"

#include "core/servicethread.h"
#include "core/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <map>

namespace runyard {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using namespace std::chrono_literals;

namespace {

// TCP and unix sockets alike.
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol>;

std::int64_t numberIn(std::string_view target, std::string_view key)
{
    const auto at = target.find(std::string(key) + '=');
    return at == std::string_view::npos ? 0 : std::atoll(std::string(target.substr(at + key.size() + 1)).c_str());
}

std::string items(std::int64_t count)
{
    std::string json = "[";
    for (std::int64_t i = 0; i < count; ++i) {
        json += i ? "," : "";
        json += R"({"id":)" + std::to_string(i) + R"(,"name":"resnet50-imagenet-sweep-)" + std::to_string(i) + R"(","state":"Running","owner":"someone@example.org","created":"2024-05-06T07:08:09Z","tags":{"team":"vision","gpu":"a100"}})";
    }
    return json + "]";
}

std::string lines(std::int64_t from, std::int64_t until)
{
    std::string json = "[";
    for (std::int64_t i = from; i < until; ++i)
        json += (i > from ? "," : "") + std::string(R"({"offset":)") + std::to_string(i) + R"(,"text":"epoch 3 step )" + std::to_string(i) + R"( loss 0.1234 acc 0.987"})";
    return json + "]";
}

} // namespace

struct LoopbackServer::Core {
    explicit Core(LoopbackServer& s) : server(s), tcp(context, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)), local(context) {}

    template<typename Acceptor>
    Task<> accept(Acceptor& acceptor)
    {
        for (;;) {
            Socket socket(co_await acceptor.async_accept(asio::use_awaitable));
            asio::co_spawn(context, serve(std::move(socket)), asio::detached);
        }
    }

    Task<> serve(Socket socket)
    {
        beast::flat_buffer buffer(1 << 20);
        for (;;) {
            bhttp::request_parser<bhttp::buffer_body> parser;
            parser.body_limit(boost::none);
            const auto [error, got] = co_await bhttp::async_read_header(socket, buffer, parser, asio::as_tuple(asio::use_awaitable));
            if (error)
                co_return;
            ++server.requests;
            if (!co_await answer(socket, buffer, parser))
                co_return;
        }
    }

    Task<bool> answer(Socket& socket, beast::flat_buffer& buffer, bhttp::request_parser<bhttp::buffer_body>& parser)
    {
        const std::string target(parser.get().target());
        const auto count = numberIn(target, "n");
        if (target == "/sink" || target == "/stall") {
            const bool whole = co_await drainBody(socket, buffer, parser, target == "/stall");
            if (!whole) {
                ++server.brokenUploads;
                co_return false;
            }
            co_return co_await reply(socket, 200, "{}");
        }
        if (target == "/ping")
            co_return co_await reply(socket, 200, "pong");
        if (target.starts_with("/items"))
            co_return co_await reply(socket, 200, items(count));
        if (target.starts_with("/log/")) {
            const auto from = numberIn(target, "from");
            co_return co_await reply(socket, 200, lines(from, std::min<std::int64_t>(from + 5000, server.logLines)));
        }
        if (target.starts_with("/blob"))
            co_return co_await reply(socket, 200, std::string(static_cast<std::size_t>(count), 'x'));
        if (target.starts_with("/range") || target.starts_with("/half"))
            co_return co_await ranged(socket, parser.get(), count);
        if (target.starts_with("/status/"))
            co_return co_await reply(socket, static_cast<unsigned>(std::stoi(target.substr(8))), "no");
        if (target.starts_with("/flaky/")) {
            const bool fails = flaky[target]++ < std::stoi(target.substr(7));
            const unsigned status = fails ? 503 : 200;
            co_return co_await reply(socket, status, "{}");
        }
        if (target == "/drop")
            co_return false;
        if (target == "/hang") {
            co_await sleepFor(1h);
            co_return false;
        }
        if (target.starts_with("/cut") || target.starts_with("/drip")) {
            std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(count) + "\r\n\r\n";
            if (target.starts_with("/cut"))
                head += std::string(static_cast<std::size_t>(count / 2), 'x');
            if (!co_await write(socket, std::move(head)) || target.starts_with("/cut"))
                co_return false;
            for (std::int64_t i = 0; i < count; ++i) {
                co_await sleepFor(20ms);
                if (!co_await write(socket, "x"))
                    co_return false;
            }
            co_return true;
        }
        co_return co_await reply(socket, 404, "no such thing");
    }

    Task<bool> ranged(Socket& socket, const bhttp::request<bhttp::buffer_body>& request, std::int64_t size)
    {
        const std::string range(request[bhttp::field::range]);
        const std::int64_t from = range.starts_with("bytes=") ? std::atoll(range.c_str() + 6) : 0;
        const auto dash = range.find('-');
        const std::int64_t to = dash != std::string::npos && dash + 1 < range.size() ? std::min<std::int64_t>(size, std::atoll(range.c_str() + dash + 1) + 1) : size;
        if (!range.empty() && from >= size)
            co_return co_await reply(socket, 416, "");
        std::string head = range.empty() ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Partial Content\r\n";
        head += "ETag: \"one\"\r\nContent-Length: " + std::to_string(to - from) + "\r\n\r\n";
        std::string body;
        for (std::int64_t i = from; i < to; ++i)
            body += static_cast<char>('0' + i % 10);
        const bool breaksOff = request.target().starts_with("/half") && body.size() > 1;
        if (breaksOff)
            body.resize(body.size() / 2);
        if (request.method() == bhttp::verb::head)
            body.clear();
        const bool isSent = co_await write(socket, head + body);
        co_return isSent && !breaksOff;
    }

    Task<bool> drainBody(Socket& socket, beast::flat_buffer& buffer, bhttp::request_parser<bhttp::buffer_body>& parser, bool stalls)
    {
        // Past the header the bytes are read as they come: Beast's buffer_body
        // takes them 64 KiB at a time and copies each once more.
        auto left = static_cast<std::int64_t>(parser.content_length().value_or(0));
        const auto early = std::min(left, static_cast<std::int64_t>(buffer.size()));
        buffer.consume(static_cast<std::size_t>(early));
        server.sunk += early;
        left -= early;
        while (left > 0) {
            const auto space = asio::buffer(scratch.data(), std::min(scratch.size(), static_cast<std::size_t>(left)));
            const auto [error, got] = co_await socket.async_read_some(space, asio::as_tuple(asio::use_awaitable));
            if (error)
                co_return false;
            left -= static_cast<std::int64_t>(got);
            server.sunk += static_cast<long>(got);
            if (stalls)
                co_await sleepFor(1h);
        }
        co_return true;
    }

    Task<bool> reply(Socket& socket, unsigned status, std::string body)
    {
        bhttp::response<bhttp::string_body> response(static_cast<bhttp::status>(status), 11);
        response.set("Retry-After", "0");
        response.body() = std::move(body);
        response.prepare_payload();
        const auto [error, sent] = co_await bhttp::async_write(socket, response, asio::as_tuple(asio::use_awaitable));
        co_return !error;
    }

    Task<bool> write(Socket& socket, std::string text)
    {
        const auto bytes = asio::buffer(text);
        const auto [error, sent] = co_await asio::async_write(socket, bytes, asio::as_tuple(asio::use_awaitable));
        co_return !error;
    }

    LoopbackServer& server;
    asio::io_context context{1};
    asio::ip::tcp::acceptor tcp;
    asio::local::stream_protocol::acceptor local;
    std::map<std::string, int> flaky;
    std::vector<char> scratch = std::vector<char>(1 << 20);
    std::optional<std::thread> thread;
};

LoopbackServer::LoopbackServer(std::filesystem::path socket) : m_core(std::make_unique<Core>(*this))
{
    asio::co_spawn(m_core->context, m_core->accept(m_core->tcp), asio::detached);
    if (!socket.empty()) {
        std::filesystem::remove(socket);
        const asio::local::stream_protocol::endpoint endpoint(socket.string());
        m_core->local.open(endpoint.protocol());
        m_core->local.bind(endpoint);
        m_core->local.listen(1024);
        asio::co_spawn(m_core->context, m_core->accept(m_core->local), asio::detached);
    }
    m_core->thread.emplace([this] { m_core->context.run(); });
}

LoopbackServer::~LoopbackServer()
{
    m_core->context.stop();
    m_core->thread->join();
}

std::string LoopbackServer::base() const
{
    return "http://127.0.0.1:" + std::to_string(m_core->tcp.local_endpoint().port());
}

} // namespace runyard
