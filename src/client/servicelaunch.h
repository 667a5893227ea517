#pragma once

#include "core/result.h"

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace runyard::client {

// The service's program as started by this window: a session of its own, so that it outlives the window.
class ServiceLaunch {
public:
    // How the program ended, where it did. `isBusy`: it gave way to another service of the data folder.
    struct Ended {
        Error error;
        bool isBusy = false;
    };

    static Result<ServiceLaunch> start(const std::filesystem::path& program, const std::filesystem::path& dataFolder);

    ServiceLaunch(ServiceLaunch&& other) noexcept;
    ServiceLaunch& operator=(ServiceLaunch&&) = delete;
    ~ServiceLaunch();

    std::optional<Ended> ended();  // never waits
    std::string errors() const;    // what it wrote to standard error, the newest 8 KiB

private:
    ServiceLaunch(pid_t pid, int errors) : m_pid(pid), m_errors(errors) {}

    pid_t m_pid;
    int m_errors;  // a file without a name that is its standard error
    std::optional<Ended> m_ended;
};

} // namespace runyard::client
