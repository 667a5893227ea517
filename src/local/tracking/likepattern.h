#pragma once

#include <string_view>

namespace runyard::local {

// SQL's LIKE as the database has it: case counts, % stands for any text, _ for one character of UTF-8.
bool fitsLike(std::string_view text, std::string_view pattern);

} // namespace runyard::local
