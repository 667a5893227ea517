#include "json.h"

#include <charconv>

namespace runyard {

namespace {

constexpr int deepest = 32;

class Reader {
public:
    explicit Reader(std::string_view text) : m_at(text.data()), m_end(text.data() + text.size()) {}

    bool whole(Json& value)
    {
        const bool isRead = read(value, 0);
        skip();
        return isRead && m_at == m_end;
    }

private:
    void skip()
    {
        while (m_at != m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\t' || *m_at == '\r'))
            ++m_at;
    }

    bool take(char wanted)
    {
        skip();
        if (m_at == m_end || *m_at != wanted)
            return false;
        ++m_at;
        return true;
    }

    bool word(std::string_view wanted)
    {
        if (std::string_view(m_at, static_cast<std::size_t>(m_end - m_at)).substr(0, wanted.size()) != wanted)
            return false;
        m_at += wanted.size();
        return true;
    }

    bool read(Json& value, int depth)
    {
        skip();
        if (m_at == m_end || depth > deepest)
            return false;
        switch (*m_at) {
        case '{': return map(value, depth);
        case '[': return list(value, depth);
        case '"': value.kind = Json::Kind::Text; return string(value.text);
        case 't': value.kind = Json::Kind::Boolean; value.isTrue = true; return word("true");
        case 'f': value.kind = Json::Kind::Boolean; return word("false");
        case 'n': return word("null");
        default: return number(value);
        }
    }

    bool number(Json& value)
    {
        value.kind = Json::Kind::Number;
        while (m_at != m_end && std::string_view("+-.eE0123456789").find(*m_at) != std::string_view::npos)
            value.text += *m_at++;
        return !value.text.empty();
    }

    bool list(Json& value, int depth)
    {
        value.kind = Json::Kind::List;
        ++m_at;
        if (take(']'))
            return true;
        do {
            if (!read(value.items.emplace_back(), depth + 1))
                return false;
        } while (take(','));
        return take(']');
    }

    bool map(Json& value, int depth)
    {
        value.kind = Json::Kind::Map;
        ++m_at;
        if (take('}'))
            return true;
        do {
            skip();
            if (m_at == m_end || *m_at != '"' || !string(value.names.emplace_back()) || !take(':') || !read(value.items.emplace_back(), depth + 1))
                return false;
        } while (take(','));
        return take('}');
    }

    bool string(std::string& text)
    {
        ++m_at;
        while (m_at != m_end && *m_at != '"') {
            if (*m_at != '\\')
                text += *m_at++;
            else if (!escape(text))
                return false;
        }
        return m_at != m_end && *m_at++ == '"';
    }

    bool escape(std::string& text)
    {
        if (++m_at == m_end)
            return false;
        const char kind = *m_at++;
        constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
        if (const auto place = from.find(kind); place != std::string_view::npos) {
            text += to[place];
            return true;
        }
        std::uint32_t point = 0, low = 0;
        if (kind != 'u' || !hex(point))
            return false;
        if (point >= 0xd800 && point < 0xdc00) {
            if (!word("\\u") || !hex(low) || low < 0xdc00 || low > 0xdfff)
                return false;
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        }
        append(text, point);
        return true;
    }

    bool hex(std::uint32_t& point)
    {
        if (m_end - m_at < 4)
            return false;
        const auto [stop, fault] = std::from_chars(m_at, m_at + 4, point, 16);
        const bool isWhole = fault == std::errc() && stop == m_at + 4;
        m_at += 4;
        return isWhole;
    }

    static void append(std::string& text, std::uint32_t point)
    {
        const auto byte = [&text](std::uint32_t value) { text += static_cast<char>(value); };
        if (point < 0x80)
            return byte(point);
        if (point < 0x800)
            byte(0xc0 | point >> 6);
        else if (point < 0x10000)
            byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f));
        else
            byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)), byte(0x80 | (point >> 6 & 0x3f));
        byte(0x80 | (point & 0x3f));
    }

    const char* m_at;
    const char* m_end;
};

void quote(std::string& out, std::string_view text)
{
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\')
            (out += '\\') += letter;
        else if (code < 0x20)
            (((out += "\\u00") += digits[code >> 4]) += digits[code & 15]);
        else
            out += letter;
    }
    out += '"';
}

} // namespace

const Json& Json::operator[](std::string_view name) const
{
    static const Json missing;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name)
            return items[i];
    return missing;
}

std::int64_t Json::integer(std::int64_t otherwise) const
{
    std::int64_t value = 0;
    const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return kind == Kind::Number && fault == std::errc() ? value : otherwise;
}

std::optional<Json> readJson(std::string_view text)
{
    Json value;
    if (!Reader(text).whole(value))
        return {};
    return value;
}

JsonObject& JsonObject::add(std::string_view member, std::int64_t value)
{
    name(member);
    m_members += std::to_string(value);
    return *this;
}

JsonObject& JsonObject::add(std::string_view member, std::string_view value)
{
    name(member);
    quote(m_members, value);
    return *this;
}

void JsonObject::name(std::string_view text)
{
    m_members += m_members.empty() ? "\n  " : ",\n  ";
    quote(m_members, text);
    m_members += ": ";
}

} // namespace runyard
