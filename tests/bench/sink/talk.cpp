#include "talk.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <random>

namespace runyard::bench {

namespace {

constexpr std::size_t Piece = 64 << 10;

// A megabyte that does not compress.
const std::string& noise()
{
    static const std::string bytes = [] {
        std::mt19937_64 dice(4711);
        std::string made(1 << 20, '\0');
        for (char& byte : made)
            byte = static_cast<char>(dice());
        return made;
    }();
    return bytes;
}

std::map<std::string, std::string> queryOf(const std::string& text)
{
    std::map<std::string, std::string> query;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('&', at), text.size());
        const std::string pair = text.substr(at, end - at);
        const auto equals = std::min(pair.find('='), pair.size());
        query[decoded(pair.substr(0, equals))] = decoded(pair.substr(std::min(equals + 1, pair.size())));
        at = end + 1;
    }
    return query;
}

Question parse(const std::string& head)
{
    Question question;
    const auto line = head.find("\r\n");
    const auto first = head.find(' ');
    const auto second = head.find(' ', first + 1);
    question.method = head.substr(0, first);
    const std::string target = head.substr(first + 1, second - first - 1);
    question.path = target.substr(0, target.find('?'));
    if (const auto mark = target.find('?'); mark != std::string::npos)
        question.query = queryOf(target.substr(mark + 1));
    for (std::size_t at = line + 2; at < head.size();) {
        const auto end = std::min(head.find("\r\n", at), head.size());
        const auto colon = head.find(':', at);
        std::string name = head.substr(at, colon - at);
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto value = head.find_first_not_of(' ', colon + 1);
        question.headers[name] = head.substr(value, end - value);
        at = end + 2;
    }
    if (const auto found = question.headers.find("content-length"); found != question.headers.end())
        question.length = std::atoll(found->second.c_str());
    return question;
}

} // namespace

std::string decoded(const std::string& text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            plain += static_cast<char>(std::strtol(text.substr(at + 1, 2).c_str(), nullptr, 16));
            at += 2;
        } else {
            plain += text[at];
        }
    }
    return plain;
}

Talk::Talk(int fd, SSL_CTX* tls) : m_fd(fd), m_tls(::SSL_new(tls)), m_buffer(Piece)
{
    ::SSL_set_fd(m_tls, fd);
    ::SSL_accept(m_tls);
}

Talk::~Talk()
{
    ::SSL_shutdown(m_tls);
    ::SSL_free(m_tls);
    ::close(m_fd);
}

bool Talk::receive()
{
    const int got = ::SSL_read(m_tls, m_buffer.data(), static_cast<int>(m_buffer.size()));
    if (got > 0)
        m_held.append(m_buffer.data(), static_cast<std::size_t>(got));
    return got > 0;
}

std::optional<Question> Talk::next()
{
    std::size_t end = 0;
    while ((end = m_held.find("\r\n\r\n")) == std::string::npos) {
        if (!receive())
            return std::nullopt;
    }
    Question question = parse(m_held.substr(0, end));
    m_held.erase(0, end + 4);
    if (question.headers.contains("expect") && !write("HTTP/1.1 100 Continue\r\n\r\n", 25))
        return std::nullopt;
    throwAway(question.length);
    return question;
}

void Talk::throwAway(std::int64_t size)
{
    const auto held = std::min(size, static_cast<std::int64_t>(m_held.size()));
    m_held.erase(0, static_cast<std::size_t>(held));
    for (std::int64_t left = size - held; left > 0;) {
        const int got = ::SSL_read(m_tls, m_buffer.data(), static_cast<int>(std::min<std::int64_t>(left, static_cast<std::int64_t>(m_buffer.size()))));
        if (got <= 0)
            return;
        left -= got;
    }
}

bool Talk::write(const char* bytes, std::int64_t size)
{
    for (std::int64_t sent = 0; sent < size;) {
        const int wrote = ::SSL_write(m_tls, bytes + sent, static_cast<int>(std::min<std::int64_t>(size - sent, Piece)));
        if (wrote <= 0)
            return false;
        sent += wrote;
    }
    return true;
}

void Talk::answer(const Answer& answer)
{
    const auto length = answer.noise >= 0 ? answer.noise : static_cast<std::int64_t>(answer.text.size());
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Said\r\nServer: sink\r\nx-ms-version: 2021-12-02\r\nx-ms-request-id: 00000000-0000-0000-0000-000000000000\r\n"
        "Date: Wed, 01 Jan 2025 00:00:00 GMT\r\n" + answer.headers;
    if (answer.status != 204)
        head += "Content-Length: " + std::to_string(length) + "\r\n";
    head += "\r\n";
    if (!answer.isHead && answer.noise < 0)
        head += answer.text;
    write(head.data(), static_cast<std::int64_t>(head.size()));
    for (std::int64_t left = answer.isHead ? 0 : answer.noise; left > 0;) {
        const auto piece = std::min(left, static_cast<std::int64_t>(noise().size()));
        if (!write(noise().data(), piece))
            return;
        left -= piece;
    }
}

} // namespace runyard::bench
