#pragma once

#include "api/workspace.h"
#include "http/transport.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace runyard::test {

// The real runyardd on a data folder, and a client to ask it. Ends it when it goes.
class Daemon {
public:
    explicit Daemon(std::filesystem::path folder);
    ~Daemon();

    // Starts the service and waits until it answers. False where it did not, see errors().
    bool start(const std::vector<std::string>& more = {});
    // Starts it and waits until the started process ends; its exit code, -1 where it did not end.
    int startAndEnd(const std::vector<std::string>& words, std::chrono::milliseconds limit = std::chrono::seconds(30));
    bool stop();            // SIGTERM to the parent; true where all ended within 15 s
    int parent() const { return m_parent; }
    int worker();           // from service.json
    void kill(int process);  // SIGKILL
    bool waitUntilAnswers(std::chrono::milliseconds limit = std::chrono::seconds(30));
    bool waitForEnd(int process, std::chrono::milliseconds limit);

    api::ServiceInfo info();
    std::string errors() const;  // what it wrote to stderr
    http::Reply ask(http::Request request);  // with the owner's token; status 0 where there was no answer
    std::string arm(const std::string& rest);  // URL of "$WS/{rest}?api-version=…"
    const std::filesystem::path& folder() const { return m_folder; }

private:
    int launch(const std::vector<std::string>& words);

    struct Wire;
    std::filesystem::path m_folder;
    std::unique_ptr<Wire> m_wire;
    int m_parent = -1;
};

// A fresh folder below the temporary one, short enough for a socket.
std::filesystem::path freshFolder(const std::string& name);

} // namespace runyard::test
