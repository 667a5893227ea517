#include "models.h"

#include "api/names.h"
#include "api/uri.h"
#include "blobs.h"
#include "core/hash.h"
#include "lists.h"

#include <algorithm>

namespace runyard::client {

namespace {

constexpr int Races = 8;  // others may register at the same moment

// The digest of a whole folder: over its sorted lines "sha256  path".
std::string folderDigest(const Digests& digests)
{
    std::string lines;
    for (const auto& [path, digest] : digests)
        lines += digest + "  " + path + '\n';
    return sha256Hex(lines);
}

std::string modelPath(const std::string& name)
{
    return "models/" + api::encode(name);
}

std::string trimmed(std::string path)
{
    while (path.ends_with('/'))
        path.pop_back();
    while (path.starts_with('/'))
        path.erase(0, 1);
    return path;
}

} // namespace

Task<Result<std::vector<api::ModelContainer>>> Models::list()
{
    return listAll<api::ModelContainer>(m_connection, m_connection.arm("models"));
}

Task<Result<std::vector<api::ModelVersion>>> Models::versions(std::string name)
{
    return listAll<api::ModelVersion>(m_connection, m_connection.arm(modelPath(name) + "/versions?$orderBy=" + api::encode("createdtime desc")));
}

Task<Result<api::ModelVersion>> Models::registerFromRun(RegisterRequest request)
{
    if (auto name = api::checkModelName(request.name); !name)
        co_return Failure(name.error());
    const std::string path = trimmed(request.path);
    if (path.empty())
        co_return failure(Error::Code::Invalid, "Choose the file or folder of the run that is the model.");
    for (int race = 1;; ++race) {
        auto container = co_await askFor<api::ModelContainer>(m_connection, m_connection.get(m_connection.arm(modelPath(request.name))));
        if (!container && container.error().code != Error::Code::NotFound)
            co_return Failure(container.error());
        api::ModelVersion version;
        version.name = request.name;
        version.version = container && !container->nextVersion.empty() ? container->nextVersion : "1";
        version.uri = "azureml://jobs/" + request.runId + "/outputs/artifacts/paths/" + path;
        version.jobName = request.runId;
        version.description = request.description;
        version.tags = request.tags;
        const std::string where = m_connection.arm(modelPath(request.name) + "/versions/" + api::encode(version.version));
        http::Request put = m_connection.put(where, api::toJson(version, m_connection.scope()).dump());
        put.deadline = std::chrono::minutes(30);  // it is copied and flushed before the answer
        auto made = co_await askFor<api::ModelVersion>(m_connection, std::move(put));
        if (made || made.error().code != Error::Code::Conflict || race == Races)
            co_return made;
    }
}

Task<Result<>> Models::download(std::string name, std::string version, std::filesystem::path folder, Overwrite overwrite, Sink<TransferProgress> sink)
{
    auto model = co_await askFor<api::ModelVersion>(m_connection, m_connection.get(m_connection.arm(modelPath(name) + "/versions/" + api::encode(version))));
    if (!model)
        co_return Failure(model.error());
    const auto uri = api::parseAssetUri(model->uri);
    if (!uri || uri->kind != api::AssetUri::Kind::Datastore)
        co_return failure(Error::Code::Protocol, "The workspace does not say where the model's files are.", model->uri);
    auto store = co_await askFor<api::Datastore>(m_connection, m_connection.get(m_connection.arm("datastores/" + api::encode(uri->owner))));
    if (!store)
        co_return Failure(store.error());
    const auto container = Container::ofService(store->containerName);
    const std::string place = trimmed(uri->path);
    auto blobs = co_await BlobStore(m_connection).list(container, place, "");
    if (!blobs)
        co_return Failure(blobs.error());
    auto items = itemsBelow(*blobs, place);
    if (items.empty())
        co_return failure(Error::Code::NotFound, "The workspace has no files for version " + version + " of “" + name + "”.");
    const std::string wanted = model->properties.contains("runyard.sha256") ? model->properties.at("runyard.sha256") : std::string();
    const std::function<Result<>(const Digests&)> verify = [wanted](const Digests& digests) -> Result<> {
        if (wanted.empty() || folderDigest(digests) == wanted)
            return {};
        return failure(Error::Code::Protocol, "The model arrived, but its digest is not the one it was registered with; nothing was kept.", "registered " + wanted + ", got " + folderDigest(digests));
    };
    const std::function<void(const TransferProgress&)> report = [sink](const TransferProgress& progress) { sink.show(progress); };
    co_return co_await downloadAll(m_connection, container, std::move(items), std::move(folder), overwrite, Changed::Refused, verify, report);
}

} // namespace runyard::client
