#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace runyard::local {

// Where one environment is being built: a lock that holds off other processes, and a folder beside its final place that
// takes it by a rename once whole. A marker in it tells a whole environment from any other folder.
class BuildFolder {
public:
    // Conflict while another process builds the same environment.
    static Result<BuildFolder> open(const std::filesystem::path& root, const std::string& key);
    ~BuildFolder();
    BuildFolder(BuildFolder&& other) noexcept;
    BuildFolder& operator=(BuildFolder&& other) noexcept;

    std::filesystem::path path() const { return m_folder; }
    std::filesystem::path target() const { return m_root / m_key; }
    // What builds that were cut off have left, and a target that is not whole: to be removed before building.
    std::vector<std::filesystem::path> leftovers() const;
    Result<> commit() const;

    // A whole environment counts if its files have reached the disk, or the machine has not been restarted since.
    static bool isWhole(const std::filesystem::path& environment);
    // To be called once the files have reached the disk.
    static Result<> confirm(const std::filesystem::path& environment);

private:
    BuildFolder(std::filesystem::path root, std::string key, int lock);

    std::filesystem::path m_root;
    std::string m_key;
    std::filesystem::path m_folder;
    int m_lock = -1;
};

} // namespace runyard::local
