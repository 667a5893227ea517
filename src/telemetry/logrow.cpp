#include "logrow.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace runyard {

namespace {

constexpr char16_t replacement = 0xFFFD;

struct Style {
    LogColor color = LogColor::Default;
    bool bold = false;
    bool operator==(const Style&) const = default;
};

struct Cell {
    char32_t symbol;
    Style style;
};

LogColor basicColor(int index)
{
    static constexpr std::array colors{LogColor::Gray, LogColor::Red, LogColor::Green, LogColor::Yellow, LogColor::Blue, LogColor::Magenta, LogColor::Cyan, LogColor::Default};
    return colors.at(static_cast<std::size_t>(index % 8));
}

LogColor nearest(int red, int green, int blue)
{
    const int high = std::max({red, green, blue});
    const int low = std::min({red, green, blue});
    if (high - low < 48)
        return high > 180 ? LogColor::Default : LogColor::Gray;
    const int middle = (high + low) / 2;
    const int bits = (red > middle ? 1 : 0) | (green > middle ? 2 : 0) | (blue > middle ? 4 : 0);
    return basicColor(bits);
}

LogColor paletteColor(int index)
{
    if (index < 16)
        return basicColor(index);
    if (index >= 232)
        return index > 244 ? LogColor::Default : LogColor::Gray;
    const int cube = index - 16;
    return nearest(cube / 36 * 51, cube / 6 % 6 * 51, cube % 6 * 51);
}

// One line of a terminal.
class Terminal {
public:
    void feed(std::string_view bytes);
    LogRow take() const;

private:
    std::size_t escape(std::string_view rest);
    void command(std::string_view parameters, char final);
    void select(std::string_view parameters);
    void put(char32_t symbol);
    static std::size_t decode(std::string_view rest, char32_t& symbol);

    std::vector<Cell> m_cells;
    std::size_t m_cursor = 0;
    Style m_style;
};

std::size_t Terminal::decode(std::string_view rest, char32_t& symbol)
{
    const auto lead = static_cast<unsigned char>(rest[0]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    symbol = replacement;
    if (size == 0 || size > rest.size())
        return 1;
    char32_t value = size == 1 ? lead : static_cast<char32_t>(lead & (0xFF >> (size + 1)));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(rest[i]);
        if ((next & 0xC0) != 0x80)
            return i;
        value = value << 6 | (next & 0x3F);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    if (!overlong && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF))
        symbol = value;
    return size;
}

void Terminal::put(char32_t symbol)
{
    if (m_cursor >= LogRow::most)
        return;
    if (m_cursor >= m_cells.size())
        m_cells.resize(m_cursor + 1, Cell{U' ', {}});
    m_cells[m_cursor++] = {symbol, m_style};
}

void Terminal::feed(std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size();) {
        const char c = bytes[i];
        if (c == '\x1b') {
            i += escape(bytes.substr(i));
            continue;
        }
        char32_t symbol = 0;
        const std::size_t size = decode(bytes.substr(i), symbol);
        i += size;
        if (c == '\r')
            m_cursor = 0;
        else if (c == '\b')
            m_cursor -= m_cursor > 0 ? 1 : 0;
        else if (c == '\t')
            do put(U' '); while (m_cursor % 8 != 0 && m_cursor < LogRow::most);
        else if (c == '\a')
            continue;
        else
            put(symbol < 0x20 || symbol == 0x7F ? static_cast<char32_t>(replacement) : symbol);
    }
}

// Returns how many bytes the sequence takes; what is not known is dropped.
std::size_t Terminal::escape(std::string_view rest)
{
    if (rest.size() < 2)
        return rest.size();
    if (rest[1] == ']') {
        const std::size_t end = rest.find_first_of("\a\x1b", 2);
        if (end == std::string_view::npos)
            return rest.size();
        return rest[end] == '\a' ? end + 1 : std::min(rest.size(), end + 2);
    }
    if (rest[1] != '[')
        return 2;
    std::size_t end = 2;
    while (end < rest.size() && (rest[end] < 0x40 || rest[end] > 0x7E))
        ++end;
    if (end == rest.size())
        return end;
    command(rest.substr(2, end - 2), rest[end]);
    return end + 1;
}

