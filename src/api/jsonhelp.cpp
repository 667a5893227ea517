#include "jsonhelp.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace runyard::api {

namespace {

constexpr int DepthLimit = 100;
constexpr Millis LastMoment = 253'402'300'799'999;  // of the year 9999

// Counts brackets that stand outside of texts.
bool isTooDeep(std::string_view text)
{
    int depth = 0;
    bool isText = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (isText && c == '\\')
            ++i;
        else if (c == '"')
            isText = !isText;
        else if (!isText && (c == '[' || c == '{') && ++depth > DepthLimit)
            return true;
        else if (!isText && (c == ']' || c == '}'))
            --depth;
    }
    return false;
}

std::int64_t whole(const Json& value)
{
    if (value.is_number_unsigned())
        return static_cast<std::int64_t>(std::min<std::uint64_t>(value.get<std::uint64_t>(), std::numeric_limits<std::int64_t>::max()));
    if (!value.is_number_float())
        return value.get<std::int64_t>();
    constexpr double limit = 9.2e18;
    const double real = value.get<double>();
    return std::isnan(real) ? 0 : static_cast<std::int64_t>(std::clamp(real, -limit, limit));
}

} // namespace

Json parse(std::string_view text)
{
    return isTooDeep(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
}

const Json& child(const Json& json, const char* name)
{
    static const Json none;
    if (!json.is_object())
        return none;
    const auto found = json.find(name);
    return found == json.end() ? none : *found;
}

std::string text(const Json& json, const char* name, const std::string& fallback)
{
    const Json& value = child(json, name);
    if (value.is_string())
        return value.get<std::string>();
    return value.is_null() || value.is_structured() ? fallback : value.dump();
}

std::int64_t number(const Json& json, const char* name, std::int64_t fallback)
{
    const Json& value = child(json, name);
    if (value.is_number())
        return whole(value);
    if (value.is_string() && !value.get_ref<const std::string&>().empty())
        return std::strtoll(value.get_ref<const std::string&>().c_str(), nullptr, 10);
    return fallback;
}

int count(const Json& json, const char* name, int fallback)
{
    return static_cast<int>(std::clamp<std::int64_t>(number(json, name, fallback), std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

bool flag(const Json& json, const char* name, bool fallback)
{
    const Json& value = child(json, name);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

Millis moment(const Json& json, const char* name)
{
    const Json& value = child(json, name);
    if (value.is_number()) {
        const Millis moment = whole(value);
        return moment < 0 || moment > LastMoment ? 0 : moment;
    }
    return value.is_string() ? fromIso(value.get_ref<const std::string&>()) : 0;
}

std::map<std::string, std::string> textMap(const Json& json, const char* name)
{
    std::map<std::string, std::string> map;
    const Json& object = child(json, name);
    if (!object.is_object())
        return map;
    for (const auto& [key, value] : object.items())
        map[key] = value.is_string() ? value.get<std::string>() : value.is_null() ? std::string() : value.dump();
    return map;
}

std::map<std::string, std::int64_t> numberMap(const Json& json, const char* name)
{
    std::map<std::string, std::int64_t> map;
    const Json& object = child(json, name);
    if (!object.is_object())
        return map;
    for (const auto& [key, value] : object.items())
        map[key] = value.is_number() ? whole(value) : 0;
    return map;
}

Json resource(const std::string& scope, const std::string& collection, const std::string& name, Json properties)
{
    const std::string kind = collection.substr(0, collection.find('/'));
    const bool isVersion = collection.ends_with("/versions");
    return Json{{"id", scope + '/' + collection + '/' + name}, {"name", name},
        {"type", "Microsoft.MachineLearningServices/workspaces/" + kind + (isVersion ? "/versions" : "")}, {"properties", std::move(properties)}};
}

Json systemData(Millis created, Millis modified)
{
    return Json{{"createdAt", toIso(created)}, {"createdBy", "owner"}, {"createdByType", "User"}, {"lastModifiedAt", toIso(modified ? modified : created)},
        {"lastModifiedBy", "owner"}, {"lastModifiedByType", "User"}};
}

Json orNull(const std::string& value)
{
    return value.empty() ? Json() : Json(value);
}

} // namespace runyard::api
