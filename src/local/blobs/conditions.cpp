#include "conditions.h"

#include <cstring>
#include <ctime>

namespace runyard::local {

namespace {

std::string unquoted(std::string text)
{
    const auto first = text.find_first_not_of(" \t");
    text = first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") + 1 - first);
    return text.size() > 1 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

bool hasTag(const std::string& list, const std::string& etag)
{
    for (std::size_t from = 0; from <= list.size();) {
        const auto end = std::min(list.find(',', from), list.size());
        const std::string tag = unquoted(list.substr(from, end - from));
        if (tag == "*" || tag == unquoted(etag))
            return true;
        from = end + 1;
    }
    return false;
}

// Seconds since 1970; nothing where it is no date.
std::optional<std::int64_t> dateOf(const std::string& text)
{
    std::tm parts{};
    if (!::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts))
        return std::nullopt;
    return ::timegm(&parts);
}

Response notMet(const Request& request, int status)
{
    return blobError(request, status, "ConditionNotMet", status == 304 ? "The file is the one that is known." : "The condition that the request sets does not hold: the file has changed, or is another.");
}

} // namespace

Standing standingOf(const BlobCall& call)
{
    Standing standing;
    const auto path = call.parts.blobs.tree().locate(call.container, call.blob);
    const auto facts = path ? factsOf(*path) : Result<FileFacts>(Failure(path.error()));
    if (!facts || call.blob.ends_with('/'))
        return standing;
    standing.isThere = true;
    standing.facts = *facts;
    standing.record = call.parts.blobs.digests().of(call.container, FoundBlob{call.blob, false, *facts});
    return standing;
}

std::optional<Response> refuseByConditions(const Request& request, const Standing& standing, Aim aim)
{
    const int unchanged = aim == Aim::Read ? 304 : 412;
    const std::string match = request.header("if-match");
    if (!match.empty() && !standing.isThere && aim == Aim::Write)
        return notMet(request, 412);
    if (!standing.isThere)
        return std::nullopt;
    if (!match.empty() && !hasTag(match, standing.etag()))
        return notMet(request, 412);
    const std::int64_t modified = standing.modified() / 1'000'000'000;
    if (const auto since = dateOf(request.header("if-unmodified-since")); since && modified > *since)
        return notMet(request, 412);
    const std::string other = request.header("if-none-match");
    if (aim == Aim::Write && unquoted(other) == "*")
        return blobError(request, 409, "BlobAlreadyExists", "A file of that name is there already.");
    if (!other.empty() && hasTag(other, standing.etag()))
        return notMet(request, unchanged);
    if (const auto since = dateOf(request.header("if-modified-since")); since && other.empty() && modified <= *since)
        return notMet(request, unchanged);
    return std::nullopt;
}

std::optional<Response> refuseByConditions(const BlobCall& call, Aim aim)
{
    for (const char* name : {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}) {
        if (call.request.headers.contains(name))
            return refuseByConditions(call.request, standingOf(call), aim);
    }
    return std::nullopt;
}

Turns::Turn::~Turn()
{
    if (!m_turns)
        return;
    const auto taken = m_turns->m_taken.extract(m_name);
    if (taken)
        taken.mapped()->cancel();
}

Task<Turns::Turn> Turns::take(std::string name)
{
    for (auto found = m_taken.find(name); found != m_taken.end(); found = m_taken.find(name)) {
        const auto busy = found->second;
        co_await busy->async_wait(asio::as_tuple(asio::use_awaitable));
    }
    m_taken[name] = std::make_shared<asio::steady_timer>(m_context, asio::steady_timer::time_point::max());
    co_return Turn(*this, std::move(name));
}

} // namespace runyard::local
