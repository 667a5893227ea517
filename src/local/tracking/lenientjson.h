#pragma once

#include "core/result.h"

#include <nlohmann/json.hpp>

namespace runyard::local {

using Json = nlohmann::json;

// Reads JSON in which NaN and Infinity may stand bare, as Python writes them. An error where it is no JSON.
Result<Json> parseLenient(std::string_view text);

// Compact JSON; invalid UTF-8 is replaced. NaN and infinities become the strings MLflow's clients read …
std::string toText(const Json& json);
// … or bare words, as Python's json reads and writes them.
std::string toPythonText(const Json& json);
// A number as MLflow's clients read it.
void appendDouble(std::string& text, double value);

} // namespace runyard::local
