#pragma once

#include "core/result.h"
#include "core/task.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runyard::local {

// Who asks: nobody (no or a bad token), the owner of the workspace, a run with its own token, or somebody whose request is signed (blobs).
struct Identity {
    enum class Kind { Nobody, Owner, Run, Signer };
    Kind kind = Kind::Nobody;
    std::string runId;
};

// The bytes of a request's body, in pieces as they come from the socket.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    virtual std::int64_t left() const = 0;           // bytes still to come
    virtual Task<Result<std::string_view>> next() = 0;  // valid until the next call; empty at the end
    // Puts at least one and at most `most` bytes at `to`; 0 at the end. Not to be mixed with next().
    virtual Task<Result<std::size_t>> read(char* to, std::size_t most);

protected:
    std::string_view m_rest;  // of the last piece, while it is read bit by bit
};

struct Request {
    std::string method;
    std::string target;  // as sent
    std::string path;    // without the query, still percent-encoded
    std::map<std::string, std::string> query;    // decoded; names as sent
    std::map<std::string, std::string> headers;  // names in lower case
    std::map<std::string, std::string> params;   // decoded values of the route's {names}
    Identity who;
    std::string correlation;   // x-ms-request-id of the answer
    std::string base;          // under which this client found the service: addresses in the answer begin with it
    BodyReader* body = nullptr;

    std::string header(const std::string& lowerName) const;
    std::string queried(const std::string& name) const;
    std::chrono::seconds wait() const;  // Prefer: wait=20 → 20 s, at most 60; 0 without
    // First and last byte of "Range" or "x-ms-range"; last is -1 where open.
    std::optional<std::pair<std::int64_t, std::int64_t>> range() const;
    Task<Result<std::string>> text(std::size_t limit = 32u << 20);  // the whole body
};

struct FileBody {
    std::filesystem::path path;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::optional<FileBody> file;  // sent instead of `body`
    // Where it is set, `body` is followed by what this answers, part by part, until a part is empty. An error breaks the connection off.
    std::function<Task<Result<std::string>>()> more;

    static Response json(std::string text, int status = 200);
    static Response empty(int status);
    static Response arm(const Error& error);     // {"error":{code,message}} with the status of the error's code
    static Response mlflow(const Error& error);  // {"error_code","message"}
    Response&& with(std::string name, std::string value) &&;
};

int statusOf(Error::Code code);

using Handler = std::function<Task<Response>(Request&)>;

// One row of the service's table of routes.
struct Route {
    std::string method;
    std::string pattern;  // "/subscriptions/{sub}/…/computes/{name}"; fixed parts match case-insensitively; "{path*}" takes the rest
    Handler handler;
    std::string usedBy;   // which clients call it, for people
    enum class Access { Public, OwnerOnly, RunToo } access = Access::OwnerOnly;  // Public: checks by itself (SAS)
};

} // namespace runyard::local
