#pragma once

#include "core/result.h"

#include <map>
#include <string>
#include <string_view>

namespace runyard::local {

// Puts the values of ${{inputs.NAME}} and ${{outputs.NAME}} into a job's command, which bash will read. A value stays one word, whatever
// it holds: it is quoted as the place it is put in needs. `values` has names such as "inputs.data_folder".
Result<std::string> expandCommand(std::string_view command, const std::map<std::string, std::string>& values);

// The text as one word of the shell.
std::string shellWord(std::string_view text);

} // namespace runyard::local
