#include "blockid.h"

#include "api/uri.h"
#include "core/hash.h"

#include <algorithm>
#include <charconv>

namespace runyard::local {

namespace {

constexpr std::size_t offsetDigits = 32;
constexpr std::size_t numberDigits = 5;  // a blob has at most 50,000 blocks

bool isDigit(char c) { return c >= '0' && c <= '9'; }

} // namespace

BlockPlace placeOfBlock(const std::string& id)
{
    const std::string text = fromBase64(id);
    const std::string inner = fromBase64(api::decode(text));
    std::int64_t value = 0;
    if (inner.size() == offsetDigits && std::ranges::all_of(inner, isDigit)) {
        const auto [end, fault] = std::from_chars(inner.data(), inner.data() + inner.size(), value);
        return fault == std::errc() ? BlockPlace{BlockPlace::Kind::Offset, value} : BlockPlace();
    }
    const std::size_t count = std::min(numberDigits, text.size());
    const std::string_view last = std::string_view(text).substr(text.size() - count);
    if (count < numberDigits || !std::ranges::all_of(last, isDigit))
        return {};
    std::from_chars(last.data(), last.data() + last.size(), value);
    return {BlockPlace::Kind::Number, value};
}

} // namespace runyard::local
