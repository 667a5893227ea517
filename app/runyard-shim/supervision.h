#pragma once

#include "child.h"
#include "control.h"
#include "intent.h"
#include "logtimes.h"
#include "processes.h"

#include <string>

namespace runyard {

// Watches over one attempt in the current folder, from the fork of the training process until nothing of it is left.
class Supervision {
public:
    explicit Supervision(Intent intent);  // throws std::system_error; nothing was started then

    // Writes started.json; false if it was there: this attempt ran before and must not run again.
    bool markStarted(std::string_view version);
    // Runs to the end and writes exit.json. Returns the exit status for a shell: 128 + signal where there was one.
    int run();

private:
    enum class Phase { Running, Ending, Lingering, Killing };

    void wait();
    void takeSignals();
    void takeRequests();
    void reap();
    void end(const char* reason, std::string message);
    void checkTime();
    int pauseMillis() const;
    std::string record() const;
    const char* outcome() const;

    Intent m_intent;
    Control m_control;
    LogTimes m_times;
    ReservedFile m_exitFile;
    Descriptor m_signals;
    Child m_child;
    Phase m_phase = Phase::Running;
    std::int64_t m_startedAt, m_startClock;
    std::int64_t m_limit = 0;      // when the phase is over, by steadyMillis()
    std::int64_t m_noteAfter = 0;  // no sooner the next record of the log's size
    const char* m_reason = nullptr;  // why it was ended from outside
    std::string m_message;
    int m_status = 0;
    std::int64_t m_mainEndedAt = 0;
    bool m_isMainGone = false, m_isEmpty = false;
    int m_killed = 0, m_killRounds = 0;
};

} // namespace runyard
