#pragma once

#include "core/result.h"

#include <chrono>
#include <map>
#include <string>

namespace runyard::local {

// Service SAS of Azure Blob: a query that lets its holder use one blob or one container until some time.
class Sas {
public:
    explicit Sas(std::string key) : m_key(std::move(key)) {}

    // "sv=…&sr=…&sp=…&st=…&se=…&sig=…" for a blob, or for a whole container where `blob` is empty.
    // Permissions in Azure's letters: r read, w write, c create, d delete, l list.
    std::string sign(const std::string& container, const std::string& blob, const std::string& permissions, std::chrono::seconds life = std::chrono::hours(1)) const;
    // Whether a request's query allows `permission` now; Forbidden with the reason where not.
    Result<> check(const std::map<std::string, std::string>& query, const std::string& container, const std::string& blob, char permission) const;

private:
    std::string m_key;
};

// Blobs' part of the service's URLs: "{base}/runyard/{container}/{blob}".
constexpr const char* accountName = "runyard";
std::string blobUrl(const std::string& base, const std::string& container, const std::string& blob);

} // namespace runyard::local