void Terminal::command(std::string_view parameters, char final)
{
    int count = 1;
    std::from_chars(parameters.data(), parameters.data() + parameters.size(), count);
    const auto by = static_cast<std::size_t>(std::clamp(count, 0, static_cast<int>(LogRow::most)));
    switch (final) {
    case 'm': select(parameters); return;
    case 'K':
        if (parameters == "1" || parameters == "2")
            std::fill_n(m_cells.begin(), static_cast<std::ptrdiff_t>(std::min(m_cursor, m_cells.size())), Cell{U' ', {}});
        if (parameters != "1" && m_cursor < m_cells.size())
            m_cells.resize(m_cursor);
        return;
    case 'G': m_cursor = std::max<std::size_t>(by, 1) - 1; return;
    case 'D': m_cursor -= std::min(m_cursor, by); return;
    case 'C': m_cursor = std::min(m_cursor + by, LogRow::most); return;
    default: return;
    }
}

void Terminal::select(std::string_view parameters)
{
    std::vector<int> codes;
    for (std::size_t i = 0; i <= parameters.size();) {
        const std::size_t end = std::min(parameters.find_first_of(";:", i), parameters.size());
        int code = 0;
        std::from_chars(parameters.data() + i, parameters.data() + end, code);
        codes.push_back(code);
        i = end + 1;
    }
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const int code = codes[i];
        if (code == 0)
            m_style = {};
        else if (code == 1)
            m_style.bold = true;
        else if (code == 22)
            m_style.bold = false;
        else if (code == 39)
            m_style.color = LogColor::Default;
        else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97))
            m_style.color = basicColor(code % 10);
        else if ((code == 38 || code == 48) && i + 2 < codes.size() && codes[i + 1] == 5) {
            m_style.color = code == 38 ? paletteColor(std::clamp(codes[i + 2], 0, 255)) : m_style.color;
            i += 2;
        } else if ((code == 38 || code == 48) && i + 4 < codes.size() && codes[i + 1] == 2) {
            m_style.color = code == 38 ? nearest(codes[i + 2], codes[i + 3], codes[i + 4]) : m_style.color;
            i += 4;
        }
    }
}

LogRow Terminal::take() const
{
    LogRow row;
    row.text.reserve(m_cells.size());
    for (const Cell& cell : m_cells) {
        const auto begin = static_cast<std::uint32_t>(row.text.size());
        if (cell.symbol > 0xFFFF) {
            row.text.push_back(static_cast<char16_t>(0xD800 + ((cell.symbol - 0x10000) >> 10)));
            row.text.push_back(static_cast<char16_t>(0xDC00 + ((cell.symbol - 0x10000) & 0x3FF)));
        } else {
            row.text.push_back(static_cast<char16_t>(cell.symbol));
        }
        if (cell.style == Style{})
            continue;
        const auto end = static_cast<std::uint32_t>(row.text.size());
        if (!row.spans.empty() && row.spans.back().end == begin && row.spans.back().color == cell.style.color && row.spans.back().bold == cell.style.bold)
            row.spans.back().end = end;
        else
            row.spans.push_back({begin, end, cell.style.color, cell.style.bold});
    }
    return row;
}

bool has(std::string_view line, std::string_view word)
{
    return line.find(word) != std::string_view::npos;
}

} // namespace

LogLevel logLevel(std::string_view line)
{
    if (line.starts_with("[metric]"))
        return LogLevel::Metric;
    if (has(line, "ERROR") || has(line, "CRITICAL") || has(line, "FATAL") || has(line, "Traceback (most recent") || has(line, "Error:") || has(line, "Exception:"))
        return LogLevel::Error;
    if (has(line, "WARNING") || has(line, "Warning:"))
        return LogLevel::Warning;
    return LogLevel::Plain;
}

LogRow logRow(std::string_view line)
{
    constexpr std::size_t head = 4 * LogRow::most;  // a code unit needs at most four bytes, unless escapes fill the line
    Terminal terminal;
    const std::size_t lastReturn = line.size() > 0 ? line.substr(0, line.size() - 1).rfind('\r') : std::string_view::npos;
    std::string_view shown = line;
    if (lastReturn != std::string_view::npos && lastReturn > head)
        shown = line.substr(lastReturn + 1);
    if (shown.ends_with('\r'))
        shown.remove_suffix(1);
    const std::string_view first = shown.substr(0, 2 * head);
    terminal.feed(first);
    LogRow row = terminal.take();
    if (row.text.size() >= LogRow::most)
        row.cut = static_cast<std::int64_t>(shown.size() - std::min(shown.size(), row.text.size()));
    else
        row.cut = static_cast<std::int64_t>(shown.size() - first.size());
    row.level = logLevel(first);
    return row;
}

} // namespace runyard
