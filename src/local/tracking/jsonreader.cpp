#include "jsonreader.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace runyard::local {

namespace {

constexpr int DepthLimit = 100;

void appendUtf8(std::string& text, unsigned code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xe0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        text += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        text += static_cast<char>(0xf0 | (code >> 18));
        text += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        text += static_cast<char>(0x80 | (code & 0x3f));
    }
}

} // namespace

void JsonReader::skipSpace()
{
    const auto at = m_rest.find_first_not_of(" \t\r\n");
    m_rest.remove_prefix(at == std::string_view::npos ? m_rest.size() : at);
}

bool JsonReader::fail()
{
    m_hasFailed = true;
    m_rest = {};
    return false;
}

bool JsonReader::take(char expected)
{
    skipSpace();
    if (m_rest.empty() || m_rest.front() != expected)
        return fail();
    m_rest.remove_prefix(1);
    return true;
}

JsonReader::Kind JsonReader::peek()
{
    skipSpace();
    if (m_rest.empty())
        return Kind::Nothing;
    switch (m_rest.front()) {
    case '{': return Kind::Object;
    case '[': return Kind::Array;
    case '"': return Kind::Text;
    case 't': return Kind::True;
    case 'f': return Kind::False;
    case 'n': return Kind::Null;
    default: return std::string_view("-0123456789NI").find(m_rest.front()) == std::string_view::npos ? Kind::Nothing : Kind::Number;
    }
}

bool JsonReader::enterObject()
{
    m_isFirst = true;
    return take('{');
}

bool JsonReader::enterArray()
{
    m_isFirst = true;
    return take('[');
}

bool JsonReader::nextElement()
{
    skipSpace();
    if (!m_rest.empty() && m_rest.front() == ']') {
        m_rest.remove_prefix(1);
        m_isFirst = false;
        return false;
    }
    if (!m_isFirst && !take(','))
        return false;
    m_isFirst = false;
    return !m_hasFailed && (!m_rest.empty() || fail());
}

bool JsonReader::nextKey(std::string& key)
{
    skipSpace();
    if (!m_rest.empty() && m_rest.front() == '}') {
        m_rest.remove_prefix(1);
        m_isFirst = false;
        return false;
    }
    if (!m_isFirst && !take(','))
        return false;
    m_isFirst = false;
    return readText(key) && take(':');
}

bool JsonReader::readText(std::string& text)
{
    text.clear();
    if (!take('"'))
        return false;
    for (;;) {
        const auto at = m_rest.find_first_of("\"\\");
        if (at == std::string_view::npos)
            return fail();
        text.append(m_rest.substr(0, at));
        const bool isEnd = m_rest[at] == '"';
        m_rest.remove_prefix(at + 1);
        if (isEnd)
            return true;
        if (!readEscape(text))
            return false;
    }
}

bool JsonReader::readUnit(unsigned& unit)
{
    if (m_rest.size() < 4)
        return fail();
    const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + 4, unit, 16);
    if (error != std::errc() || end != m_rest.data() + 4)
        return fail();
    m_rest.remove_prefix(4);
    return true;
}

bool JsonReader::readEscape(std::string& text)
{
    if (m_rest.empty())
        return fail();
    const char escape = m_rest.front();
    m_rest.remove_prefix(1);
    constexpr std::string_view from = "\"\\/bfnrt";
    constexpr std::string_view to = "\"\\/\b\f\n\r\t";
    if (const auto at = from.find(escape); at != std::string_view::npos) {
        text += to[at];
        return true;
    }
    unsigned unit = 0;
    if (escape != 'u' || !readUnit(unit))
        return fail();
    unsigned low = 0;
    const bool isPair = unit >= 0xd800 && unit < 0xdc00 && m_rest.starts_with("\\u");
    if (isPair) {
        m_rest.remove_prefix(2);
        if (!readUnit(low))
            return false;
        unit = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
    }
    appendUtf8(text, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
    return true;
}

bool JsonReader::readNumber(std::string_view& digits)
{
    if (peek() != Kind::Number)
        return fail();
    auto end = m_rest.find_first_of(",]} \t\r\n");
    if (end == std::string_view::npos)
        end = m_rest.size();
    digits = m_rest.substr(0, end);
    if (!toDouble(digits))
        return fail();
    m_rest.remove_prefix(end);
    return true;
}

bool JsonReader::readWord(std::string_view word)
{
    skipSpace();
    if (!m_rest.starts_with(word))
        return fail();
    m_rest.remove_prefix(word.size());
    return true;
}

bool JsonReader::skip(int depth)
{
    if (depth > DepthLimit)
        return fail();
    std::string text;
    std::string_view digits;
    switch (peek()) {
    case Kind::Object:
        enterObject();
        while (nextKey(text) && skip(depth + 1)) {
        }
        return !m_hasFailed;
    case Kind::Array:
        enterArray();
        while (nextElement() && skip(depth + 1)) {
        }
        return !m_hasFailed;
    case Kind::Text: return readText(text);
    case Kind::Number: return readNumber(digits);
    case Kind::True: return readWord("true");
    case Kind::False: return readWord("false");
    case Kind::Null: return readWord("null");
    case Kind::Nothing: break;
    }
    return fail();
}

bool JsonReader::atEnd()
{
    skipSpace();
    return !m_hasFailed && m_rest.empty();
}

std::optional<std::int64_t> JsonReader::toInteger(std::string_view digits)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size())
        return value;
    const auto real = toDouble(digits);
    if (!real || std::trunc(*real) != *real || std::abs(*real) > 9007199254740992.0)
        return std::nullopt;
    return static_cast<std::int64_t>(*real);
}

std::optional<double> JsonReader::toDouble(std::string_view digits)
{
    if (digits == "NaN")
        return std::numeric_limits<double>::quiet_NaN();
    if (digits == "Infinity" || digits == "-Infinity")
        return digits.front() == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    const auto first = digits.find_first_not_of('-');
    if (first > 1 || digits[first] < '0' || digits[first] > '9')
        return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size() || error == std::errc::invalid_argument)
        return std::nullopt;
    if (error == std::errc::result_out_of_range)  // 1e999, 1e-999
        return std::strtod(std::string(digits).c_str(), nullptr);
    return value;
}

} // namespace runyard::local
