#include "http.h"

#include "api/json.h"

#include <charconv>

namespace runyard::local {

namespace {

struct Words {
    int status;
    const char* arm;
    const char* mlflow;
};

Words wordsFor(Error::Code code)
{
    switch (code) {
    case Error::Code::NotFound: return {404, "ResourceNotFound", "RESOURCE_DOES_NOT_EXIST"};
    case Error::Code::Conflict: return {409, "Conflict", "RESOURCE_ALREADY_EXISTS"};
    case Error::Code::Invalid: return {400, "UserError", "INVALID_PARAMETER_VALUE"};
    case Error::Code::Protocol: return {400, "BadRequest", "BAD_REQUEST"};
    case Error::Code::Unauthorized: return {401, "InvalidAuthenticationToken", "UNAUTHENTICATED"};
    case Error::Code::Forbidden: return {403, "AuthorizationFailed", "PERMISSION_DENIED"};
    case Error::Code::Throttled: return {429, "TooManyRequests", "REQUEST_LIMIT_EXCEEDED"};
    case Error::Code::Storage: return {507, "InsufficientStorage", "INTERNAL_ERROR"};
    case Error::Code::Timeout: return {504, "GatewayTimeout", "TEMPORARILY_UNAVAILABLE"};
    case Error::Code::Network: return {502, "BadGateway", "TEMPORARILY_UNAVAILABLE"};
    case Error::Code::Server: break;
    }
    return {500, "InternalServerError", "INTERNAL_ERROR"};
}

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

} // namespace

Task<Result<std::size_t>> BodyReader::read(char* to, std::size_t most)
{
    if (m_rest.empty()) {
        const auto piece = co_await next();
        if (!piece)
            co_return Failure(piece.error());
        m_rest = *piece;
    }
    const std::size_t size = std::min(most, m_rest.size());
    m_rest.copy(to, size);
    m_rest.remove_prefix(size);
    co_return size;
}

std::string Request::header(const std::string& lowerName) const
{
    const auto found = headers.find(lowerName);
    return found == headers.end() ? std::string() : found->second;
}

std::string Request::queried(const std::string& name) const
{
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

std::chrono::seconds Request::wait() const
{
    const std::string prefer = header("prefer");
    const auto at = prefer.find("wait=");
    if (at == std::string::npos)
        return std::chrono::seconds(0);
    const auto digits = std::string_view(prefer).substr(at + 5);
    const auto value = number(digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size())));
    return std::chrono::seconds(std::min<std::int64_t>(value.value_or(0), 60));
}

std::optional<std::pair<std::int64_t, std::int64_t>> Request::range() const
{
    std::string text = header("x-ms-range");
    if (text.empty())
        text = header("range");
    const auto dash = text.find('-');
    if (!text.starts_with("bytes=") || dash == std::string::npos)
        return std::nullopt;
    const auto first = number(std::string_view(text).substr(6, dash - 6));
    const auto last = number(std::string_view(text).substr(dash + 1));
    if (!first || (!last && dash + 1 < text.size()) || (last && *last < *first))
        return std::nullopt;
    return std::pair(*first, last.value_or(-1));
}

Task<Result<std::string>> Request::text(std::size_t limit)
{
    std::string whole;
    for (;;) {
        const auto piece = co_await body->next();
        if (!piece)
            co_return Failure(piece.error());
        if (piece->empty())
            co_return whole;
        if (whole.size() + piece->size() > limit)
            co_return failure(Error::Code::Invalid, "The request is larger than " + std::to_string(limit >> 20) + " MiB.");
        whole.append(*piece);
    }
}

Response Response::json(std::string text, int status)
{
    Response response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    response.body = std::move(text);
    return response;
}

Response Response::empty(int status)
{
    Response response;
    response.status = status;
    return response;
}

Response Response::arm(const Error& error)
{
    const Words words = wordsFor(error.code);
    return json(api::errorBody(words.arm, error.message), words.status);
}

Response Response::mlflow(const Error& error)
{
    const Words words = wordsFor(error.code);
    const api::Json body = {{"error_code", words.mlflow}, {"message", error.message}};
    const int status = error.code == Error::Code::Conflict ? 400 : words.status;  // as MLflow has it
    return json(body.dump(-1, ' ', false, api::Json::error_handler_t::replace), status);
}

Response&& Response::with(std::string name, std::string value) &&
{
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
}

int statusOf(Error::Code code)
{
    return wordsFor(code).status;
}

} // namespace runyard::local
