#pragma once

#include "core/result.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace runyard::local {

struct AccessLine {
    std::string method;
    std::string target;
    int status = 0;
    std::chrono::microseconds time{0};
    std::int64_t bytes = 0;
    std::string request;   // x-ms-request-id
    std::string identity;  // "owner", "run:{id}", "sas", "key", "-"
    std::string client;    // x-ms-client-request-id
};

// DIR/logs/access.log: one line per answer: ISO time, method, target (signatures struck out), status, milliseconds, bytes, request id,
// identity, the client's own request id. Written in pieces; four files of 16 MiB are kept. Io thread only.
class AccessLog {
public:
    explicit AccessLog(std::filesystem::path file) : m_file(std::move(file)) {}
    ~AccessLog();
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    void add(const AccessLine& line);
    void flush();  // to be called every now and then

private:
    void rotate();

    std::filesystem::path m_file;
    std::string m_pending;
    int m_fd = -1;
    std::int64_t m_size = 0;
};

} // namespace runyard::local
