#pragma once

#include "server.h"

namespace runyard::local {

// What is wrong with a request before anybody looks at what it wants, as the answer to give.
// Host and Origin keep web pages in the user's browser out; then comes the token.
std::optional<Response> refuseForeign(const Request& request);
std::optional<Response> refuseIdentity(const Request& request, const Route& route);
std::optional<Response> refuseWorkspace(const Request& request, const Route& route, const ServerSettings& settings);

// An error in the words of the dialect that the path belongs to.
Response errorAnswer(const std::string& path, int status, const std::string& code, const std::string& message);

// The request as the parser has read it: method, target, path, query, headers.
Request toRequest(std::string_view method, std::string_view target);

} // namespace runyard::local
