#include "attempt.h"

#include "core/files.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace runyard::local {

using nlohmann::json;

namespace {

constexpr std::pair<const char*, Exit::Reason> reasons[] = {
    {"completed", Exit::Reason::Completed}, {"failed", Exit::Reason::Failed}, {"signalled", Exit::Reason::Signalled}, {"cancelled", Exit::Reason::Cancelled},
    {"timedOut", Exit::Reason::TimedOut},   {"lost", Exit::Reason::Lost},     {"notStarted", Exit::Reason::NotStarted},
};

json readObject(const std::filesystem::path& file)
{
    const auto text = readFile(file, 1u << 20);
    json read = text ? json::parse(*text, nullptr, false) : json();
    return read.is_object() ? read : json::object();
}

template<typename T>
T valueOf(const json& object, const char* name, T otherwise)
{
    const auto found = object.find(name);
    if (found == object.end() || found->type() == json::value_t::null || found->is_string() != json(otherwise).is_string())
        return otherwise;
    return found->get<T>();
}

std::string sentenceOf(const Exit& exit, const std::string& message)
{
    switch (exit.reason) {
    case Exit::Reason::Completed: return "The script ended well.";
    case Exit::Reason::Failed: return "The script ended with exit code " + std::to_string(exit.code) + ".";
    case Exit::Reason::Signalled: {
        const std::string sentence = "The script was ended by signal " + std::to_string(exit.signal) + " (" + ::strsignal(exit.signal) + ").";
        return exit.signal == SIGKILL ? sentence + " If nobody sent it, memory may have run out." : sentence;
    }
    case Exit::Reason::Cancelled: return message.empty() ? "The run was cancelled." : message;
    case Exit::Reason::TimedOut: return "The run took longer than it was allowed and was ended.";
    case Exit::Reason::Lost:
    case Exit::Reason::NotStarted: break;
    }
    return message;
}

json intentOf(const Launch& launch, const RunFolder& folder, const Attempt& attempt)
{
    json environment = launch.environment;
    environment["RUNYARD_RUN_ID"] = launch.runId;
    const std::string marker = attempt.marker();
    environment[marker.substr(0, marker.find('='))] = marker.substr(marker.find('=') + 1);
    return {{"version", 1},
            {"runId", launch.runId},
            {"attempt", launch.attempt},
            {"argv", launch.argv},
            {"env", std::move(environment)},
            {"cwd", folder.work().string()},
            {"log", folder.log().string()},
            {"times", (attempt.path() / "std_log.times").string()},
            {"cpus", launch.cpus},
            {"nice", 10},
            {"timeoutMillis", launch.timeoutSeconds * 1000},
            {"graceMillis", launch.graceSeconds * 1000},
            {"lingerMillis", 2000}};
}

std::string thisBoot()
{
    std::string id = readFile("/proc/sys/kernel/random/boot_id").value_or("");
    id.erase(std::remove(id.begin(), id.end(), '\n'), id.end());
    return id;
}

} // namespace

Result<> Attempt::prepare(const Launch& launch) const
{
    if (auto made = m_folder.create(m_number); !made)
        return made;
    try {
        return writeFileDurably(m_path / "intent.json", intentOf(launch, m_folder, *this).dump(1) + '\n', 0600);
    } catch (const json::exception& error) {
        return failure(Error::Code::Invalid, "The command of the run is not valid UTF-8 text. Change its parameters or the names of its files.", error.what());
    }
}

bool Attempt::hasStarted() const { return ::access((m_path / "started.json").c_str(), F_OK) == 0; }

pid_t Attempt::supervisor() const
{
    const int file = ::open((m_path / "lock").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT ? 0 : -1;
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    const bool isAsked = ::fcntl(file, F_GETLK, &whole) == 0;
    ::close(file);
    return !isAsked ? -1 : whole.l_type != F_UNLCK ? whole.l_pid : 0;
}

std::optional<Exit> Attempt::exit() const
{
    const json record = readObject(m_path / "exit.json");
    const std::string reason = valueOf(record, "reason", std::string());
    const auto known = std::find_if(std::begin(reasons), std::end(reasons), [&](const auto& row) { return reason == row.first; });
    if (known == std::end(reasons))
        return {};
    Exit exit;
    exit.reason = known->second;
    exit.code = valueOf(record, "exitCode", 0);
    exit.signal = valueOf(record, "signal", 0);
    exit.started = valueOf(record, "startedAt", Millis());
    exit.ended = valueOf(record, "mainEndedAt", valueOf(record, "endedAt", Millis()));
    const bool isOwnEnd = exit.reason == Exit::Reason::Completed || exit.reason == Exit::Reason::Failed || exit.reason == Exit::Reason::Signalled;
    exit.leftBehind = isOwnEnd ? valueOf(record, "killedDescendants", 0) : 0;
    exit.sentence = sentenceOf(exit, valueOf(record, "message", std::string()));
    return exit;
}

Exit Attempt::close(Exit::Reason reason, std::string sentence) const
{
    Exit exit;
    exit.reason = reason;
    exit.started = started().at;
    exit.ended = nowMillis();
    exit.sentence = std::move(sentence);
    const auto name = std::find_if(std::begin(reasons), std::end(reasons), [&](const auto& row) { return row.second == reason; })->first;
    const json record = {{"reason", name}, {"message", exit.sentence}, {"startedAt", exit.started}, {"endedAt", exit.ended}};
    // Where the disk refuses, the next life of the service comes to the same end from the same files.
    static_cast<void>(writeFileDurably(m_path / "exit.json", record.dump(1, ' ', false, json::error_handler_t::replace) + '\n', 0600));
    return exit;
}

bool Attempt::tell(const std::string& word, const std::string& reason) const
{
    std::string line = word + ' ' + reason.substr(0, 1000);
    std::replace(line.begin(), line.end(), '\n', ' ');
    line += '\n';
    const int pipe = ::open((m_path / "ctl").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (pipe < 0)
        return false;
    const bool isTold = ::write(pipe, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    ::close(pipe);
    return isTold;
}

Attempt::Started Attempt::started() const
{
    const json record = readObject(m_path / "started.json");
    Started started;
    started.main = valueOf(record, "mainPid", 0);
    started.mainStart = static_cast<std::uint64_t>(valueOf(record, "mainStart", std::int64_t()));
    started.isThisBoot = valueOf(record, "bootId", std::string()) == thisBoot();
    started.at = valueOf(record, "startedAt", Millis());
    return started;
}

std::vector<int> Attempt::cpus() const
{
    std::vector<int> cpus;
    const json intent = readObject(m_path / "intent.json");
    if (const auto found = intent.find("cpus"); found != intent.end() && found->is_array())
        for (const json& cpu : *found)
            if (cpu.is_number_integer())
                cpus.push_back(cpu.get<int>());
    return cpus;
}

} // namespace runyard::local
