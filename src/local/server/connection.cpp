#include "connection.h"

#include "core/text.h"
#include "guard.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/http/read.hpp>

#include <sys/socket.h>

#include <cstdio>

namespace runyard::local {

namespace bhttp = boost::beast::http;

namespace {

constexpr std::uint32_t headSizeLimit = 64 << 10;
constexpr std::size_t targetLimit = 16 << 10;
constexpr std::int64_t drainLimit = 1 << 20;
constexpr std::uint64_t lengthLimit = std::uint64_t(1) << 50;

std::string nameOf(const Identity& who, const Request& request)
{
    switch (who.kind) {
    case Identity::Kind::Owner: return "owner";
    case Identity::Kind::Run: return "run:" + who.runId;
    case Identity::Kind::Signer: return request.query.contains("sig") ? "sas" : "key";
    case Identity::Kind::Nobody: break;
    }
    return "-";
}

// Empty where it was only cancelled.
std::string reasonOf(const std::exception_ptr& fault)
{
    try {
        std::rethrow_exception(fault);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted ? std::string() : error.what();
    } catch (const std::exception& error) {
        return error.what();
    }
}

} // namespace

Server::Connection::Connection(Server& server, Socket socket, Kind kind) : m_server(server), m_socket(std::move(socket)), m_kind(kind)
{
    allow(m_server.m_settings.idleLimit);
    m_server.m_connections.insert(this);
}

Server::Connection::~Connection()
{
    m_server.m_connections.erase(this);
}

void Server::Connection::cut()
{
    boost::system::error_code ignored;
    m_socket.close(ignored);
}

Task<> Server::Connection::serve()
{
    for (bool goesOn = true; goesOn && !m_server.m_isStopping;) {
        m_isIdle = m_buffer.size() == 0;
        allow(m_isIdle ? m_server.m_settings.idleLimit : m_server.m_settings.headLimit);
        Parser parser;
        parser.body_limit(boost::none);
        parser.header_limit(headSizeLimit);
        const Head head = co_await readHead(parser);
        if (head == Head::Closed)
            co_return;
        m_isIdle = false;
        if (head == Head::Whole) {
            goesOn = co_await exchange(parser);
            continue;
        }
        Request request;
        request.method = "-";
        const int status = head == Head::TooLarge ? 431 : 400;
        const Response response = errorAnswer("/", status, "BadRequest", status == 431 ? "The request's head is larger than 64 KiB." : "That is not HTTP.");
        goesOn = co_await write(request, response, false);
        co_await linger();
        co_return;
    }
}

Task<Server::Connection::Head> Server::Connection::readHead(Parser& parser)
{
    for (;;) {
        if (m_buffer.size() > 0) {
            boost::system::error_code error;
            m_buffer.consume(parser.put(m_buffer.data(), error));
            if (error == bhttp::error::header_limit)
                co_return Head::TooLarge;
            if (error && error != bhttp::error::need_more)
                co_return Head::Bad;
            if (parser.is_header_done())
                co_return parser.content_length().value_or(0) > lengthLimit ? Head::Bad : Head::Whole;
        }
        const auto space = m_buffer.prepare(8192);
        const auto [error, got] = co_await m_socket.async_read_some(space, asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return Head::Closed;
        m_buffer.commit(got);
        if (std::exchange(m_isIdle, false))
            allow(m_server.m_settings.headLimit);
    }
}

Task<bool> Server::Connection::exchange(Parser& parser)
{
    const auto since = Clock::now();
    const auto& head = parser.get();
    Request request = toRequest(head.method_string(), head.target());
    for (const auto& field : head) {  // one that comes twice counts whole: two hosts are none
        std::string& value = request.headers[lower(field.name_string())];
        value += (value.empty() ? "" : ", ") + std::string(field.value());
    }
    char id[40];
    std::snprintf(id, sizeof id, "%s-%012llx", m_server.m_requestPrefix.c_str(), static_cast<unsigned long long>(++m_server.m_requests));
    request.correlation = id;
    request.base = m_kind == Kind::Tls ? m_server.m_settings.tlsUrl : m_server.m_settings.url;
    const auto framing = parser.chunked() ? SocketBody::Framing::Chunked : SocketBody::Framing::Length;
    // Once all of it is there, the client may wait as long as the answer takes.
    const auto watch = [this](SocketBody::Step step) { m_deadline = step == SocketBody::Step::Ended ? Clock::time_point::max() : Clock::now() + m_server.m_settings.stallLimit; };
    SocketBody body(m_socket, m_buffer, framing, static_cast<std::int64_t>(parser.content_length().value_or(0)), watch);
    if (request.header("expect").find("100-continue") != std::string::npos)
        body.holdForContinue();
    TracedBody traced(body);
    request.body = m_server.m_trace ? static_cast<BodyReader*>(&traced) : &body;
    m_deadline = body.isWhole() ? Clock::time_point::max() : Clock::now() + m_server.m_settings.stallLimit;

    Response response = co_await answer(request);
    bool goesOn = parser.keep_alive() && !m_server.m_isStopping;
    // A body that nobody wants is swallowed while it is small; else the client must hear the answer and then the end.
    if (goesOn && !body.isWhole())
        goesOn = co_await body.drain(drainLimit);
    const bool isWritten = co_await write(request, response, goesOn);
    note(request, response, since);
    if (m_server.m_trace)
        m_server.m_trace->add(request, traced.beginning(), response);
    if (isWritten && !body.isWhole() && !body.isBroken())
        co_await linger();
    if (m_buffer.size() == 0 && m_buffer.capacity() > (64 << 10))
        m_buffer = boost::beast::flat_buffer(m_buffer.max_size());
    co_return isWritten && goesOn;
}

Task<Response> Server::Connection::answer(Request& request)
{
    request.who = m_server.m_tokens.check(request.header("authorization"));
    if (auto refusal = refuseForeign(request))
        co_return std::move(*refusal);
    if (request.target.size() > targetLimit || !request.path.starts_with('/'))
        co_return errorAnswer("/", request.path.starts_with('/') ? 414 : 400, "BadRequest", "The request's address makes no sense here.");
    auto found = m_server.m_router.find(request.method, request.path);
    if (!found) {
        const bool isMethod = found.error().code == Error::Code::Invalid;
        const bool isMlFlow = dialectOf(request.path) == Dialect::MlFlow;
        co_return errorAnswer(request.path, isMethod ? 405 : 404, isMlFlow ? "ENDPOINT_NOT_FOUND" : isMethod ? "MethodNotAllowed" : "ResourceNotFound", found.error().message);
    }
    request.params = std::move(found->second);
    const Route& route = *found->first;
    if (auto refusal = refuseIdentity(request, route))
        co_return std::move(*refusal);
    if (auto refusal = refuseWorkspace(request, route, m_server.m_settings))
        co_return std::move(*refusal);
    if (m_kind == Kind::Unix)
        m_server.m_desktopSeen = Clock::now();
    else if (request.who.kind == Identity::Kind::Owner)
        m_server.m_othersSeen = Clock::now();
    if (request.wait().count() > 0)
        co_return co_await handledWhileOpen(route.handler, request);
    co_return co_await handled(route.handler, request);
}

Task<Response> Server::Connection::handled(const Handler& handler, Request& request)
{
    const auto executor = co_await asio::this_coro::executor;
    auto task = handler(request);
    auto [fault, response] = co_await asio::co_spawn(executor, std::move(task), asio::as_tuple(asio::use_awaitable));
    if (!fault)
        co_return std::move(response);
    const std::string reason = reasonOf(fault);
    if (reason.empty())
        co_return Response::empty(499);  // cancelled: the client has gone
    std::fprintf(stderr, "%s %s: %s\n", request.method.c_str(), request.path.c_str(), reason.c_str());
    co_return errorAnswer(request.path, 500, dialectOf(request.path) == Dialect::MlFlow ? "INTERNAL_ERROR" : "InternalServerError", "The service made a mistake; its log has more.");
}

// For requests that are held: when the client goes, the handler is cancelled.
Task<Response> Server::Connection::handledWhileOpen(const Handler& handler, Request& request)
{
    using namespace asio::experimental::awaitable_operators;
    m_deadline = Clock::time_point::max();
    auto first = co_await (handled(handler, request) || closed());
    if (first.index() == 0)
        co_return std::move(std::get<0>(first));
    co_return Response::empty(499);
}

Task<> Server::Connection::closed()
{
    const auto [error] = co_await m_socket.async_wait(Socket::wait_read, asio::as_tuple(asio::use_awaitable));
    char byte = 0;
    if (error || ::recv(m_socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
        co_return;
    // The client has already sent its next request: it is there, and waits.
    asio::steady_timer forever(m_server.m_context, Clock::time_point::max());
    co_await forever.async_wait(asio::as_tuple(asio::use_awaitable));
}

// The answer is out, but the client may still be sending: hearing it out keeps the answer from being thrown away with the connection.
Task<> Server::Connection::linger()
{
    ::shutdown(m_socket.native_handle(), SHUT_WR);
    m_deadline = Clock::now() + std::chrono::seconds(5);
    m_buffer.clear();
    for (;;) {
        const auto space = m_buffer.prepare(256 << 10);
        const auto [error, got] = co_await m_socket.async_read_some(space, asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return;
    }
}

void Server::Connection::note(const Request& request, const Response& response, Clock::time_point since)
{
    if (request.who.kind == Identity::Kind::Signer)
        m_server.m_othersSeen = Clock::now();
    AccessLine line;
    line.method = request.method;
    line.target = request.target;
    line.status = response.status;
    line.time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since);
    line.bytes = response.file ? response.file->length : static_cast<std::int64_t>(response.body.size());
    line.request = request.correlation;
    line.identity = nameOf(request.who, request);
    line.client = request.header("x-ms-client-request-id");
    m_server.m_log.add(line);
}

} // namespace runyard::local
