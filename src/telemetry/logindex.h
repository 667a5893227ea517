#pragma once

#include "core/result.h"
#include "logrow.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace runyard {

// The bytes of a log in an unlinked file, with the number of newlines before each 64 KiB of it: 16 bytes of memory
// per block, so a log of ten gigabytes needs 2.5 MB. Lines are found by reading one block. One thread at a time.
class LogIndex {
public:
    explicit LogIndex(std::filesystem::path directory);
    ~LogIndex();
    LogIndex(const LogIndex&) = delete;
    LogIndex& operator=(const LogIndex&) = delete;

    Result<> append(std::string_view bytes);  // on failure nothing of the bytes is kept
    void clear();
    void note(std::int64_t offset, std::int64_t millis);  // bytes from here on were written then; offsets ascend

    std::int64_t bytes() const { return m_bytes; }
    std::int64_t lines() const { return m_newlines + (m_bytes > m_lineStart ? 1 : 0); }
    std::int64_t errors() const { return m_errors; }
    std::int64_t warnings() const { return m_warnings; }

    std::vector<LogRow> rows(std::int64_t first, std::int64_t count);

    struct Query {
        std::string text;        // UTF-8; empty: lines of level Error
        bool exactCase = false;
        bool backwards = false;
        std::int64_t from = 0;   // first line to look at
        std::int64_t until = 0;  // last line to look at, inclusive
        std::int64_t block = -1;  // Hit::resume of the call before
    };
    struct Hit {
        std::int64_t line = -1;      // -1: nothing up to where it stopped
        std::int64_t resume = -1;    // the budget ended first: give it back as Query::block; -1: done
    };
    // Looks through about `budget` bytes, in lines as they are shown.
    Hit find(const Query& query, std::int64_t budget);

    // Bytes of the file as they are, for saving.
    std::string read(std::int64_t offset, std::int64_t count) const;

private:
    struct Block {
        std::int64_t lines = 0;  // newlines before the block
        bool errors = false;     // a line of level Error begins its word here
    };
    struct Mark {
        std::int64_t offset;
        std::int64_t millis;
    };

    Result<> open();
    void index(std::string_view bytes);
    void classify(std::string_view bytes);
    std::int64_t startOf(std::int64_t line);
    std::int64_t newlineFrom(std::int64_t offset);
    std::string_view block(std::int64_t number);
    Hit findIn(const Query& query, std::int64_t number);
    bool mayHold(const Query& query, std::int64_t number);
    LogRow row(std::int64_t number, std::int64_t start, std::int64_t end);

    std::filesystem::path m_directory;
    int m_file = -1;
    std::int64_t m_bytes = 0;
    std::int64_t m_newlines = 0;
    std::int64_t m_lineStart = 0;  // of the last, unfinished line
    std::int64_t m_errors = 0, m_warnings = 0;
    std::int64_t m_lastError = -1, m_lastWarning = -1;
    std::string m_carry;
    std::vector<Block> m_blocks;
    std::vector<Mark> m_marks;
    std::int64_t m_cached = -1;
    std::string m_cache;
};

} // namespace runyard
