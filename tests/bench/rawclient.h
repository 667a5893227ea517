#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace runyard::bench {

// The least that can ask the service over its unix socket, so that a figure is the service's and not the client's. One connection, one thread.
class RawClient {
public:
    RawClient(const std::string& socket, std::string token) : m_token(std::move(token)), m_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
        if (::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            std::abort();
    }
    ~RawClient() { ::close(m_fd); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    std::int64_t get(const std::string& path) { return exchange("GET " + path, ""); }  // bytes of the answer
    std::int64_t post(const std::string& path, const std::string& body) { return exchange("POST " + path, body); }

    // A small answer, whole; any status will do.
    struct Reply {
        int status = 0;
        std::string head;
        std::string body;
    };
    Reply ask(const std::string& path, const std::string& headers)
    {
        send("GET " + path, "", headers);
        Reply reply;
        reply.body = readHead(reply.head);
        reply.status = std::atoi(reply.head.c_str() + 9);
        const std::int64_t wanted = lengthIn(reply.head);
        while (static_cast<std::int64_t>(reply.body.size()) < wanted)
            receive(reply.body);
        return reply;
    }

private:
    void send(const std::string& line, const std::string& body, const std::string& headers = {})
    {
        std::string request = line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + m_token + "\r\n" + headers;
        if (!body.empty())
            request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        request += "\r\n" + body;
        if (::send(m_fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            std::abort();
    }

    // What came behind the head.
    std::string readHead(std::string& head)
    {
        std::size_t end = 0;
        while ((end = head.find("\r\n\r\n")) == std::string::npos)
            receive(head);
        std::string tail = head.substr(end + 4);
        head.resize(end);
        return tail;
    }

    // -1 where it is not said.
    static std::int64_t lengthIn(const std::string& head)
    {
        const auto length = head.find("Content-Length: ");
        return length == std::string::npos ? -1 : std::atoll(head.c_str() + length + 16);
    }

    std::int64_t exchange(const std::string& line, const std::string& body)
    {
        send(line, body);
        std::string head;
        std::string tail = readHead(head);
        if (!head.starts_with("HTTP/1.1 2"))
            std::abort();
        std::int64_t got = static_cast<std::int64_t>(tail.size());
        const std::int64_t wanted = lengthIn(head);
        while (wanted >= 0 ? got < wanted : !tail.ends_with("0\r\n\r\n")) {
            tail.erase(0, tail.size() - std::min<std::size_t>(tail.size(), 8));
            got += receive(tail);
        }
        return got;
    }

    std::int64_t receive(std::string& into)
    {
        const ssize_t got = ::recv(m_fd, m_buffer, sizeof m_buffer, 0);
        if (got <= 0)
            std::abort();
        into.append(m_buffer, static_cast<std::size_t>(got));
        return got;
    }

    std::string m_token;
    int m_fd;
    char m_buffer[256 << 10];
};

} // namespace runyard::bench
