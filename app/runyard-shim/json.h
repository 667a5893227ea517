#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runyard {

// A JSON value as read; just enough of JSON for the intent of an attempt.
struct Json {
    enum class Kind { Null, Boolean, Number, Text, List, Map };

    Kind kind = Kind::Null;
    std::string text;                // of Text, and of Number as written
    bool isTrue = false;             // of Boolean
    std::vector<std::string> names;  // of Map, beside `items`
    std::vector<Json> items;         // of List and Map

    const Json& operator[](std::string_view name) const;  // Null where it is missing
    std::int64_t integer(std::int64_t otherwise) const;
};

// Nothing where the text is not JSON.
std::optional<Json> readJson(std::string_view text);

// Writes one flat JSON object, member by member.
class JsonObject {
public:
    JsonObject& add(std::string_view name, std::int64_t value);
    JsonObject& add(std::string_view name, std::string_view value);
    std::string done() const { return "{" + m_members + "\n}\n"; }

private:
    void name(std::string_view text);

    std::string m_members;
};

} // namespace runyard
