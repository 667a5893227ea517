#include "crc64.h"

#include <array>
#include <bit>
#include <cstring>

namespace runyard {

namespace {

using Table = std::array<std::uint64_t, 256>;

// Eight tables, so that eight bytes go at once.
constexpr std::array<Table, 8> makeTables()
{
    std::array<Table, 8> tables{};
    for (std::uint64_t byte = 0; byte < 256; ++byte) {
        std::uint64_t rest = byte;
        for (int bit = 0; bit < 8; ++bit)
            rest = rest >> 1 ^ (rest & 1 ? 0x9A6C9329AC4BC9B5u : 0);
        tables[0][byte] = rest;
    }
    for (std::size_t level = 1; level < 8; ++level)
        for (std::size_t byte = 0; byte < 256; ++byte)
            tables[level][byte] = tables[level - 1][byte] >> 8 ^ tables[0][tables[level - 1][byte] & 0xff];
    return tables;
}

constexpr auto tables = makeTables();

} // namespace

void Crc64::add(std::string_view bytes)
{
    std::uint64_t state = m_state;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; std::endian::native == std::endian::little && left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        word ^= state;
        state = 0;
        for (std::size_t byte = 0; byte < 8; ++byte)
            state ^= tables[7 - byte][word >> 8 * byte & 0xff];
    }
    for (; left > 0; ++at, --left)
        state = state >> 8 ^ tables[0][(state ^ static_cast<unsigned char>(*at)) & 0xff];
    m_state = state;
}

std::string Crc64::bytes() const
{
    std::string raw;
    for (int byte = 0; byte < 8; ++byte)
        raw += static_cast<char>(value() >> 8 * byte & 0xff);
    return raw;
}

} // namespace runyard
