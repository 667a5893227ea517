#pragma once

#include "local/server/http.h"

#include <chrono>
#include <map>
#include <string>

namespace runyard::local {

// Blobs' part of the service's URLs: "{base}/runyard/{container}/{blob}". Clients that build host names of their own say "runyard.blob.core.windows.net".
constexpr const char* accountName = "runyard";
std::string blobUrl(const std::string& base, const std::string& container, const std::string& blob);
// The names by which a client may have signed: these two, and "localhost:PORT/runyard" where a datastore's answer held the host.
std::vector<std::string> accountNames(const Request& request);

// What a request needs, in the words of signatures.
struct SasNeed {
    std::string container;    // empty for the account itself
    std::string blob;         // empty for a container
    std::string permissions;  // Azure's letters: one of them is enough
    enum class Of { Any, Account } of = Of::Any;  // Account: a signature of the account's, not of a container's or a blob's
};

// Signatures of Azure Blob made with the account's key: addresses that let their holder do some things until some time.
// Service SAS (b blob, c container, d folder), account SAS and user-delegation SAS of the versions from 2018-11-09 on.
class Sas {
public:
    explicit Sas(std::string key) : m_key(std::move(key)) {}

    // "sv=…&sr=…&sp=…&st=…&se=…&sig=…" for a blob, or for a whole container where `blob` is empty.
    // Permissions in Azure's letters: r read, w write, c create, d delete, l list.
    std::string sign(const std::string& container, const std::string& blob, const std::string& permissions, std::chrono::seconds life = std::chrono::hours(1)) const;
    // Whether the query of a request allows it now; else Forbidden with a sentence and, as detail, Azure's code.
    Result<> check(const Request& request, const SasNeed& need) const;

    const std::string& key() const { return m_key; }
    std::string accountKey() const;  // as base64, as clients are given it
    // The value of a user delegation key of these signed fields, raw: made of the account's key, so that none need be kept.
    std::string delegationKey(const std::map<std::string, std::string>& signedFields) const;

private:
    std::string m_key;
};

} // namespace runyard::local
