#pragma once

#include "core/result.h"

#include <string_view>

namespace runyard::api {

// Azure's rules for names, with a sentence that says which is broken. Shared by desktop and service.
Result<> checkComputeName(std::string_view name);     // 2–16: letters, digits, hyphens; starts with a letter, no hyphen at the end
Result<> checkExperimentName(std::string_view name);  // 1–255: letters, digits, '-', '_', starts with a letter or digit
Result<> checkModelName(std::string_view name);       // 1–255: letters, digits, '-', '_', '.', starts with a letter or digit
Result<> checkJobName(std::string_view name);

} // namespace runyard::api
