#pragma once

#include "stage.h"

#include <chrono>

namespace runyard::local {

// The blobs whose blocks wait for their list, by what they will be called. Io thread only.
class Stages {
public:
    using Clock = std::chrono::steady_clock;

    // Opens it where it is not: also what an earlier life of the service left. `uploads` is where the container's files grow.
    Result<std::shared_ptr<Stage>> of(const std::filesystem::path& uploads, const std::string& container, const std::string& blob);
    // As above, but nothing where no block was sent.
    std::shared_ptr<Stage> find(const std::filesystem::path& uploads, const std::string& container, const std::string& blob);
    // After its commit: blocks that come from now on are of another one. Answers the folder, to be removed.
    std::filesystem::path drop(const std::filesystem::path& uploads, const std::string& container, const std::string& blob);

    // Whether a folder holds blocks that nobody can commit any more: what was not flushed may be lost with the computer's last life.
    static bool isOfAnEarlierBoot(const std::string& folderName);

private:
    struct Open {
        std::shared_ptr<Stage> stage;
        Clock::time_point used;
    };
    void closeUnused();

    std::map<std::filesystem::path, Open> m_open;
};

} // namespace runyard::local
