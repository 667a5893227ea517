#include "tokens.h"

#include "api/json.h"
#include "core/hash.h"

#include <algorithm>

namespace runyard::local {

namespace {

constexpr Millis day = 24LL * 3600 * 1000;

std::string base64Url(std::string_view bytes)
{
    std::string text = toBase64(bytes);
    text.resize(std::min(text.find('='), text.size()));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

} // namespace

std::string Tokens::sign(const std::string& claims) const
{
    const std::string signedPart = base64Url(R"({"alg":"HS256","typ":"JWT"})") + '.' + base64Url(claims);
    return signedPart + '.' + base64Url(hmacSha256(m_key, signedPart));
}

std::string Tokens::owner() const
{
    return sign(api::Json{{"iss", "runyard"}, {"aud", m_workspace}, {"sub", "owner"}}.dump());
}

std::string Tokens::forRun(const std::string& runId) const
{
    const Millis now = nowMillis();
    return sign(api::Json{{"iss", "runyard"}, {"aud", m_workspace}, {"sub", "run"}, {"run", runId}, {"iat", now / 1000}, {"exp", (now + 365 * day) / 1000}}.dump());
}

Identity Tokens::check(std::string_view authorization) const
{
    if (!authorization.starts_with("Bearer "))
        return {};
    const auto token = authorization.substr(7);
    const auto dot = token.rfind('.');
    const auto first = token.find('.');
    if (dot == std::string_view::npos || first == dot)
        return {};
    const auto signedPart = token.substr(0, dot);
    if (!equalInConstantTime(base64Url(hmacSha256(m_key, signedPart)), token.substr(dot + 1)))
        return {};
    const auto claims = api::Json::parse(fromBase64(signedPart.substr(first + 1)), nullptr, false);
    if (claims.is_discarded() || claims.value("aud", "") != m_workspace)
        return {};
    if (claims.value("sub", "") == "owner")
        return Identity{Identity::Kind::Owner, {}};
    const std::string runId = claims.value("run", "");
    const Millis now = nowMillis();
    const Millis end = m_endOf && !runId.empty() ? m_endOf(runId) : 0;
    if (runId.empty() || claims.value("exp", Millis(0)) * 1000 < now || (end > 0 && end + day < now))
        return {};
    return Identity{Identity::Kind::Run, runId};
}

} // namespace runyard::local
