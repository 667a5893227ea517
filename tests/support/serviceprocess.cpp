#include "serviceprocess.h"

#include "api/json.h"
#include "core/files.h"

#include <QTemporaryDir>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

extern char** environ;

namespace runyard {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::string commandOf(const std::string& pid)
{
    std::ifstream stream("/proc/" + pid + "/cmdline", std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(stream)), {});
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text;
}

// Processes whose command line or environment names the folder.
std::vector<pid_t> processesOf(const std::string& folder)
{
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        const bool isProcess = std::isdigit(static_cast<unsigned char>(name.front()));
        if (!isProcess || std::stoi(name) == ::getpid())
            continue;
        std::ifstream stream("/proc/" + name + "/environ", std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(stream)), {});
        if (commandOf(name).find(folder) != std::string::npos || text.find(folder) != std::string::npos)
            found.push_back(static_cast<pid_t>(std::stoi(name)));
    }
    return found;
}

} // namespace

ServiceProcess::ServiceProcess(Start how) : m_place(std::make_unique<QTemporaryDir>())
{
    if (how == Start::AtOnce)
        start();
}

ServiceProcess::~ServiceProcess()
{
    const pid_t keeper = parent();
    if (keeper > 0)
        ::kill(keeper, SIGTERM);
    const std::string place = m_place->path().toStdString();
    for (int round = 0; round < 60 && !processesOf(place).empty(); ++round) {
        std::this_thread::sleep_for(50ms);
        if (m_started > 0)
            ::waitpid(m_started, nullptr, WNOHANG);
        if (round < 20)
            continue;
        for (const pid_t pid : processesOf(place))
            ::kill(pid, SIGKILL);
    }
    if (m_started > 0)
        ::waitpid(m_started, nullptr, WNOHANG);
}

fs::path ServiceProcess::program()
{
    return fs::path(qEnvironmentVariable("RUNYARD_BIN").toStdString()) / "runyardd";
}

bool ServiceProcess::isBuilt()
{
    return ::access(program().c_str(), X_OK) == 0;
}

fs::path ServiceProcess::folder() const
{
    return fs::path(m_place->path().toStdString()) / "data folder";
}

bool ServiceProcess::start()
{
    std::vector<std::string> words{program().string(), "--data", folder().string()};
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    ::posix_spawn(&m_started, argv[0], nullptr, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    for (int round = 0; round < 1000; ++round) {
        if (worker() > 0)
            return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

api::ServiceInfo ServiceProcess::info() const
{
    const auto text = readFile(folder() / "service.json");
    return text ? api::read<api::ServiceInfo>(*text).value_or(api::ServiceInfo()) : api::ServiceInfo();
}

pid_t ServiceProcess::worker() const
{
    const auto pid = static_cast<pid_t>(info().pid);
    return pid > 0 && commandOf(std::to_string(pid)).find("--worker") != std::string::npos ? pid : 0;
}

pid_t ServiceProcess::parent() const
{
    for (const pid_t pid : processesOf(folder().string())) {
        const std::string command = commandOf(std::to_string(pid));
        if (command.find("runyardd") != std::string::npos && command.find("--worker") == std::string::npos && command.find("--data") != std::string::npos)
            return pid;
    }
    return 0;
}

void ServiceProcess::killWorker() const
{
    if (const pid_t pid = worker(); pid > 0)
        ::kill(pid, SIGKILL);
}

void ServiceProcess::killParent() const
{
    if (const pid_t pid = parent(); pid > 0)
        ::kill(pid, SIGKILL);
}

} // namespace runyard
