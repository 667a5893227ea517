#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// What each fuzz target is: one function that takes any bytes. libFuzzer calls it, or driver.cpp where the compiler has none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace runyard::fuzz {

// The bytes without the first, which chooses what they are given to.
struct Input {
    char choice = 0;
    std::string_view text;

    Input(const std::uint8_t* data, std::size_t size)
        : choice(size > 0 ? static_cast<char>(data[0]) : '\0'), text(reinterpret_cast<const char*>(data) + (size > 0 ? 1 : 0), size > 0 ? size - 1 : 0)
    {
    }
};

// What must hold for every input; ends the program where it does not, so that the input is kept.
inline void wanted(bool holds, const char* what, const std::string& detail = {})
{
    if (holds)
        return;
    std::fprintf(stderr, "BROKEN: %s\n%.2000s\n", what, detail.c_str());
    std::fflush(stderr);
    std::abort();
}

} // namespace runyard::fuzz
