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

namespace {

std::vector<BlobRecord> recordsOf(Database& database, const std::string& container, const std::string& name)
{
    Statement row(database, "SELECT inode, size, mtime, sha256, md5, metadata FROM digests WHERE container = ? AND name = ?");
    row.bind(container).bind(name);
    std::vector<BlobRecord> found;
    while (row.next()) {
        BlobRecord record{name, {row.integer(1), row.integer(2), row.integer(0)}, row.text(3), row.text(4), {}};
        auto said = api::Json::parse(row.view(5), nullptr, false);
        if (said.is_object() && said.contains(propertiesName)) {
            record.properties = said[propertiesName].get<Digests::Metadata>();
            said.erase(propertiesName);
        }
        if (said.is_object())
            record.metadata = said.get<Digests::Metadata>();
        found.push_back(std::move(record));
    }
    return found;
}

bool isSame(const FileFacts& one, const FileFacts& two)
{
    return one.inode == two.inode && one.size == two.size && one.mtime == two.mtime;
}

} // namespace

Digests::Known Digests::known(Database& database, const std::string& container, const FoundBlob& blob)
{
    Known found{BlobRecord{blob.name, blob.facts, {}, {}, {}}, {}};
    for (auto& record : recordsOf(database, container, blob.name)) {
        found.metadata = record.metadata;
        if (!record.sha256.empty())
            found.metadata["sha256"] = record.sha256;
        if (isSame(record.facts, blob.facts)) {
            found.record = std::move(record);
            return found;
        }
        if (!record.sha256.empty())
            found.metadata["changed"] = "true";
    }
    return found;
}

Task<Result<std::vector<Digests::Known>>> Digests::known(std::string container, std::vector<FoundBlob> blobs)
{
    std::function<Result<std::vector<Known>>(Database&)> look = [container, blobs = std::move(blobs)](Database& database) -> Result<std::vector<Known>> {
        std::vector<Known> all;
        all.reserve(blobs.size());
        for (const auto& blob : blobs)
            all.push_back(blob.isFolder ? Known() : known(database, container, blob));
        return all;
    };
    co_return co_await m_store.read<std::vector<Known>>(std::move(look));
}

BlobRecord Digests::of(const std::string& container, const FoundBlob& blob)
{
    return known(m_store.reader(), container, blob).record;
}

Digests::Metadata Digests::metadata(const std::string& container, const FoundBlob& blob)
{
    return known(m_store.reader(), container, blob).metadata;
}

} // namespace runyard::local
