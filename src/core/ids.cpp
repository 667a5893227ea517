#include "ids.h"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace runyard {

namespace {

void fillRandom(unsigned char* bytes, std::size_t size)
{
    while (size > 0) {
        const auto got = getrandom(bytes, size, 0);
        if (got > 0) {
            bytes += got;
            size -= static_cast<std::size_t>(got);
        }
    }
}

unsigned char randomByte()
{
    unsigned char byte = 0;
    fillRandom(&byte, 1);
    return byte;
}

constexpr std::array<std::string_view, 32> Moods{"amber", "bold", "brave", "bright", "calm", "clever", "cosmic", "crisp", "eager", "fair", "fleet",
    "gentle", "glad", "green", "happy", "jolly", "keen", "kind", "lively", "lucid", "mellow", "merry", "neat", "noble", "proud", "quick", "quiet",
    "sharp", "sunny", "swift", "warm", "wise"};
constexpr std::array<std::string_view, 32> Animals{"badger", "bear", "beaver", "crane", "deer", "dolphin", "eagle", "falcon", "finch", "fox", "gecko",
    "hare", "hawk", "heron", "ibex", "jay", "koala", "lark", "lemur", "lynx", "marten", "mole", "newt", "otter", "owl", "panda", "raven", "robin",
    "seal", "swan", "tapir", "wren"};

} // namespace

std::string randomHex(std::size_t bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string raw(bytes, '\0');
    fillRandom(reinterpret_cast<unsigned char*>(raw.data()), bytes);
    std::string hex;
    for (const char byte : raw) {
        hex += digits[static_cast<unsigned char>(byte) >> 4];
        hex += digits[static_cast<unsigned char>(byte) & 15];
    }
    return hex;
}

std::string newGuid()
{
    std::string hex = randomHex(16);
    hex[12] = '4';
    hex[16] = "89ab"[static_cast<unsigned>(hex[16]) % 4];
    for (const std::size_t at : {20u, 16u, 12u, 8u})
        hex.insert(at, 1, '-');
    return hex;
}

std::string newRunId()
{
    constexpr std::string_view letters = "bcdfghjkmnpqrstvwxyz23456789aeiu";
    std::string id(Moods[randomByte() % Moods.size()]);
    id += '_';
    id += Animals[randomByte() % Animals.size()];
    id += '_';
    for (int i = 0; i < 10; ++i)
        id += letters[randomByte() % letters.size()];
    return id;
}

} // namespace runyard
