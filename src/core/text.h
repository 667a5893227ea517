#pragma once

#include <string>
#include <string_view>

namespace runyard {

// A to Z made small; everything else stays, whatever the locale.
std::string lower(std::string_view text);

// Whether text is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool isUtf8(std::string_view text);

} // namespace runyard
