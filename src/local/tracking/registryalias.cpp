// Names of a model's versions: "champion" → 3.
#include "registry.h"

#include "local/store/store.h"

#include <algorithm>

namespace runyard::local {

namespace {

Result<> checkAlias(const std::string& alias)
{
    const auto isBad = [](char c) { return static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-'; };
    if (std::any_of(alias.begin(), alias.end(), isBad))
        return failure(Error::Code::Invalid, "Invalid alias name: '" + alias + "'. Names may only contain alphanumerics, underscores (_), and dashes (-).");
    if (alias.size() > 255)
        return failure(Error::Code::Invalid, "'Registered model alias name' exceeds the maximum length of 255 characters");
    return {};
}

bool isLatest(const std::string& alias)
{
    return alias.size() == 6 && std::equal(alias.begin(), alias.end(), "latest", [](unsigned char a, char b) { return std::tolower(a) == b; });
}

Task<Result<std::string>> setAlias(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string alias = fields.needText("alias");
    const std::string version = fields.needText("version");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkAlias(alias); !good)
        co_return Failure(good.error());
    if (isLatest(alias))
        co_return failure(Error::Code::Invalid, "'latest' alias name (case insensitive) is reserved.");
    const bool isVersion = (alias.starts_with('v') || alias.starts_with('V')) && alias.size() > 1 && alias.find_first_not_of("0123456789", 1) == std::string::npos;
    if (isVersion)
        co_return failure(Error::Code::Invalid, "Version alias name '" + alias + "' is reserved.");
    RegistryWork work = [=](Database& database) -> Result<std::string> {
        const auto found = knownVersion(database, name, version);
        if (!found)
            return Failure(found.error());
        database.run("INSERT OR REPLACE INTO modelAliases(name, alias, version) VALUES(?, ?, ?)", name, alias, found->model.version);
        if (auto kept = keepRegisteredModel(database, name); !kept)
            return Failure(kept.error());
        return std::string("{}");
    };
    co_return co_await writeRegistry(parts, std::move(work));
}

Task<Result<std::string>> deleteAlias(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string alias = fields.needText("alias");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkAlias(alias); !good)
        co_return Failure(good.error());
    ModelWork work = [=](Database& database) -> Result<> {
        database.run("DELETE FROM modelAliases WHERE name = ? AND alias = ?", name, alias);
        return {};
    };
    co_return co_await changeModel(parts, name, std::move(work));
}

Task<Result<std::string>> byAlias(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string name = fields.needText("name");
    const std::string alias = fields.needText("alias");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    if (auto good = checkAlias(alias); !good)
        co_return Failure(good.error());
    Database& database = parts.store.reader();
    if (auto model = knownModel(database, name); !model)
        co_return Failure(model.error());
    if (isLatest(alias)) {
        const auto versions = versionsOf(database, name);
        if (versions.empty())
            co_return failure(Error::Code::NotFound, "Latest version not found for model " + name + ".");
        co_return toText(Json{{"model_version", versionJson(database, versions.front())}});
    }
    const TextMap aliases = modelAliases(database, name);
    const auto found = aliases.find(alias);
    if (found == aliases.end())
        co_return failure(Error::Code::Invalid, "Registered model alias " + alias + " not found.");
    const auto version = knownVersion(database, name, found->second);
    if (!version)
        co_return Failure(version.error());
    co_return toText(Json{{"model_version", versionJson(database, *version)}});
}

} // namespace

void addAliasCalls(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "registered-models/alias", setAlias);
    addCall(router, parts, "DELETE", "registered-models/alias", deleteAlias);
    addCall(router, parts, "GET", "registered-models/alias", byAlias);
}

} // namespace runyard::local
