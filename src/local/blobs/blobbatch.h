#pragma once

#include "local/server/http.h"

namespace runyard::local {

// One request of a batch; `id` is the client's name for it.
struct BatchPart {
    std::string id;
    Request request;
};

constexpr std::size_t batchLimit = 256;

// The requests in a batch's multipart body, or none where one of them makes no sense. It stops at one more than the limit.
std::vector<BatchPart> batchParts(const std::string& text, const std::string& boundary, const Request& whole);

} // namespace runyard::local
