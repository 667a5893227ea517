#pragma once

#include "core/result.h"

#include <string>
#include <vector>

namespace runyard::api {

// What a conda file asks for, read for an installer that takes packages from PyPI.
struct CondaFile {
    std::string python;                  // "3.11"; empty: any
    std::vector<std::string> packages;   // PEP 508 lines: the pip section, and conda packages that PyPI has under a known name
    std::vector<std::string> condaOnly;  // names of packages that only conda has, as far as is known
};

// Invalid where the text is not YAML or not a conda file.
Result<CondaFile> readCondaFile(const std::string& yaml);

} // namespace runyard::api
