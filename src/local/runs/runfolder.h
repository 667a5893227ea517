#pragma once

#include "core/result.h"
#include "local/blobs/tree.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace runyard::local {

// A file that a run left, as it was when its digest was taken.
struct KeptFile {
    std::string name;  // as its blob below ExperimentRun/dcid.<id>/: "outputs/model/weights", "user_logs/std_log.txt"
    FileFacts facts;
    std::string sha256;  // hex; empty where the file could not be read or changed meanwhile
    std::string md5;     // base64, of files up to 64 MiB
};

// The folder of a run, DIR/runs/<id>/, the truth of its execution:
//   user_logs/std_log.txt   stdout and stderr, as written
//   system_logs/            what the service did for it, such as building the environment
//   work/                   private copy of the snapshot, the working directory; holds the script's outputs/ and logs/
//   record/                 metrics, parameters, tags and the list of outputs, sealed at the end
//   attempts/N/             intent.json, started.json, exit.json, lock, ctl; std_log.times: when the log grew, records of 16 bytes, little
//                           endian: its size, and the moment (ms since 1970) when it was seen to be so
class RunFolder {
public:
    explicit RunFolder(std::filesystem::path path) : m_path(std::move(path)) {}

    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path work() const { return m_path / "work"; }
    std::filesystem::path userLogs() const { return m_path / "user_logs"; }
    std::filesystem::path systemLogs() const { return m_path / "system_logs"; }
    std::filesystem::path record() const { return m_path / "record"; }
    std::filesystem::path log() const { return userLogs() / "std_log.txt"; }
    std::filesystem::path attempt(int number) const { return m_path / "attempts" / std::to_string(number); }
    int lastAttempt() const;  // 0 where there was none

    // Makes what is missing of the folders above, durably; private to the user.
    Result<> create(int attempt) const;
    // Bytes of each log by name ("user_logs/std_log.txt" …).
    std::map<std::string, std::int64_t> logSizes() const;
    // Digests what the script left in outputs/ and logs/, and all logs; writes record/outputs.json, the list of it (name, size, time,
    // sha256, md5), durably, and answers it in the order of names. Reads every byte: for a pool.
    Result<std::vector<KeptFile>> sealOutputs() const;

private:
    std::filesystem::path m_path;
};

// Sees to it that all files below a folder, and the folders, are on the disk. Blocks.
Result<> flushTree(const std::filesystem::path& top);

// Whether the id can be the name of a folder: letters, digits, "_", "-", "."; at most 255, no dot first.
bool isRunId(const std::string& id);

} // namespace runyard::local
