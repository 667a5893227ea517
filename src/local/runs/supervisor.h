#pragma once

#include "core/result.h"
#include "core/task.h"
#include "core/time.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace runyard::local {

// What a shim is told to run; written as attempts/N/intent.json.
struct Launch {
    std::string runId;
    int attempt = 1;
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment;  // complete
    std::vector<int> cpus;        // affinity; empty: all
    std::int64_t timeoutSeconds = 0;
    std::int64_t graceSeconds = 10;  // between SIGTERM and SIGKILL
};

// How an attempt ended; attempts/N/exit.json.
struct Exit {
    enum class Reason { Completed, Failed, Signalled, Cancelled, TimedOut, Lost, NotStarted };
    Reason reason = Reason::Completed;
    int code = 0;
    int signal = 0;
    int leftBehind = 0;    // processes that the script left running and that were ended
    std::string sentence;  // for a person: "The script ended with exit code 3."
    Millis started = 0;
    Millis ended = 0;
};

// Starts shims and knows how their attempts end, over any number of lives of this service. Service io thread only.
class Supervisor {
public:
    using LogGrew = std::function<void(const std::string& runId)>;

    Supervisor(asio::io_context& context, std::filesystem::path runsFolder, std::filesystem::path shim, LogGrew logGrew);
    ~Supervisor();

    std::filesystem::path folderOf(const std::string& runId) const;

    // Launches an attempt, or takes up one that an earlier life launched, and answers when it has ended.
    Task<Result<Exit>> run(Launch launch);
    // Whether a shim of this run lives or has left an exit record not yet collected.
    bool isKnown(const std::string& runId) const;
    Task<Result<Exit>> resume(std::string runId);
    // Tells of growing logs from now on, for those written before the run starts; run() and resume() do so themselves, until it ends.
    void watchLogs(const std::string& runId);
    void forgetLogs(const std::string& runId);
    // Asks the shim to end the run's processes; the answer comes when it has been told, not when they have ended.
    Task<Result<>> cancel(std::string runId, std::string reason);

    // Sizes of the run's logs by name ("user_logs/std_log.txt" …), bytes.
    std::map<std::string, std::int64_t> logSizes(const std::string& runId) const;

private:
    struct State;
    struct Follow;
    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
