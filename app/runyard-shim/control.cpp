#include "control.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace runyard {

Control::Control(const char* name) : m_name(name)
{
    ::unlink(name);
    if (::mkfifo(name, 0600) != 0)
        throw std::system_error(errno, std::generic_category(), name);
    // Open for writing too, or the end of each writer would be an end of file.
    m_pipe = openFile(name, O_RDWR | O_NONBLOCK);
}

Control::~Control() { ::unlink(m_name.c_str()); }

std::vector<Control::Request> Control::take()
{
    constexpr std::size_t longest = 8192;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::read(m_pipe.get(), buffer, sizeof buffer)) > 0)
        m_pending.append(buffer, static_cast<std::size_t>(got));
    std::vector<Request> requests;
    for (auto end = m_pending.find('\n'); end != std::string::npos; end = m_pending.find('\n')) {
        const std::string line = m_pending.substr(0, end);
        m_pending.erase(0, end + 1);
        const auto blank = line.find(' ');
        const std::string word = line.substr(0, blank), reason = blank == std::string::npos ? "" : line.substr(blank + 1);
        if (word == "cancel")
            requests.push_back({Request::Kind::Cancel, reason});
        else if (word == "kill")
            requests.push_back({Request::Kind::Kill, reason});
    }
    if (m_pending.size() > longest)
        m_pending.clear();
    return requests;
}

} // namespace runyard
