#pragma once

#include "api/workspace.h"

#include <filesystem>
#include <memory>
#include <string>

#include <sys/types.h>

class QTemporaryDir;

namespace runyard {

// A real runyardd on a data folder of its own, from $RUNYARD_BIN. Ended with all its runs when this goes.
class ServiceProcess {
public:
    enum class Start { AtOnce, Later };  // Later: whoever is tested starts it

    explicit ServiceProcess(Start start = Start::AtOnce);
    ~ServiceProcess();
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;

    static bool isBuilt();
    static std::filesystem::path program();

    // Starts it and waits until it has written service.json; false if it did not within ten seconds.
    bool start();
    std::filesystem::path folder() const;  // the data folder
    api::ServiceInfo info() const;         // as service.json says now
    pid_t worker() const;                  // 0 where there is none
    pid_t parent() const;
    void killWorker() const;               // SIGKILL
    void killParent() const;

private:
    std::unique_ptr<QTemporaryDir> m_place;
    pid_t m_started = -1;
};

} // namespace runyard
