#include "jsonhelp.h"

namespace runyard::api {

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
        return value.get<std::int64_t>();
    if (value.is_string() && !value.get_ref<const std::string&>().empty())
        return std::strtoll(value.get_ref<const std::string&>().c_str(), nullptr, 10);
    return fallback;
}

bool flag(const Json& json, const char* name, bool fallback)
{
    const Json& value = child(json, name);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

Millis moment(const Json& json, const char* name)
{
    const Json& value = child(json, name);
    if (value.is_number())
        return value.get<Millis>();
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
