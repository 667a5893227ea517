#pragma once

#include <string>
#include <string_view>

namespace runyard::local {

// SQL's LIKE as the database has it: case counts, % stands for any text, _ for one character of UTF-8.
bool fitsLike(std::string_view text, std::string_view pattern);

// Small letters, of ASCII alone, as SQLite's lower().
std::string lowered(std::string_view text);

} // namespace runyard::local
