#pragma once

#include <string>
#include <vector>

namespace runyard {

// Package lines as typed into one field: separated by line ends, by commas before a name, or by blanks between names. Commas of extras
// ("ray[tune,serve]") and of versions ("numpy>=1.2,<2") do not separate, nor do the blanks of markers and URLs.
std::vector<std::string> splitPackages(const std::string& text);
std::string joinPackages(const std::vector<std::string>& packages);

} // namespace runyard
