#include "daemon.h"

#include "api/json.h"
#include "core/files.h"
#include "http/client.h"
#include "runtask.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

namespace runyard::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Daemon::Wire {
    asio::io_context context{1};
    http::Client client{context};
};

fs::path freshFolder(const std::string& name)
{
    static int count = 0;
    const fs::path folder = fs::temp_directory_path() / ("ry-" + name + "-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    fs::remove_all(folder);
    return folder;
}

Daemon::Daemon(fs::path folder) : m_folder(std::move(folder)), m_wire(std::make_unique<Wire>()) {}

Daemon::~Daemon()
{
    if (m_parent > 0 && !stop())
        kill(m_parent);
}

int Daemon::launch(const std::vector<std::string>& words)
{
    const char* bin = std::getenv("RUNYARD_BIN");
    const std::string program = (bin ? fs::path(bin) : binaryFolder()) / "runyardd";
    std::vector<std::string> copy{program};
    copy.insert(copy.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (auto& word : copy)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string log = m_folder.string() + ".stderr";
    const pid_t child = ::fork();
    if (child == 0) {
        const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(fd, 1);
        ::dup2(fd, 2);
        ::execv(program.c_str(), arguments.data());
        ::_exit(127);
    }
    return child;
}

bool Daemon::start(const std::vector<std::string>& more)
{
    std::vector<std::string> words{"--data", m_folder.string()};
    words.insert(words.end(), more.begin(), more.end());
    m_parent = launch(words);
    return waitUntilAnswers();
}

int Daemon::startAndEnd(const std::vector<std::string>& words, std::chrono::milliseconds limit)
{
    const pid_t child = launch(words);
    for (const auto until = Clock::now() + limit; Clock::now() < until; std::this_thread::sleep_for(5ms)) {
        int status = 0;
        if (::waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    kill(child);
    ::waitpid(child, nullptr, 0);
    return -1;
}

bool Daemon::stop()
{
    if (m_parent <= 0)
        return true;
    ::kill(m_parent, SIGTERM);
    return waitForEnd(std::exchange(m_parent, -1), 15s);
}

void Daemon::kill(int process)
{
    ::kill(process, SIGKILL);
}

bool Daemon::waitForEnd(int process, std::chrono::milliseconds limit)
{
    for (const auto until = Clock::now() + limit; Clock::now() < until; std::this_thread::sleep_for(5ms)) {
        if (::waitpid(process, nullptr, WNOHANG) == process || ::kill(process, 0) != 0)
            return true;
    }
    return false;
}

int Daemon::worker() { return static_cast<int>(info().pid); }

bool Daemon::waitUntilAnswers(std::chrono::milliseconds limit)
{
    for (const auto until = Clock::now() + limit; Clock::now() < until; std::this_thread::sleep_for(10ms)) {
        if (!info().url.empty() && ask(http::Request::get(info().url + "/runyard/v1/health").within(2s)).status == 200)
            return true;
    }
    return false;
}

api::ServiceInfo Daemon::info()
{
    const auto text = readFile(m_folder / "service.json");
    const auto info = text ? api::read<api::ServiceInfo>(*text) : Result<api::ServiceInfo>(Failure(text.error()));
    return info ? *info : api::ServiceInfo();
}

std::string Daemon::errors() const
{
    return readFile(m_folder.string() + ".stderr").value_or("");
}

http::Reply Daemon::ask(http::Request request)
{
    request.headers.push_back("Authorization: Bearer " + info().token);
    auto reply = runTask(m_wire->context, m_wire->client.send(std::move(request)));
    return reply ? *reply : http::Reply();
}

std::string Daemon::arm(const std::string& rest)
{
    const auto known = info();
    return known.url + known.workspacePath() + "/" + rest + (rest.find('?') == std::string::npos ? "?" : "&") + "api-version=2025-12-01";
}

} // namespace runyard::test
