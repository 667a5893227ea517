#pragma once

#include "api/run.h"

#include <string>
#include <vector>

namespace runyard::local {

// Phases of a run as the column `phases` has them.
std::string phasesText(const std::vector<api::Phase>& phases);
std::vector<api::Phase> phasesOf(const std::string& text);

} // namespace runyard::local
