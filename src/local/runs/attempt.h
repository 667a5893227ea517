#pragma once

#include "runfolder.h"
#include "supervisor.h"

#include <sys/types.h>

#include <optional>

namespace runyard::local {

// One attempt of a run as its folder tells it. Short calls on small files; those that flush to the disk say so.
class Attempt {
public:
    Attempt(RunFolder folder, int number) : m_folder(std::move(folder)), m_number(number), m_path(m_folder.attempt(number)) {}

    const RunFolder& folder() const { return m_folder; }
    const std::filesystem::path& path() const { return m_path; }
    int number() const { return m_number; }

    Result<> prepare(const Launch& launch) const;  // folders and intent.json; flushes
    bool hasStarted() const;
    // The living shim, which the kernel knows by the lock it holds; 0 for none, -1 where that cannot be found out now.
    pid_t supervisor() const;
    std::optional<Exit> exit() const;
    // Writes the exit record that a shim did not live to write, or could not; flushes.
    Exit close(Exit::Reason reason, std::string sentence) const;
    // Writes a line to the shim's pipe; false if no shim listens.
    bool tell(const std::string& word, const std::string& reason) const;

    // "NAME=value" in the environment of each process of the attempt.
    std::string marker() const { return "RUNYARD_ATTEMPT=" + m_path.string(); }
    struct Started {
        pid_t main = 0;
        std::uint64_t mainStart = 0;  // in ticks since boot, as /proc has it
        bool isThisBoot = false;
        Millis at = 0;
    };
    Started started() const;
    std::vector<int> cpus() const;  // that it was launched on

private:
    RunFolder m_folder;
    int m_number;
    std::filesystem::path m_path;
};

} // namespace runyard::local
