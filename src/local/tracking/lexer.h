#pragma once

#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace runyard::local {

// A word of a filter.
struct Token {
    enum class Kind { Word, Quoted, Ticked, Number, Operator, Open, Close, Comma, Dot, End };
    Kind kind = Kind::End;
    std::string text;    // without its quotes
    char quote = 0;      // ' or " of Quoted
    bool isGlued = false;  // no space before it
};

Result<std::vector<Token>> splitFilter(std::string_view text);
bool isWord(const Token& token, std::string_view lowerWord);  // in any case, bare

} // namespace runyard::local
