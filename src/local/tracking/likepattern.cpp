#include "likepattern.h"

namespace runyard::local {

namespace {

std::size_t characterAt(std::string_view text, std::size_t at)
{
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        ++end;
    return end - at;
}

} // namespace

bool fitsLike(std::string_view text, std::string_view pattern)
{
    std::size_t at = 0, wanted = 0;
    std::size_t star = std::string_view::npos, tried = 0;  // the last % and what it has swallowed up to
    while (at < text.size()) {
        if (wanted < pattern.size() && pattern[wanted] == '%') {
            star = wanted++;
            tried = at;
        } else if (wanted < pattern.size() && pattern[wanted] == '_') {
            at += characterAt(text, at);
            ++wanted;
        } else if (wanted < pattern.size() && pattern[wanted] == text[at]) {
            ++at;
            ++wanted;
        } else if (star != std::string_view::npos) {
            tried += characterAt(text, tried);
            at = tried;
            wanted = star + 1;
        } else {
            return false;
        }
    }
    while (wanted < pattern.size() && pattern[wanted] == '%')
        ++wanted;
    return wanted == pattern.size();
}

} // namespace runyard::local
