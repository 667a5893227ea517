#pragma once

#include "core/crc64.h"
#include "core/hash.h"
#include "local/server/http.h"

namespace runyard::local {

// A request's body that must have the CRC-64 that the client sent ("x-ms-content-crc64"): an error instead of its end where it has not.
class CheckedBody final : public BodyReader {
public:
    CheckedBody(BodyReader& body, std::string wanted) : m_body(body), m_wanted(std::move(wanted)) {}

    std::int64_t left() const override { return m_body.left(); }
    Task<Result<std::string_view>> next() override
    {
        auto piece = co_await m_body.next();
        if (!piece)
            co_return piece;
        m_crc.add(*piece);
        if (piece->empty() && toBase64(m_crc.bytes()) != m_wanted)
            co_return failure(Error::Code::Invalid, "What arrived is not what was sent: its CRC-64 differs. Nothing was kept; send it again.", "Crc64Mismatch");
        co_return piece;
    }
    std::string crc() const { return toBase64(m_crc.bytes()); }

private:
    BodyReader& m_body;
    std::string m_wanted;
    Crc64 m_crc;
};

} // namespace runyard::local
