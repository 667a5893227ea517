#pragma once

#include "api/workspace.h"
#include "http/retry.h"
#include "http/transport.h"

#include <filesystem>
#include <memory>
#include <string>

namespace runyard::client {

// The way to one workspace: base address or unix socket, token, the workspace's path. Every request of the client goes through here.
// Service thread only, but for making Tasks.
class Connection {
public:
    explicit Connection(http::Transport& transport) : m_transport(transport) {}

    // Service thread. A local service's own URLs are sent over its socket.
    void use(api::ServiceInfo info);
    bool isOpen() const { return !m_info.url.empty(); }
    const api::ServiceInfo& info() const { return m_info; }
    std::string scope() const { return m_info.workspacePath(); }

    // `path` begins with '/' (data plane and blob), or is an absolute URL from an answer.
    http::Request get(const std::string& path) const;
    http::Request put(const std::string& path, std::string body) const;
    http::Request post(const std::string& path, std::string body) const;
    http::Request remove(const std::string& path) const;
    http::Request authorised(http::Request request) const;
    // "$WS/{rest}?api-version=…"
    std::string arm(const std::string& rest) const;
    // "/history/v1.0$WS/{rest}", "/mlflow/v1.0$WS/api/2.0/mlflow/{call}"
    std::string history(const std::string& rest) const;
    std::string mlflow(const std::string& call) const;

    // Sends with the retry ladder; a status that is not 2xx becomes an error with the service's own sentence.
    Task<Result<http::Reply>> ask(http::Request request);
    // The same for requests that are held by the service; they have a pool of connections of their own and are not retried here.
    Task<Result<http::Reply>> wait(http::Request request);

private:
    http::Transport& m_transport;
    api::ServiceInfo m_info;
};

} // namespace runyard::client
