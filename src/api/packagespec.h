#pragma once

#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace runyard::api {

// One line of a package list, as PEP 508 writes it: name[extra,…] (==1.2, <2) ; marker, or name @ https://….
struct PackageSpec {
    std::string name;  // as written
    std::vector<std::string> extras;
    std::string specifiers;  // "==2.21.*,<3", without spaces
    std::string url;
    std::string marker;
};

// Reads a line; Invalid with a sentence that says what is wrong and what to write instead. Options of pip, local
// paths and bare URLs are refused. Whether the package exists is not looked at.
Result<PackageSpec> parsePackageSpec(std::string_view line);

// Lower case with runs of "-", "_" and "." as one "-": equal for names that mean the same package.
std::string normalizedPackageName(std::string_view name);

} // namespace runyard::api
