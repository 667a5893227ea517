#pragma once

#include "json.h"

// Lenient readers and small writers shared by the dialect's JSON sources.
namespace runyard::api {

const Json& child(const Json& json, const char* name);  // null where missing
std::string text(const Json& json, const char* name, const std::string& fallback = {});  // numbers and booleans as text too
std::int64_t number(const Json& json, const char* name, std::int64_t fallback = 0);  // the nearest there is
int count(const Json& json, const char* name, int fallback = 0);
bool flag(const Json& json, const char* name, bool fallback = false);
Millis moment(const Json& json, const char* name);  // ISO text or milliseconds
std::map<std::string, std::string> textMap(const Json& json, const char* name);
std::map<std::string, std::int64_t> numberMap(const Json& json, const char* name);  // 0 for what is none

// {id,name,type,properties} of a child of the workspace: "computes", "environments/x/versions".
Json resource(const std::string& scope, const std::string& collection, const std::string& name, Json properties);
Json systemData(Millis created, Millis modified);
// null for an empty text, as the service writes what is not set.
Json orNull(const std::string& value);

} // namespace runyard::api
