#include "connection.h"

#include "api/json.h"
#include "api/uri.h"
#include "core/ids.h"

#include <pugixml.hpp>

namespace runyard::client {

namespace {

constexpr auto ApiVersion = "2025-12-01";

// A local service is back within a second when its worker dies: many short pauses rather than few long ones.
http::RetryPolicy localPolicy()
{
    http::RetryPolicy policy;
    policy.tries = 12;
    policy.step = std::chrono::milliseconds(100);
    policy.ceiling = std::chrono::milliseconds(2500);
    return policy;
}

std::string withoutSecrets(const std::string& url)
{
    const auto query = url.find('?');
    return query != std::string::npos && url.find("sig=", query) != std::string::npos ? url.substr(0, query) + "?…" : url;
}

Error::Code codeFor(int status)
{
    switch (status) {
    case 400: case 411: case 413: case 414: case 416: case 422: case 431: return Error::Code::Invalid;
    case 401: return Error::Code::Unauthorized;
    case 403: case 421: return Error::Code::Forbidden;
    case 404: case 410: return Error::Code::NotFound;
    case 409: case 412: return Error::Code::Conflict;
    case 429: return Error::Code::Throttled;
    case 408: case 504: return Error::Code::Timeout;
    case 507: return Error::Code::Storage;
    default: return status >= 500 ? Error::Code::Server : Error::Code::Protocol;
    }
}

std::string fallbackSentence(Error::Code code)
{
    switch (code) {
    case Error::Code::Unauthorized: return "The workspace does not accept the sign-in any more; sign in again.";
    case Error::Code::Forbidden: return "The workspace does not allow this.";
    case Error::Code::NotFound: return "This does not exist in the workspace (any more).";
    case Error::Code::Conflict: return "It exists already, or was changed meanwhile.";
    case Error::Code::Throttled: return "The workspace asks to wait; try again in a moment.";
    case Error::Code::Timeout: return "The workspace did not answer in time; try again.";
    case Error::Code::Storage: return "There is no space left where the workspace keeps its data; free some and try again.";
    case Error::Code::Server: return "The workspace service failed; try again, and look at its log if it happens again.";
    default: return "The workspace did not understand the request.";
    }
}

std::string headerOf(const http::Reply& reply, const char* name)
{
    const auto found = reply.headers.find(name);
    return found == reply.headers.end() ? std::string() : found->second;
}

// The service's own sentence: ARM, MLflow and run history speak JSON, Blob speaks XML.
std::string sentenceOf(const http::Reply& reply)
{
    if (!reply.body.starts_with("<") && !reply.body.starts_with("\xEF\xBB\xBF<"))
        return api::errorMessage(reply.body);
    pugi::xml_document document;
    document.load_buffer(reply.body.data(), reply.body.size());
    const std::string text = document.child("Error").child_value("Message");
    return text.substr(0, text.find("\nRequestId:"));
}

} // namespace

void Connection::use(api::ServiceInfo info)
{
    m_info = std::move(info);
    m_policy = localPolicy();
}

std::string Connection::urlOf(const std::string& path) const
{
    return path.starts_with('/') ? m_info.url + path : path;
}

http::Request Connection::prepared(http::Request request) const
{
    request.url = urlOf(request.url);
    request.headers.push_back("x-ms-client-request-id: " + newGuid());
    return authorised(std::move(request));
}

http::Request Connection::authorised(http::Request request) const
{
    const bool isOurs = !m_info.url.empty() && request.url.starts_with(m_info.url + '/');
    if (!isOurs)
        return request;
    request.socket = m_info.socket;
    const auto query = request.url.find('?');
    const bool isSigned = query != std::string::npos && request.url.find("sig=", query) != std::string::npos;
    if (!isSigned)
        request.headers.push_back("Authorization: Bearer " + m_info.token);
    return request;
}

http::Request Connection::get(const std::string& path) const
{
    return prepared(http::Request::get(path));
}

http::Request Connection::put(const std::string& path, std::string body) const
{
    return prepared(http::Request::put(path, std::move(body)).header("Content-Type", "application/json"));
}

http::Request Connection::post(const std::string& path, std::string body) const
{
    return prepared(http::Request::post(path, std::move(body)).header("Content-Type", "application/json"));
}

http::Request Connection::remove(const std::string& path) const
{
    return prepared(http::Request::remove(path));
}

std::string Connection::arm(const std::string& rest) const
{
    const char joint = rest.find('?') == std::string::npos ? '?' : '&';
    return scope() + (rest.empty() || rest.starts_with('?') ? "" : "/") + rest + joint + "api-version=" + ApiVersion;
}

std::string Connection::history(const std::string& rest) const
{
    return "/history/v1.0" + scope() + '/' + rest;
}

std::string Connection::mlflow(const std::string& call) const
{
    return "/mlflow/v1.0" + scope() + "/api/2.0/mlflow/" + call;
}

Error Connection::errorOf(const http::Reply& reply, const std::string& what)
{
    Error error;
    error.code = codeFor(reply.status);
    error.message = sentenceOf(reply);
    if (error.message.empty())
        error.message = fallbackSentence(error.code);
    error.detail = what + " → " + std::to_string(reply.status);
    for (const char* name : {"x-ms-error-code", "x-ms-request-id"}) {
        if (const std::string value = headerOf(reply, name); !value.empty())
            error.detail += std::string("\n") + name + ": " + value;
    }
    error.detail += '\n' + reply.body.substr(0, 2000);
    return error;
}

Task<Result<http::Reply>> Connection::sendOnce(http::Request request)
{
    if (!isOpen())
        co_return failure(Error::Code::Network, "The workspace service is not running yet.");
    co_return co_await m_transport.send(std::move(request));
}

Task<Result<http::Reply>> Connection::send(http::Request request)
{
    if (!isOpen())
        co_return failure(Error::Code::Network, "The workspace service is not running yet.");
    co_return co_await http::persist(m_transport, std::move(request), m_policy);
}

Task<Result<http::Reply>> Connection::ask(http::Request request)
{
    const std::string what = request.method + ' ' + withoutSecrets(request.url);
    auto reply = co_await send(std::move(request));
    if (reply && reply->status / 100 != 2)
        co_return Failure(errorOf(*reply, what));
    if (!reply)
        reply.error().detail = what + '\n' + reply.error().detail;
    co_return reply;
}

Task<Result<http::Reply>> Connection::wait(http::Request request)
{
    const std::string what = request.method + ' ' + withoutSecrets(request.url);
    request.isHeld = true;
    request.deadline = std::chrono::seconds(40);
    auto reply = co_await sendOnce(std::move(request));
    if (reply && reply->status / 100 != 2 && reply->status != 304)
        co_return Failure(errorOf(*reply, what));
    co_return reply;
}

} // namespace runyard::client
