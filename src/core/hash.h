#pragma once

#include "result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace runyard {

std::string toHex(std::string_view bytes);
std::string toBase64(std::string_view bytes);
// Empty where the text is not base64; accepts the URL-safe alphabet and missing padding too.
std::string fromBase64(std::string_view text);

// A digest over bytes that come in pieces.
class Digest {
public:
    enum class Kind { Sha256, Md5 };

    explicit Digest(Kind kind = Kind::Sha256);
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void add(std::string_view bytes);
    std::string finish();  // the raw digest; afterwards it starts anew

private:
    struct State;
    std::unique_ptr<State> m_state;
};

std::string sha256Hex(std::string_view bytes);
std::string hmacSha256(std::string_view key, std::string_view bytes);  // raw
bool equalInConstantTime(std::string_view a, std::string_view b);

// SHA-256 of a file as lower-case hex. Reads it all: never on the GUI or io thread for a large file.
Result<std::string> sha256OfFile(const std::filesystem::path& file);

} // namespace runyard
