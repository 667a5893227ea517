#include "lenientjson.h"

#include "jsonreader.h"

#include <charconv>
#include <cmath>

namespace runyard::local {

namespace {

constexpr int DepthLimit = 100;

Json number(std::string_view digits)
{
    const bool isReal = digits.find_first_of(".eEN") != std::string_view::npos || digits.find("Inf") != std::string_view::npos;
    if (!isReal) {
        std::int64_t whole = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
        if (error == std::errc())
            return whole;
    }
    return JsonReader::toDouble(digits).value_or(0);
}

bool build(JsonReader& reader, Json& json, int depth);

bool buildObject(JsonReader& reader, Json& json, int depth)
{
    json = Json::object();
    std::string key;
    reader.enterObject();
    while (reader.nextKey(key)) {
        if (!build(reader, json[key], depth + 1))
            return false;
    }
    return !reader.hasFailed();
}

bool buildArray(JsonReader& reader, Json& json, int depth)
{
    json = Json::array();
    reader.enterArray();
    while (reader.nextElement()) {
        json.emplace_back();
        if (!build(reader, json.back(), depth + 1))
            return false;
    }
    return !reader.hasFailed();
}

bool build(JsonReader& reader, Json& json, int depth)
{
    if (depth > DepthLimit)
        return false;
    std::string text;
    std::string_view digits;
    switch (reader.peek()) {
    case JsonReader::Kind::Object: return buildObject(reader, json, depth);
    case JsonReader::Kind::Array: return buildArray(reader, json, depth);
    case JsonReader::Kind::Text:
        if (!reader.readText(text))
            return false;
        json = std::move(text);
        return true;
    case JsonReader::Kind::Number:
        if (!reader.readNumber(digits))
            return false;
        json = number(digits);
        return true;
    case JsonReader::Kind::True: json = true; return reader.readWord("true");
    case JsonReader::Kind::False: json = false; return reader.readWord("false");
    case JsonReader::Kind::Null: json = nullptr; return reader.readWord("null");
    case JsonReader::Kind::Nothing: break;
    }
    return false;
}

// `quote` stands around NaN and Infinity.
void write(std::string& text, const Json& json, const char* quote)
{
    if (json.is_object()) {
        text += '{';
        for (auto item = json.begin(); item != json.end(); ++item) {
            text += item == json.begin() ? "" : ",";
            text += Json(item.key()).dump(-1, ' ', false, Json::error_handler_t::replace) + ":";
            write(text, item.value(), quote);
        }
        text += '}';
    } else if (json.is_array()) {
        text += '[';
        for (std::size_t i = 0; i < json.size(); ++i) {
            text += i > 0 ? "," : "";
            write(text, json[i], quote);
        }
        text += ']';
    } else if (json.is_number_float() && !std::isfinite(json.get<double>())) {
        const double value = json.get<double>();
        text += std::string(quote) + (std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity") + quote;
    } else {
        text += json.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
}

} // namespace

Result<Json> parseLenient(std::string_view text)
{
    JsonReader reader(text);
    Json json;
    if (!build(reader, json, 0) || !reader.atEnd())
        return failure(Error::Code::Invalid, "The body of the request is not JSON.", std::string(text.substr(0, 200)));
    return json;
}

std::string toText(const Json& json)
{
    std::string text;
    write(text, json, "\"");
    return text;
}

std::string toPythonText(const Json& json)
{
    std::string text;
    write(text, json, "");
    return text;
}

void appendDouble(std::string& text, double value)
{
    if (!std::isfinite(value)) {
        text += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        return;
    }
    char digits[32];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

} // namespace runyard::local
