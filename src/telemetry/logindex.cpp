#include "logindex.h"

#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace runyard {

namespace {

constexpr std::int64_t blockSize = 64 * 1024;
constexpr std::int64_t wholeLine = 256 * 1024;  // a line up to this is read whole
constexpr std::size_t carrySize = 32;
constexpr std::size_t mostMarks = 1'000'000;
constexpr std::array errorWords{std::string_view("ERROR"), std::string_view("CRITICAL"), std::string_view("FATAL"), std::string_view("Traceback (most recent"), std::string_view("Error:"), std::string_view("Exception:")};
constexpr std::array warningWords{std::string_view("WARNING"), std::string_view("Warning:")};

std::int64_t newlines(std::string_view bytes)
{
    return std::count(bytes.begin(), bytes.end(), '\n');
}

// Where the words begin, at most once per line and word, in order.
template<typename Words>
std::vector<std::size_t> hits(std::string_view text, const Words& words)
{
    std::vector<std::size_t> found;
    for (const std::string_view word : words) {
        for (std::size_t at = 0; at < text.size();) {
            const void* hit = memmem(text.data() + at, text.size() - at, word.data(), word.size());
            if (!hit)
                break;
            found.push_back(static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()));
            at = std::min(text.find('\n', found.back()), text.size());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string folded(std::string_view text)
{
    std::string low(text);
    std::transform(low.begin(), low.end(), low.begin(), [](char c) { return folded(c); });
    return low;
}

std::u16string wide(std::string_view text)
{
    return logRow(text).text;
}

bool holds(const std::u16string& text, const std::u16string& wanted, bool exactCase)
{
    const auto same = [exactCase](char16_t a, char16_t b) {
        const auto fold = [](char16_t c) { return c >= u'A' && c <= u'Z' ? static_cast<char16_t>(c + 32) : c; };
        return exactCase ? a == b : fold(a) == fold(b);
    };
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end();
}

} // namespace

LogIndex::LogIndex(std::filesystem::path directory) : m_directory(std::move(directory)) {}

LogIndex::~LogIndex()
{
    if (m_file >= 0)
        ::close(m_file);
}

Result<> LogIndex::open()
{
    if (m_file >= 0)
        return {};
    std::error_code ignored;
    std::filesystem::create_directories(m_directory, ignored);
    m_file = ::open(m_directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (m_file < 0) {
        std::string name = (m_directory / "log-XXXXXX").string();
        m_file = ::mkostemp(name.data(), O_CLOEXEC);
        if (m_file < 0)
            return tl::unexpected(fileError(m_directory, "be written", errno));
        ::unlink(name.c_str());
    }
    return {};
}

Result<> LogIndex::append(std::string_view bytes)
{
    if (const auto opened = open(); !opened)
        return opened;
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t wrote = ::pwrite(m_file, bytes.data() + done, bytes.size() - done, m_bytes + static_cast<std::int64_t>(done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return tl::unexpected(fileError(m_directory, "be written", wrote < 0 ? errno : ENOSPC));
        done += static_cast<std::size_t>(wrote);
    }
    classify(bytes);
    index(bytes);
    return {};
}

void LogIndex::clear()
{
    if (m_file >= 0)
        ::close(m_file);
    m_file = -1;
    m_bytes = m_newlines = m_lineStart = m_errors = m_warnings = 0;
    m_lastError = m_lastWarning = m_cached = -1;
    m_carry.clear();
    m_blocks.clear();
    m_marks.clear();
}

void LogIndex::note(std::int64_t offset, std::int64_t millis)
{
    if (!m_marks.empty() && (offset <= m_marks.back().offset || millis == m_marks.back().millis))
        return;
    if (m_marks.size() >= mostMarks) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < m_marks.size(); i += 2)
            m_marks[kept++] = m_marks[i];
        m_marks.resize(kept);
    }
    m_marks.push_back({offset, millis});
}

void LogIndex::index(std::string_view bytes)
{
    m_cached = -1;
    while (!bytes.empty()) {
        if (m_bytes % blockSize == 0 && static_cast<std::int64_t>(m_blocks.size()) <= m_bytes / blockSize)
            m_blocks.push_back({m_newlines, false});
        const std::string_view part = bytes.substr(0, static_cast<std::size_t>(blockSize - m_bytes % blockSize));
        m_newlines += newlines(part);
        if (const auto last = part.rfind('\n'); last != std::string_view::npos)
            m_lineStart = m_bytes + static_cast<std::int64_t>(last) + 1;
        m_bytes += static_cast<std::int64_t>(part.size());
        bytes.remove_prefix(part.size());
    }
}

// Counts lines of each level. A word may lie across two pieces, hence the carry.
void LogIndex::classify(std::string_view bytes)
{
    const std::string joined = m_carry + std::string(bytes);
    const std::int64_t base = m_bytes - static_cast<std::int64_t>(m_carry.size());
    const std::int64_t firstLine = m_newlines - newlines(m_carry);
    const auto count = [&](const std::vector<std::size_t>& found, std::int64_t& last, std::int64_t& total, bool mark) {
        std::int64_t line = firstLine;
        std::size_t from = 0;
        for (const std::size_t at : found) {
            line += newlines(std::string_view(joined).substr(from, at - from));
            from = at;
            if (line <= last)
                continue;
            last = line;
            ++total;
            const auto block = static_cast<std::size_t>((base + static_cast<std::int64_t>(at)) / blockSize);
            while (mark && m_blocks.size() <= block)
                m_blocks.push_back({m_newlines + newlines(bytes.substr(0, static_cast<std::size_t>(static_cast<std::int64_t>(m_blocks.size()) * blockSize - m_bytes))), false});
            if (mark)
                m_blocks[block].errors = true;
        }
    };
    count(hits(joined, errorWords), m_lastError, m_errors, true);
    count(hits(joined, warningWords), m_lastWarning, m_warnings, false);
    m_carry = joined.substr(joined.size() - std::min(joined.size(), carrySize));
}

std::string LogIndex::read(std::int64_t offset, std::int64_t count) const
{
    std::string bytes(static_cast<std::size_t>(std::clamp<std::int64_t>(count, 0, std::max<std::int64_t>(0, m_bytes - offset))), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::pread(m_file, bytes.data() + done, bytes.size() - done, offset + static_cast<std::int64_t>(done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

std::string_view LogIndex::block(std::int64_t number)
{
    if (m_cached != number) {
        m_cache = read(number * blockSize, blockSize);
        m_cached = number;
    }
    return m_cache;
}

std::int64_t LogIndex::startOf(std::int64_t line)
{
    if (line <= 0)
        return 0;
    const auto after = std::lower_bound(m_blocks.begin(), m_blocks.end(), line, [](const Block& here, std::int64_t wanted) { return here.lines < wanted; });
    const std::int64_t number = std::distance(m_blocks.begin(), after) - 1;
    const std::string_view bytes = block(number);
    std::size_t at = 0;
    for (std::int64_t left = line - m_blocks[static_cast<std::size_t>(number)].lines; left > 0; --left) {
        const std::size_t end = bytes.find('\n', at);
        if (end == std::string_view::npos)
            return m_bytes;
        at = end + 1;
    }
    return number * blockSize + static_cast<std::int64_t>(at);
}

std::int64_t LogIndex::newlineFrom(std::int64_t offset)
{
    auto number = static_cast<std::size_t>(offset / blockSize);
    auto within = static_cast<std::size_t>(offset % blockSize);
    for (; number < m_blocks.size(); ++number, within = 0) {
        const std::int64_t after = number + 1 < m_blocks.size() ? m_blocks[number + 1].lines : m_newlines;
        if (after == m_blocks[number].lines)
            continue;
        const std::size_t end = block(static_cast<std::int64_t>(number)).find('\n', within);
        if (end != std::string_view::npos)
            return static_cast<std::int64_t>(number) * blockSize + static_cast<std::int64_t>(end);
    }
    return m_bytes;
}

LogRow LogIndex::row(std::int64_t number, std::int64_t start, std::int64_t end)
{
    const std::int64_t size = end - start;
    LogRow row;
    if (size <= wholeLine) {
        row = logRow(read(start, size));
    } else {
        const std::string tail = read(end - blockSize, blockSize);
        const std::size_t last = tail.rfind('\r', tail.size() - 2);
        row = last == std::string::npos ? logRow(read(start, blockSize)) : logRow(std::string_view(tail).substr(last + 1));
        if (last == std::string::npos)
            row.cut = size - static_cast<std::int64_t>(row.text.size());
    }
    row.number = number;
    const auto mark = std::upper_bound(m_marks.begin(), m_marks.end(), start, [](std::int64_t at, const Mark& here) { return at < here.offset; });
    if (mark != m_marks.begin())
        row.millis = std::prev(mark)->millis;
    return row;
}

std::vector<LogRow> LogIndex::rows(std::int64_t first, std::int64_t count)
{
    std::vector<LogRow> found;
    const std::int64_t last = std::min(lines(), first + count);
    if (first < 0 || first >= last)
        return found;
    found.reserve(static_cast<std::size_t>(last - first));
    std::int64_t start = startOf(first);
    for (std::int64_t number = first; number < last; ++number) {
        const std::int64_t end = newlineFrom(start);
        found.push_back(row(number, start, end));
        start = end + 1;
    }
    return found;
}

bool LogIndex::mayHold(const Query& query, std::int64_t number)
{
    if (query.text.empty())
        return m_blocks[static_cast<std::size_t>(number)].errors;
    std::string bytes(block(number));
    bytes += read((number + 1) * blockSize, static_cast<std::int64_t>(query.text.size()));
    if (bytes.find('\x1b') != std::string::npos || bytes.find('\b') != std::string::npos)
        return true;  // what is shown may differ from what is written
    return query.exactCase ? bytes.find(query.text) != std::string::npos : folded(bytes).find(folded(query.text)) != std::string::npos;
}

LogIndex::Hit LogIndex::findIn(const Query& query, std::int64_t number)
{
    const auto next = static_cast<std::size_t>(number) + 1;
    const std::int64_t first = std::max(std::min(query.from, query.until), m_blocks[next - 1].lines);
    const std::int64_t last = std::min(std::max(query.from, query.until), next < m_blocks.size() ? m_blocks[next].lines : m_newlines);
    const auto found = rows(first, last - first + 1);
    const std::u16string wanted = wide(query.text);
    const auto fits = [&](const LogRow& row) { return query.text.empty() ? row.level == LogLevel::Error : holds(row.text, wanted, query.exactCase); };
    if (query.backwards) {
        const auto hit = std::find_if(found.rbegin(), found.rend(), fits);
        return hit == found.rend() ? Hit{} : Hit{hit->number, -1};
    }
    const auto hit = std::find_if(found.begin(), found.end(), fits);
    return hit == found.end() ? Hit{} : Hit{hit->number, -1};
}

LogIndex::Hit LogIndex::find(const Query& query, std::int64_t budget)
{
    if (m_blocks.empty())
        return {};
    const auto blockOf = [this](std::int64_t line) { return std::min(startOf(std::clamp<std::int64_t>(line, 0, std::max<std::int64_t>(0, lines() - 1))) / blockSize, static_cast<std::int64_t>(m_blocks.size()) - 1); };
    const std::int64_t step = query.backwards ? -1 : 1;
    std::int64_t number = query.block >= 0 ? query.block : blockOf(query.from);
    const std::int64_t end = blockOf(query.until + (query.backwards ? 0 : 1)) + step;
    if (query.backwards && query.block < 0)
        number = blockOf(query.from + 1);
    for (; number >= 0 && number < static_cast<std::int64_t>(m_blocks.size()) && (end - number) * step > 0; number += step) {
        if (budget <= 0)
            return {-1, number};
        budget -= query.text.empty() && !m_blocks[static_cast<std::size_t>(number)].errors ? 64 : blockSize;
        if (!mayHold(query, number))
            continue;
        if (const Hit hit = findIn(query, number); hit.line >= 0)
            return hit;
    }
    return {};
}

} // namespace runyard
