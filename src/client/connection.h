#pragma once

#include "api/workspace.h"
#include "http/retry.h"
#include "http/transport.h"
#include "workers.h"

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

    // The same for other verbs and for bodies from files.
    http::Request prepared(http::Request request) const;
    // Where a path of ours leads: absolute URLs stay as they are.
    std::string urlOf(const std::string& path) const;

    // Sends with the retry ladder; a status that is not 2xx becomes an error with the service's own sentence.
    Task<Result<http::Reply>> ask(http::Request request);
    // The same for requests that are held by the service; they have a pool of connections of their own and are not retried here.
    Task<Result<http::Reply>> wait(http::Request request);
    // With the ladder, or once, and whatever the status is.
    Task<Result<http::Reply>> send(http::Request request);
    Task<Result<http::Reply>> sendOnce(http::Request request);
    // What an answer that is not 2xx means to a person.
    static Error errorOf(const http::Reply& reply, const std::string& what);

    // Threads for what would hold up the service thread: digests, folder scans.
    Workers& workers() { return m_workers; }

private:
    http::Transport& m_transport;
    api::ServiceInfo m_info;
    http::RetryPolicy m_policy;
    Workers m_workers;
};

} // namespace runyard::client
