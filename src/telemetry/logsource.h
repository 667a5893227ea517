#pragma once

#include "logrow.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runyard {

struct LogExtent {
    std::int64_t lines = 0;  // with the unfinished one
    std::int64_t bytes = 0;
    std::int64_t errors = 0;
    std::int64_t warnings = 0;
};

struct LogQuery {
    std::string text;  // UTF-8; empty: the next line of level Error
    bool exactCase = false;
    bool backwards = false;
    std::int64_t from = 0;  // first line to look at; the search goes on around the end of the log
};

struct LogFound {
    std::int64_t line = -1;  // -1: nowhere
    bool wrapped = false;
};

// Hears from a LogSource, on the thread that both live on.
class LogListener {
public:
    virtual ~LogListener() = default;
    virtual void logGrew() = 0;  // the extent changed; at most one is on its way at a time
    virtual void logRows(std::uint64_t ticket, std::vector<LogRow> rows) = 0;
    virtual void logFound(std::uint64_t ticket, LogFound found) = 0;
    virtual void logText(std::uint64_t ticket, std::u16string text) = 0;
};

// A log that somebody else holds, of any size. Nothing here waits: what is asked for comes to the listener later,
// under the ticket returned. An answer for a detached listener never comes.
class LogSource {
public:
    virtual ~LogSource() = default;
    virtual LogExtent extent() const = 0;
    virtual void attach(LogListener& listener) = 0;
    virtual void detach(LogListener& listener) = 0;
    virtual std::uint64_t fetch(LogListener& listener, std::int64_t first, std::int64_t count) = 0;
    virtual std::uint64_t find(LogListener& listener, const LogQuery& query) = 0;  // ends the search before it
    virtual std::uint64_t text(LogListener& listener, std::int64_t first, std::int64_t count) = 0;  // lines as shown, for copying
};

} // namespace runyard
