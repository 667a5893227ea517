#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace runyard::local {

// A pull reader of JSON text as training scripts send it: the bare words NaN, Infinity and -Infinity are numbers too. After the first
// mistake everything answers "no" and hasFailed() says so. Nothing is copied but texts.
class JsonReader {
public:
    enum class Kind { Object, Array, Text, Number, True, False, Null, Nothing };

    explicit JsonReader(std::string_view text) : m_rest(text) {}

    Kind peek();             // of the next value
    bool enterObject();
    bool nextKey(std::string& key);  // false after the last; the value is to be read or skipped before the next call
    bool enterArray();
    bool nextElement();      // false after the last
    bool readText(std::string& text);
    // The number as it is written; see toInteger() and toDouble().
    bool readNumber(std::string_view& digits);
    bool readWord(std::string_view word);  // "true", "false", "null"
    bool skip(int depth = 0);
    bool atEnd();            // only white space is left
    bool hasFailed() const { return m_hasFailed; }

    static std::optional<std::int64_t> toInteger(std::string_view digits);  // also 5.0
    static std::optional<double> toDouble(std::string_view digits);  // also NaN, Infinity, -Infinity

private:
    void skipSpace();
    bool take(char expected);
    bool fail();
    bool readEscape(std::string& text);
    bool readUnit(unsigned& unit);

    std::string_view m_rest;
    bool m_isFirst = false;  // no comma is due before the next key or element
    bool m_hasFailed = false;
};

} // namespace runyard::local
