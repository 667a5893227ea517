#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace runyard {

enum class LogLevel : std::uint8_t { Plain, Metric, Warning, Error };

// The colours an escape sequence can ask for, folded to what every scheme can show.
enum class LogColor : std::uint8_t { Default, Red, Green, Yellow, Blue, Magenta, Cyan, Gray };

// Part of a row, in code units of its text.
struct LogSpan {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    LogColor color = LogColor::Default;
    bool bold = false;
};

// A line of a log as a terminal would leave it: carriage returns and back spaces done, escapes gone or turned into
// spans, NUL and invalid UTF-8 as U+FFFD, tabs as blanks, cut at LogRow::most code units.
struct LogRow {
    static constexpr std::size_t most = 4096;

    std::int64_t number = 0;  // from 0
    std::u16string text;
    std::vector<LogSpan> spans;  // only what is not in the default colour
    LogLevel level = LogLevel::Plain;
    std::int64_t millis = 0;  // when it was written, ms since 1970 UTC; 0 if unknown
    std::int64_t cut = 0;     // bytes of the line that are not shown
};

LogLevel logLevel(std::string_view line);

// Text, spans and level of the bytes of one line, without its newline.
LogRow logRow(std::string_view line);

} // namespace runyard
