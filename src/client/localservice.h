#pragma once

#include "connection.h"
#include "core/sink.h"

#include <filesystem>

namespace runyard::client {

struct ServiceState {
    enum class Kind { Starting, Ready, Unreachable, Failed };
    Kind kind = Kind::Starting;
    std::string sentence;       // what is wrong, where something is
    std::string detail;
    double latencyMs = 0;       // of the last look
    int coresBusy = 0;
    int cores = 0;
    std::int64_t memoryUsed = 0;   // bytes, of the machine
    std::int64_t memoryTotal = 0;
    std::int64_t diskFree = -1;    // bytes, where the workspace lives; -1: not known
};

// Starts the embedded workspace service where it does not run, keeps the connection to it alive and brings it back when it dies.
class LocalService {
public:
    LocalService(Connection& connection, std::filesystem::path dataFolder, std::filesystem::path program);
    ~LocalService();

    // Answers once the service listens; starts it if needed. Errors: data folder read-only, port taken, program missing, …
    Task<Result<api::Workspace>> open();
    // Tells its state now and whenever it changes, once a second at most, and restarts it when it is gone. Ends only by being cancelled.
    Task<Result<>> watch(Sink<ServiceState> sink);

    // Where other programs find the service, and its token. NotFound while it is not open.
    Task<Result<api::ServiceInfo>> info();

    std::filesystem::path dataFolder() const { return m_dataFolder; }

private:
    struct State;
    void readInfo();
    Task<Result<ServiceState>> look();
    Result<> startProgram();
    Task<Result<>> awaitStart();
    Result<> revive();

    Connection& m_connection;
    std::filesystem::path m_dataFolder;
    std::filesystem::path m_program;
    std::unique_ptr<State> m_state;
};

} // namespace runyard::client
