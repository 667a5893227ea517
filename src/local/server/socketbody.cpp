#include "socketbody.h"

#include <boost/asio/write.hpp>

#include <algorithm>
#include <charconv>

namespace runyard::local {

namespace {

constexpr std::size_t lineLimit = 8192;

Failure brokenOff()
{
    return failure(Error::Code::Network, "The connection broke off in the middle of the request.");
}

Failure badChunk()
{
    return failure(Error::Code::Protocol, "The request's chunks make no sense.");
}

} // namespace

SocketBody::SocketBody(Socket& socket, boost::beast::flat_buffer& buffer, Framing framing, std::int64_t length, Progress progress)
    : m_socket(socket), m_buffer(buffer), m_framing(framing), m_left(framing == Framing::Length ? length : 0), m_progress(std::move(progress)),
      m_isEnded(framing == Framing::Length && length == 0)
{
}

std::int64_t SocketBody::left() const
{
    if (m_framing == Framing::Length)
        return m_left;
    return m_isEnded ? 0 : 1;
}

Task<Result<std::string_view>> SocketBody::next()
{
    if (m_isHeld) {
        m_isHeld = false;
        static constexpr std::string_view goOn = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto bytes = asio::buffer(goOn.data(), goOn.size());
        const auto [error, sent] = co_await asio::async_write(m_socket, bytes, asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return brokenOff();
    }
    m_buffer.consume(std::exchange(m_given, 0));
    if (m_isEnded)
        co_return std::string_view();
    if (m_framing == Framing::Chunked)
        co_return co_await nextOfChunks();
    auto got = co_await piece(m_left);
    m_isEnded = got && m_left == 0;
    if (m_isEnded)
        m_progress(Step::Ended);
    co_return got;
}

// Straight from the socket once the buffer is empty.
Task<Result<std::size_t>> SocketBody::read(char* to, std::size_t most)
{
    m_buffer.consume(m_rest.empty() ? std::exchange(m_given, 0) : 0);
    if (m_isBroken)
        co_return brokenOff();
    if (m_isHeld || m_isEnded || m_framing == Framing::Chunked || m_buffer.size() > 0)
        co_return co_await BodyReader::read(to, most);
    const auto space = asio::buffer(to, static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(most), m_left)));
    const auto [error, got] = co_await m_socket.async_read_some(space, asio::as_tuple(asio::use_awaitable));
    m_isBroken = m_isBroken || error;
    if (error)
        co_return brokenOff();
    m_left -= static_cast<std::int64_t>(got);
    m_isEnded = m_left == 0;
    m_progress(m_isEnded ? Step::Ended : Step::Moved);
    co_return got;
}

// At least one and at most `most` bytes; they stay in the buffer until the next call.
Task<Result<std::string_view>> SocketBody::piece(std::int64_t most)
{
    if (m_buffer.size() == 0) {
        if (auto filled = co_await fill(); !filled)
            co_return Failure(filled.error());
    }
    m_given = static_cast<std::size_t>(std::min<std::int64_t>(most, static_cast<std::int64_t>(m_buffer.size())));
    m_left -= static_cast<std::int64_t>(m_given);
    co_return std::string_view(static_cast<const char*>(m_buffer.data().data()), m_given);
}

Task<Result<>> SocketBody::fill()
{
    if (m_isBroken)
        co_return brokenOff();
    const auto wanted = std::clamp<std::int64_t>(m_left, 16 << 10, 1 << 20);
    const auto space = m_buffer.prepare(static_cast<std::size_t>(wanted));
    const auto [error, got] = co_await m_socket.async_read_some(space, asio::as_tuple(asio::use_awaitable));
    m_isBroken = m_isBroken || error;
    if (error)
        co_return brokenOff();
    m_buffer.commit(got);
    m_progress(Step::Moved);
    co_return Result<>();
}

Task<Result<std::string_view>> SocketBody::nextOfChunks()
{
    if (m_left == 0) {
        if (m_isInChunk) {  // the line end behind a chunk's bytes
            auto end = co_await line();
            if (!end || !end->empty())
                co_return badChunk();
        }
        auto head = co_await line();
        if (!head)
            co_return Failure(head.error());
        auto digits = head->substr(0, head->find(';'));
        digits.erase(digits.find_last_not_of(" \t") + 1);
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), m_left, 16);
        if (fault != std::errc() || end != digits.data() + digits.size() || m_left < 0)
            co_return badChunk();
        m_isInChunk = true;
    }
    if (m_left > 0)
        co_return co_await piece(m_left);
    for (;;) {  // trailers
        auto trailer = co_await line();
        if (!trailer)
            co_return Failure(trailer.error());
        if (trailer->empty())
            break;
    }
    m_isEnded = true;
    m_progress(Step::Ended);
    co_return std::string_view();
}

Task<Result<std::string>> SocketBody::line()
{
    for (;;) {
        const std::string_view have(static_cast<const char*>(m_buffer.data().data()), m_buffer.size());
        if (const auto end = have.find("\r\n"); end != std::string_view::npos) {
            std::string text(have.substr(0, end));
            m_buffer.consume(end + 2);
            co_return text;
        }
        if (have.size() > lineLimit)
            co_return badChunk();
        if (auto filled = co_await fill(); !filled)
            co_return Failure(filled.error());
    }
}

Task<bool> SocketBody::drain(std::int64_t limit)
{
    if (m_isHeld)
        co_return m_isEnded;  // nothing was sent, and nothing will be asked for
    while (!m_isEnded && limit > 0) {
        const auto got = co_await next();
        if (!got)
            co_return false;
        limit -= static_cast<std::int64_t>(got->size());
    }
    m_buffer.consume(std::exchange(m_given, 0));
    co_return m_isEnded;
}

} // namespace runyard::local
