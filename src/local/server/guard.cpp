#include "guard.h"

#include "api/json.h"
#include "api/uri.h"

#include <strings.h>

namespace runyard::local {

namespace {

// "127.0.0.1:80" → whether that is this machine, and nothing more.
bool isLoopback(std::string_view host)
{
    const auto bracket = host.starts_with('[') ? host.find(']') : 0;
    if (bracket == std::string_view::npos)
        return false;
    const auto colon = host.find(':', bracket);
    if (colon != std::string_view::npos && host.substr(colon + 1).find_first_not_of("0123456789") != std::string_view::npos)
        return false;
    const std::string name(host.substr(0, colon));
    return name == "127.0.0.1" || name == "[::1]" || ::strcasecmp(name.c_str(), "localhost") == 0;
}

bool same(const std::string& a, const std::string& b)
{
    return ::strcasecmp(a.c_str(), b.c_str()) == 0;
}

std::string escaped(std::string_view text)
{
    std::string safe;
    for (const char c : text)
        safe += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return safe;
}

} // namespace

Response errorAnswer(const std::string& path, int status, const std::string& code, const std::string& message)
{
    const auto dialect = dialectOf(path);
    if (dialect == Dialect::MlFlow)
        return Response::json(api::Json{{"error_code", code}, {"message", message}}.dump(-1, ' ', false, api::Json::error_handler_t::replace), status);
    if (dialect == Dialect::Arm)
        return Response::json(api::errorBody(code, message), status);
    Response response;
    response.status = status;
    response.body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + code + "</Code><Message>" + escaped(message) + "</Message></Error>";
    return std::move(response).with("Content-Type", "application/xml").with("x-ms-error-code", code);
}

std::optional<Response> refuseForeign(const Request& request)
{
    if (!isLoopback(request.header("host")))
        return errorAnswer(request.path, 421, "MisdirectedRequest", "This service answers to localhost only, not to “" + request.header("host") + "”.");
    const std::string origin = request.header("origin");
    const std::string site = request.header("sec-fetch-site");
    const bool isOwn = origin.empty() || (origin.starts_with("http://") && isLoopback(std::string_view(origin).substr(7)) && origin.substr(7) == request.header("host"));
    if (!isOwn || site == "cross-site" || site == "same-site")
        return errorAnswer(request.path, 403, "OriginNotAllowed", "Web pages may not use this service.");
    return std::nullopt;
}

std::optional<Response> refuseIdentity(const Request& request, const Route& route)
{
    if (route.access == Route::Access::Public || request.who.kind == Identity::Kind::Owner)
        return std::nullopt;
    if (request.who.kind == Identity::Kind::Run) {
        if (route.access == Route::Access::RunToo)
            return std::nullopt;
        return errorAnswer(request.path, 403, dialectOf(request.path) == Dialect::MlFlow ? "PERMISSION_DENIED" : "AuthorizationFailed", "A run's token may not do this; use the workspace's own.");
    }
    const bool isMissing = request.header("authorization").empty();
    const std::string sentence = isMissing ? "A token is needed: send “Authorization: Bearer …” with the token from service.json." : "The token is not valid here, or its time is over.";
    auto refusal = errorAnswer(request.path, 401, dialectOf(request.path) == Dialect::MlFlow ? "UNAUTHENTICATED" : "InvalidAuthenticationToken", sentence);
    return std::move(refusal).with("WWW-Authenticate", "Bearer");
}

std::optional<Response> refuseWorkspace(const Request& request, const Route& route, const ServerSettings& settings)
{
    const auto differs = [&](const char* name, const std::string& own) {
        const auto found = request.params.find(name);
        return found != request.params.end() && !same(found->second, own);
    };
    const bool isMlFlow = dialectOf(request.path) == Dialect::MlFlow;
    if (differs("sub", settings.subscriptionId) || differs("group", settings.resourceGroup) || differs("ws", settings.workspaceName))
        return errorAnswer(request.path, 404, isMlFlow ? "RESOURCE_DOES_NOT_EXIST" : "ResourceNotFound", "This service has one workspace: “" + settings.workspaceName + "” of subscription " + settings.subscriptionId + ".");
    if (route.pattern.starts_with("/subscriptions") && !request.query.contains("api-version"))
        return errorAnswer(request.path, 400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
    return std::nullopt;
}

Request toRequest(std::string_view method, std::string_view target)
{
    Request request;
    request.method = method;
    request.target = target;
    const auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    auto rest = target.substr(std::min(mark + 1, target.size()));
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        std::string pair(rest.substr(0, end));
        std::ranges::replace(pair, '+', ' ');
        const auto equals = std::min(pair.find('='), pair.size());
        if (!pair.empty())
            request.query[api::decode(std::string_view(pair).substr(0, equals))] = api::decode(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return request;
}

} // namespace runyard::local
