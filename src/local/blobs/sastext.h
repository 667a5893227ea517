#pragma once

#include "local/server/http.h"

#include <map>
#include <string>

namespace runyard::local {

// The texts that are signed, by the version ("sv") of the signature; `resource` is "/blob/{account}/{container}[/{blob}]".
enum class SasKind { Service, Account, Delegated };
SasKind sasKindOf(const std::map<std::string, std::string>& query);

std::string serviceSasText(const std::map<std::string, std::string>& query, const std::string& resource);
std::string accountSasText(const std::map<std::string, std::string>& query, const std::string& account);
// Since 2026-04-06 a delegated signature may also bind headers and query parameters of the request.
std::string delegatedSasText(const Request& request, const std::string& resource);

} // namespace runyard::local
