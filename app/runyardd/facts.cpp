#include "facts.h"

#include "api/json.h"
#include "core/files.h"
#include "core/ids.h"

namespace runyard {

namespace fs = std::filesystem;

namespace {

Result<> save(const fs::path& folder, const Facts& facts)
{
    const api::Json json = {{"subscription_id", facts.subscriptionId}, {"workspace_id", facts.guid}, {"resource_group", facts.resourceGroup}, {"workspace_name", facts.workspaceName}, {"port", facts.port}, {"tls_port", facts.tlsPort}};
    return writeFileDurably(folder / "workspace.json", json.dump(2) + "\n", 0600);
}

Result<std::string> loadKey(const fs::path& folder)
{
    std::error_code error;
    if (!fs::exists(folder / "key", error)) {
        if (auto written = writeFileDurably(folder / "key", randomHex(32), 0600); !written)
            return Failure(written.error());
    }
    auto key = readFile(folder / "key", 4096);
    if (key && key->size() < 32)
        return failure(Error::Code::Storage, "The workspace's key is damaged; remove “" + (folder / "key").string() + "” to make a new one.");
    return key;
}

} // namespace

api::Workspace Facts::workspace(const std::string& url) const
{
    api::Workspace workspace;
    workspace.subscriptionId = subscriptionId;
    workspace.resourceGroup = resourceGroup;
    workspace.name = workspaceName;
    workspace.guid = guid;
    workspace.location = "local";
    workspace.description = "Workspace on this computer";
    workspace.reachedAt(url);
    return workspace;
}

Result<Facts> loadFacts(const fs::path& folder)
{
    Facts facts;
    auto key = loadKey(folder);
    if (!key)
        return Failure(key.error());
    facts.key = std::move(*key);
    std::error_code error;
    if (!fs::exists(folder / "workspace.json", error)) {
        facts.subscriptionId = newGuid();
        facts.guid = newGuid();
        if (auto saved = save(folder, facts); !saved)
            return Failure(saved.error());
        return facts;
    }
    const auto text = readFile(folder / "workspace.json", 1 << 20);
    if (!text)
        return Failure(text.error());
    const auto json = api::Json::parse(*text, nullptr, false);
    if (!json.is_object() || !json.contains("subscription_id") || !json["subscription_id"].is_string())
        return failure(Error::Code::Storage, "“" + (folder / "workspace.json").string() + "” is damaged; it names the workspace. Restore it from a copy, or use another data folder.");
    facts.subscriptionId = json.value("subscription_id", "");
    facts.guid = json.value("workspace_id", "");
    facts.resourceGroup = json.value("resource_group", facts.resourceGroup);
    facts.workspaceName = json.value("workspace_name", facts.workspaceName);
    facts.port = json.value("port", 0);
    facts.tlsPort = json.value("tls_port", 0);
    return facts;
}

Result<> savePorts(const fs::path& folder, Facts facts, int port, int tlsPort)
{
    if (facts.port == port && facts.tlsPort == tlsPort)
        return {};
    facts.port = port;
    facts.tlsPort = tlsPort;
    return save(folder, facts);
}

} // namespace runyard
