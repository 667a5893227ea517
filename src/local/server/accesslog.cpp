#include "accesslog.h"

#include "api/uri.h"
#include "core/time.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace runyard::local {

namespace {

constexpr std::int64_t sizeLimit = 16 << 20;

// Signatures let their holder in: none reaches the log. Neither does a character that could forge a line.
std::string cleaned(std::string text)
{
    for (std::size_t from = std::min(text.find('?'), text.size()); from < text.size(); from = text.find('&', from + 1)) {
        const auto end = std::min(text.find('&', from + 1), text.size());
        const auto equals = std::min(text.find('=', from), end);
        const std::string name = api::decode(std::string_view(text).substr(from + 1, equals - from - 1));
        if (equals < end && ::strcasecmp(name.c_str(), "sig") == 0)
            text.replace(equals + 1, end - equals - 1, "*");
    }
    for (char& c : text)
        c = static_cast<unsigned char>(c) <= ' ' || c == 127 ? '_' : c;
    return text.empty() ? "-" : text;
}

} // namespace

AccessLog::~AccessLog()
{
    flush();
    if (m_fd >= 0)
        ::close(m_fd);
}

void AccessLog::add(const AccessLine& line)
{
    char figures[64];
    std::snprintf(figures, sizeof figures, " %d %.3f %lld ", line.status, static_cast<double>(line.time.count()) / 1000.0, static_cast<long long>(line.bytes));
    m_pending += toIso(nowMillis()) + ' ' + cleaned(line.method) + ' ' + cleaned(line.target) + figures + line.request + ' ' + cleaned(line.identity) + ' ' + cleaned(line.client) + '\n';
    if (m_pending.size() > 64 * 1024)
        flush();
}

void AccessLog::flush()
{
    if (m_pending.empty())
        return;
    if (m_fd >= 0 && m_size > sizeLimit)
        rotate();
    if (m_fd < 0) {
        m_fd = ::open(m_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        struct stat facts {};
        m_size = m_fd >= 0 && ::fstat(m_fd, &facts) == 0 ? facts.st_size : 0;
    }
    // A full disk costs log lines, never answers.
    if (m_fd >= 0 && ::write(m_fd, m_pending.data(), m_pending.size()) > 0)
        m_size += static_cast<std::int64_t>(m_pending.size());
    m_pending.clear();
}

void AccessLog::rotate()
{
    ::close(m_fd);
    m_fd = -1;
    const std::string name = m_file.string();
    for (int number = 3; number > 0; --number) {
        const std::string from = number == 1 ? name : name + '.' + std::to_string(number - 1);
        ::rename(from.c_str(), (name + '.' + std::to_string(number)).c_str());
    }
}

} // namespace runyard::local
