#include "servicelaunch.h"

#include "core/files.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

extern char** environ;

namespace runyard::client {

namespace {

constexpr off_t Newest = 8192;

int namelessFile()
{
    std::error_code ignored;
    const auto folder = std::filesystem::temp_directory_path(ignored);
    const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    return file >= 0 ? file : ::memfd_create("runyardd-errors", MFD_CLOEXEC);
}

// The last line that says something, without the program's name before it.
std::string lastLine(std::string text)
{
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.pop_back();
    text.erase(0, text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
    constexpr std::string_view name = "runyardd: ";
    if (text.starts_with(name))
        text.erase(0, name.size());
    return text;
}

int spawnDetached(std::vector<std::string> argv, int errors, pid_t& pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    sigset_t none;
    sigset_t pipes;
    sigemptyset(&none);
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> pointers;
    for (std::string& argument : argv)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const int fault = ::posix_spawn(&pid, pointers[0], &actions, &attributes, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return fault;
}

} // namespace

Result<ServiceLaunch> ServiceLaunch::start(const std::filesystem::path& program, const std::filesystem::path& dataFolder)
{
    if (::access(program.c_str(), X_OK) != 0)
        return failure(Error::Code::Storage, "The workspace service's program “" + program.string() + "” is missing; install Runyard again.", std::strerror(errno));
    const int errors = namelessFile();
    if (errors < 0)
        return Failure(fileError(std::filesystem::path("/tmp"), "be written", errno));
    pid_t pid = -1;
    const std::vector<std::string> argv{std::filesystem::absolute(program).string(), "--data", std::filesystem::absolute(dataFolder).string()};
    if (const int fault = spawnDetached(argv, errors, pid); fault != 0) {
        ::close(errors);
        return failure(Error::Code::Storage, "The workspace service could not be started.", std::strerror(fault));
    }
    return ServiceLaunch(pid, errors);
}

ServiceLaunch::ServiceLaunch(ServiceLaunch&& other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)), m_errors(std::exchange(other.m_errors, -1)), m_ended(std::move(other.m_ended))
{
}

ServiceLaunch::~ServiceLaunch()
{
    (void)ended();
    if (m_errors >= 0)
        ::close(m_errors);
}

std::optional<ServiceLaunch::Ended> ServiceLaunch::ended()
{
    int status = 0;
    if (m_ended || m_pid <= 0 || ::waitpid(m_pid, &status, WNOHANG) != m_pid)
        return m_ended;
    m_pid = -1;
    const std::string said = lastLine(errors());
    Ended how;
    how.isBusy = WIFEXITED(status) && WEXITSTATUS(status) == 0;  // another one serves the folder
    how.error.code = Error::Code::Storage;
    how.error.message = said;
    if (said.empty() || !WIFEXITED(status))
        how.error.message = WIFSIGNALED(status) ? "The workspace service was ended by signal " + std::to_string(WTERMSIG(status)) + " while it started."
                                                : "The workspace service ended while it started, with exit code " + std::to_string(WEXITSTATUS(status)) + ".";
    how.error.detail = errors();
    m_ended = how;
    return m_ended;
}

std::string ServiceLaunch::errors() const
{
    struct stat about{};
    if (m_errors < 0 || ::fstat(m_errors, &about) != 0)
        return {};
    const off_t from = std::max<off_t>(0, about.st_size - Newest);
    std::string text(static_cast<std::size_t>(about.st_size - from), '\0');
    const ssize_t got = ::pread(m_errors, text.data(), text.size(), from);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

} // namespace runyard::client
