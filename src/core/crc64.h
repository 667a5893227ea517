#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace runyard {

// The CRC-64 of Azure Storage (polynomial 0x9A6C9329AC4BC9B5, reflected), over bytes that come in pieces.
class Crc64 {
public:
    void add(std::string_view bytes);
    std::uint64_t value() const { return ~m_state; }
    std::string bytes() const;  // as the service sends it, before base64: eight bytes, the lowest first

private:
    std::uint64_t m_state = ~std::uint64_t(0);
};

} // namespace runyard
