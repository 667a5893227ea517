#pragma once

#include "server.h"
#include "socketbody.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace runyard::local {

// One client's connection: reads heads, asks the routes, writes answers, until either side has had enough.
class Server::Connection {
public:
    Connection(Server& server, Socket socket, Kind kind);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Task<> serve();
    bool isIdle() const { return m_isIdle; }
    Clock::time_point deadline() const { return m_deadline; }
    void cut();  // every wait on the socket ends with an error

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
    enum class Head { Whole, Closed, TooLarge, Bad };

    Task<Head> readHead(Parser& parser);
    Task<bool> exchange(Parser& parser);  // whether the connection goes on
    Task<Response> answer(Request& request);
    Task<Response> handled(const Handler& handler, Request& request);
    Task<Response> handledWhileOpen(const Handler& handler, Request& request);
    Task<> closed();
    Task<bool> write(const Request& request, const Response& response, bool goesOn);
    Task<bool> writeAll(std::string_view bytes);
    Task<bool> sendFile(const FileBody& file);
    Task<bool> sendParts(const Response& response);
    Task<> linger();
    void allow(std::chrono::milliseconds time) { m_deadline = Clock::now() + time; }
    void note(const Request& request, const Response& response, Clock::time_point since);

    Server& m_server;
    Socket m_socket;
    Kind m_kind;
    boost::beast::flat_buffer m_buffer{2 << 20};
    Clock::time_point m_deadline;
    bool m_isIdle = true;
};

} // namespace runyard::local
