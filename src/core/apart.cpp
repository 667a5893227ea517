#include "apart.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace runyard {

namespace {

constexpr int Failed = 1;

// The child's end: code, message and detail, the texts ended by NUL.
[[noreturn]] void report(int pipe, const Result<>& result)
{
    if (result)
        ::_exit(0);
    const Error& error = result.error();
    const std::string text = std::to_string(static_cast<int>(error.code)) + '\0' + error.message + '\0' + error.detail;
    (void)!::write(pipe, text.data(), text.size());
    ::_exit(Failed);
}

std::string readAll(int pipe)
{
    std::string text;
    char piece[4096];
    for (;;) {
        const ssize_t got = ::read(pipe, piece, sizeof piece);
        if (got > 0)
            text.append(piece, static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR)
            return text;
    }
}

Error errorFrom(const std::string& text)
{
    const auto first = text.find('\0');
    const auto second = text.find('\0', first + 1);
    if (first == std::string::npos || second == std::string::npos)
        return {Error::Code::Server, "A part of the program ended before it was done.", text};
    return {static_cast<Error::Code>(std::atoi(text.c_str())), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

} // namespace

Result<> doneApart(const std::function<Result<>()>& work)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return work();
    const pid_t child = ::fork();
    if (child == 0)
        report(ends[1], work());
    ::close(ends[1]);
    if (child < 0) {  // memory is short: then here
        ::close(ends[0]);
        return work();
    }
    const std::string text = readAll(ends[0]);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return {};
    return Failure(errorFrom(text));
}

} // namespace runyard
