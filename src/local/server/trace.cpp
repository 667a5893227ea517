#include "trace.h"

#include "core/time.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace runyard::local {

namespace {

constexpr std::size_t shownLimit = 16 << 10;

std::string struck(std::string text)
{
    for (const std::string_view mark : {"sig=", "Bearer ", "SharedKey ", "<Value>", "\"access_token\":\"", "\"sasToken\":\"", "\"key\":\""})
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size())) {
            const auto end = std::min(text.find_first_of("&\"\r\n ", at + mark.size()), text.size());
            text.replace(at + mark.size(), end - at - mark.size(), "*");
        }
    return text;
}

// Text as it is; anything else by its size only.
std::string shown(std::string_view content, std::int64_t size)
{
    const auto part = content.substr(0, shownLimit);
    const bool isText = std::none_of(part.begin(), part.end(), [](unsigned char c) { return c < ' ' && c != '\n' && c != '\r' && c != '\t'; });
    std::string text = isText ? std::string(part) : "(" + std::to_string(size) + " bytes)";
    if (isText && size > static_cast<std::int64_t>(part.size()))
        text += "… (" + std::to_string(size) + " bytes)";
    return text.empty() ? text : text + '\n';
}

} // namespace

Trace::Trace(const std::filesystem::path& file) : m_fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}

Trace::~Trace()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

void Trace::add(const Request& request, const std::string& sent, const Response& response)
{
    std::string text = "==== " + toIso(nowMillis()) + "\n> " + request.method + ' ' + request.target + '\n';
    for (const auto& [name, value] : request.headers)
        text += "> " + name + ": " + (name == "x-identity-header" ? "*" : value) + '\n';
    text += shown(sent, static_cast<std::int64_t>(sent.size())) + "< " + std::to_string(response.status) + '\n';
    for (const auto& [name, value] : response.headers)
        text += "< " + name + ": " + value + '\n';
    text += response.file ? "(file, " + std::to_string(response.file->length) + " bytes)\n" : shown(response.body, static_cast<std::int64_t>(response.body.size()));
    text = struck(std::move(text));
    if (m_fd >= 0 && ::write(m_fd, text.data(), text.size()) < 0)
        ::close(std::exchange(m_fd, -1));  // a trace that cannot be written is not worth an answer
}

Task<Result<std::string_view>> TracedBody::next()
{
    auto piece = co_await m_inner.next();
    if (piece && m_beginning.size() < shownLimit)
        m_beginning.append(piece->substr(0, shownLimit - m_beginning.size()));
    co_return piece;
}

} // namespace runyard::local
