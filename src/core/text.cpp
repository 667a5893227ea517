#include "text.h"

namespace runyard {

std::string lower(std::string_view text)
{
    std::string small(text);
    for (char& c : small)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return small;
}

bool isUtf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t size = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
        if (size == 0 || at + size > text.size())
            return false;
        for (std::size_t next = 1; next < size; ++next) {
            if ((static_cast<unsigned char>(text[at + next]) & 0xc0) != 0x80)
                return false;
        }
        const auto second = static_cast<unsigned char>(size > 1 ? text[at + 1] : 0);
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
            return false;
        at += size;
    }
    return true;
}

} // namespace runyard
