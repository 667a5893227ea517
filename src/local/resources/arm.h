#pragma once

#include "api/json.h"
#include "api/uri.h"
#include "local/store/store.h"
#include "resources.h"

namespace runyard::local {

using api::Json;

using ArmCall = Task<Result<Response>> (*)(SharedParts parts, Request& request);

// Adds a route whose errors are written as ARM's.
void addArm(Router& router, const SharedParts& parts, const std::string& method, const std::string& pattern, ArmCall call,
            Route::Access access = Route::Access::OwnerOnly);

// The body as an object; an error where it is none.
Task<Result<Json>> jsonBody(Request& request);
std::string dump(const Json& json);
Response answer(const Json& json, int status = 200);
// {"value":[…]} of one page, with the nextLink where there is more.
Response page(const SharedParts& parts, const Request& request, Json values, bool isMore, std::int64_t nextSkip);
std::int64_t skipOf(const Request& request);

// "Prefer: wait" with "If-None-Match": holds until the topic has another version. Answers the version, empty where nothing changed.
Task<std::string> changedVersion(SharedParts parts, const Request& request, std::string topic);

// The greatest whole-number version of documents of a kind and name, 0 where there is none.
std::int64_t latestVersion(const std::vector<Document>& versions);

} // namespace runyard::local
