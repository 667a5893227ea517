#pragma once

#include "local/server/http.h"

namespace runyard::local {

// Whether "Authorization: SharedKey {account}:{signature}" of a request was made with the account's key (raw), of this request and within a
// quarter of an hour; else Forbidden with a sentence and, as detail, Azure's code.
Result<> checkSharedKey(const Request& request, const std::string& key);

// The text that a client signs for Shared Key: `account` is the name it signs by.
enum class HeaderOrder { Service, Bytes };
std::string sharedKeyText(const Request& request, const std::string& account, HeaderOrder order);

} // namespace runyard::local
