#include "digests.h"

#include "api/json.h"
#include "local/store/database.h"

namespace runyard::local {

namespace {

// Beside the metadata in their column; no header could carry that name.
constexpr const char* propertiesName = "$properties";

} // namespace

Task<Result<>> Digests::put(std::string container, std::vector<BlobRecord> records)
{
    std::function<Result<>(Database&)> operation = [container, records = std::move(records)](Database& database) -> Result<> {
        for (const auto& record : records) {
            api::Json said = record.metadata;
            if (!record.properties.empty())
                said[propertiesName] = record.properties;
            const std::string metadata = said.dump(-1, ' ', false, api::Json::error_handler_t::replace);
            database.run("INSERT OR REPLACE INTO digests(container, name, inode, size, mtime, sha256, md5, metadata) VALUES(?, ?, ?, ?, ?, ?, ?, ?)", container, record.name,
                record.facts.inode, record.facts.size, record.facts.mtime, record.sha256, record.md5, metadata);
        }
        return {};
    };
    co_return co_await m_store.write<void>(std::move(operation));
}

Task<Result<>> Digests::remove(std::string container, std::string name)
{
    std::function<Result<>(Database&)> operation = [container, name](Database& database) -> Result<> {
        database.run("DELETE FROM digests WHERE container = ? AND name = ?", container, name);
        return {};
    };
    co_return co_await m_store.write<void>(std::move(operation));
}

Task<Result<>> Digests::removeBelow(std::string container, std::string folder)
{
    std::function<Result<>(Database&)> operation = [container, folder](Database& database) -> Result<> {
        database.run("DELETE FROM digests WHERE container = ? AND name > ? AND name < ?", container, folder + "/", folder + "0");  // '0' follows '/'
        return {};
    };
    co_return co_await m_store.write<void>(std::move(operation));
}

std::vector<std::string> Digests::below(const std::string& container, const std::string& folder)
{
    Statement row(m_store.reader(), "SELECT DISTINCT sha256 FROM digests WHERE container = ? AND name > ? AND name < ? AND sha256 <> ''");
    row.bind(container).bind(folder + "/").bind(folder + "0");
    std::vector<std::string> found;
    while (row.next())
        found.push_back(row.text(0));
    return found;
}

Task<Result<>> Digests::removeAll(std::string container)
{
    std::function<Result<>(Database&)> operation = [container](Database& database) -> Result<> {
        database.run("DELETE FROM digests WHERE container = ?", container);
        return {};
    };
    co_return co_await m_store.write<void>(std::move(operation));
}

std::vector<BlobRecord> Digests::records(const std::string& container, const std::string& name)
{
    Statement row(m_store.reader(), "SELECT inode, size, mtime, sha256, md5, metadata FROM digests WHERE container = ? AND name = ?");
    row.bind(container).bind(name);
    std::vector<BlobRecord> found;
    while (row.next()) {
        BlobRecord record{name, {row.integer(1), row.integer(2), row.integer(0)}, row.text(3), row.text(4), {}};
        auto said = api::Json::parse(row.text(5), nullptr, false);
        if (said.is_object() && said.contains(propertiesName)) {
            record.properties = said[propertiesName].get<Metadata>();
            said.erase(propertiesName);
        }
        if (said.is_object())
            record.metadata = said.get<Metadata>();
        found.push_back(std::move(record));
    }
    return found;
}

BlobRecord Digests::of(const std::string& container, const FoundBlob& blob)
{
    for (auto& record : records(container, blob.name)) {
        if (record.facts.inode == blob.facts.inode && record.facts.size == blob.facts.size && record.facts.mtime == blob.facts.mtime)
            return record;
    }
    return BlobRecord{blob.name, blob.facts, {}, {}, {}};
}

Digests::Metadata Digests::metadata(const std::string& container, const FoundBlob& blob)
{
    const auto known = records(container, blob.name);
    Metadata metadata;
    for (const auto& record : known) {
        const bool fits = record.facts.inode == blob.facts.inode && record.facts.size == blob.facts.size && record.facts.mtime == blob.facts.mtime;
        metadata = record.metadata;
        if (!record.sha256.empty())
            metadata["sha256"] = record.sha256;
        if (fits)
            return metadata;
        if (!record.sha256.empty())
            metadata["changed"] = "true";
    }
    return metadata;
}

} // namespace runyard::local
