#pragma once

#include "core/result.h"
#include "core/task.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace runyard::http {

using namespace std::chrono_literals;

// Part of a file that is the body of a request.
class FileRange {
public:
    FileRange() = default;
    FileRange(std::filesystem::path file, std::int64_t from, std::int64_t length)
        : path(std::move(file)), offset(from), size(length) {}

    std::filesystem::path path;
    std::int64_t offset = 0;
    std::int64_t size = 0;
};

// What to ask of a server. Built by calls rather than braces, because GCC 12
// destroys brace-built temporaries of a co_await expression twice.
class Request {
public:
    static Request get(std::string url) { return Request("GET", std::move(url)); }
    static Request put(std::string url, std::string body) { return Request("PUT", std::move(url)).with(std::move(body)); }
    static Request put(std::string url, FileRange file) { return Request("PUT", std::move(url)).from(std::move(file)); }
    static Request post(std::string url, std::string body) { return Request("POST", std::move(url)).with(std::move(body)); }
    static Request patch(std::string url, std::string body) { return Request("PATCH", std::move(url)).with(std::move(body)); }
    static Request head(std::string url) { return Request("HEAD", std::move(url)); }
    static Request remove(std::string url) { return Request("DELETE", std::move(url)); }

    Request&& header(const std::string& name, const std::string& value) && { headers.push_back(name + ": " + value); return std::move(*this); }
    Request&& via(std::filesystem::path unixSocket) && { socket = std::move(unixSocket); return std::move(*this); }
    Request&& within(std::chrono::milliseconds time) && { deadline = time; return std::move(*this); }
    Request&& savedTo(std::filesystem::path path) && { saveTo = std::move(path); return std::move(*this); }
    Request&& appendedTo(std::filesystem::path path) && { saveTo = std::move(path); isResumed = true; return std::move(*this); }
    Request&& into(std::function<void(std::string_view)> listener) && { receive = std::move(listener); return std::move(*this); }
    Request&& with(std::string text) && { body = std::move(text); return std::move(*this); }
    Request&& from(FileRange range) && { file = std::move(range); return std::move(*this); }
    Request&& limitedTo(std::size_t bytes) && { limit = bytes; return std::move(*this); }
    Request&& reporting(std::function<void(std::int64_t, std::int64_t)> progress) && { report = std::move(progress); return std::move(*this); }
    Request&& repeatable() && { isRepeatable = true; return std::move(*this); }
    Request&& bulk() && { deadline = 0ms; slowest = 30s; return std::move(*this); }
    Request&& held() && { isHeld = true; return std::move(*this); }

    std::string method;
    std::string url;
    std::vector<std::string> headers;
    std::string body;
    FileRange file;                    // the body, where its path is not empty
    std::filesystem::path saveTo;      // where the body of a 2xx answer goes, if not to memory
    bool isResumed = false;            // a 206 answer is added to that file; a 200 replaces what is in it
    std::function<void(std::string_view)> receive;  // hears the body of a 2xx answer piece by piece instead; service thread
    std::filesystem::path socket;      // a unix socket, if not TCP
    std::chrono::milliseconds deadline = 60s;  // from the first look at the name to the last byte; 0: none. A place in the line does not count
    std::chrono::seconds slowest{0};           // longest time below 1 KiB/s, for bodies whose length says nothing about their time; 0: any
    bool isHeld = false;                       // the service waits before it answers: has a line of its own
    std::size_t limit = 64u << 20;     // bytes of an answer kept in memory
    std::function<void(std::int64_t done, std::int64_t total)> report;  // on the service thread
    bool isRepeatable = false;         // the server takes a second copy for the first

private:
    Request(std::string verb, std::string address)
        : method(std::move(verb)), url(std::move(address)), isRepeatable(method != "POST" && method != "PATCH") {}
};

struct Reply {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    int tries = 1;                               // how many times it was asked before
};

// The seam between the service and the wire; tests put a fake behind it.
class Transport {
public:
    virtual ~Transport() = default;
    virtual Task<Result<Reply>> send(Request request) = 0;
};

} // namespace runyard::http
