#include "blobs.h"

#include "conditions.h"
#include "content.h"
#include "core/files.h"
#include "digests.h"
#include "local/runs/inpool.h"
#include "sas.h"
#include "stages.h"

#include <sys/stat.h>

#include <chrono>
#include <mutex>
#include <shared_mutex>

namespace runyard::local {

namespace fs = std::filesystem;

struct Blobs::State {
    State(asio::io_context& service, Store& store, const fs::path& root) : context(service), folder(root), tree(root), digests(store) {}
    ~State() { pool.join(); }

    asio::io_context& context;
    fs::path folder;
    Tree tree;
    Digests digests;
    Turns turns{context};
    std::shared_mutex contents;  // held shared while contents are linked, alone while such without a link go
    asio::thread_pool pool{2};
    std::shared_ptr<Shelf> shelf = std::make_shared<Shelf>(context, pool);
    Stages stages;
};

namespace {

// Half-written files of a life before go; staged blocks may still be committed for a week.
void clearUploads(const fs::path& uploads)
{
    std::error_code error;
    const auto weekAgo = fs::file_time_type::clock::now() - std::chrono::hours(24 * 7);
    std::vector<fs::path> gone;
    for (const auto& entry : fs::directory_iterator(uploads, error)) {
        const std::string name = entry.path().filename().string();
        const bool isLeft = Stages::isOfAnEarlierBoot(name) || name.starts_with("put-") || name.starts_with("copy-") || name.starts_with("tree-") || name.starts_with("gone-");
        if (isLeft || (name.size() > 2 && entry.last_write_time(error) < weekAgo))
            gone.push_back(entry.path());
    }
    for (const auto& path : gone)
        fs::remove_all(path, error);
}

std::string containerOf(const std::string& datastore)
{
    if (datastore == "workspaceblobstore")
        return "data";
    if (datastore == "workspaceartifactstore")
        return "azureml";
    return datastore == "workspacemodels" ? "models" : std::string();
}

Blobs::Stored summary(const Manifest& manifest)
{
    return Blobs::Stored{manifest.sha256(), manifest.size(), static_cast<int>(manifest.files.size())};
}

} // namespace

Blobs::Blobs(asio::io_context& context, Store& store, fs::path folder) : m_state(std::make_shared<State>(context, store, folder)) {}
Blobs::~Blobs() = default;

const Tree& Blobs::tree() const { return m_state->tree; }
Digests& Blobs::digests() const { return m_state->digests; }
Turns& Blobs::turns() const { return m_state->turns; }
Stages& Blobs::stages() const { return m_state->stages; }
std::shared_ptr<Shelf> Blobs::shelf() const { return m_state->shelf; }
asio::thread_pool& Blobs::pool() const { return m_state->pool; }
asio::io_context& Blobs::context() const { return m_state->context; }

Result<> Blobs::open()
{
    for (const char* name : {"data", "runs", "code", "models", "containers"}) {
        std::error_code error;
        fs::create_directories(m_state->folder / name, error);
        if (error)
            return Failure(fileError(m_state->folder / name, "be made", error.value()));
        clearUploads(m_state->folder / name / ".uploads");
    }
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(m_state->folder / "containers", error)) {
        if (entry.path().filename().string().starts_with(".gone-"))
            fs::remove_all(entry.path(), error);
        else
            clearUploads(entry.path() / ".uploads");
    }
    return {};
}

Result<fs::path> Blobs::locate(const std::string& container, const std::string& name) const
{
    return m_state->tree.locate(container, name);
}

Result<fs::path> Blobs::locate(const api::AssetUri& uri) const
{
    if (uri.kind == api::AssetUri::Kind::JobOutput) {
        if (uri.output == "artifacts" || uri.output == "default")
            return locate("azureml", "ExperimentRun/dcid." + uri.owner + (uri.path.empty() ? "" : "/" + uri.path));
        return locate("data", "azureml/" + uri.owner + "/" + uri.output + (uri.path.empty() ? "" : "/" + uri.path));
    }
    const std::string container = containerOf(uri.owner);
    if (container.empty())
        return failure(Error::Code::NotFound, "There is no datastore “" + uri.owner + "”.");
    return locate(container, uri.path);
}

Result<fs::path> Blobs::locateUrl(const std::string& url) const
{
    const std::string mark = "/" + std::string(accountName) + "/";
    const auto at = url.find(mark);
    if (at == std::string::npos)
        return failure(Error::Code::Invalid, "“" + url + "” is not an address in this workspace.");
    const std::string rest = url.substr(at + mark.size(), url.find('?') - at - mark.size());
    const auto slash = std::min(rest.find('/'), rest.size());
    return locate(rest.substr(0, slash), api::decode(std::string_view(rest).substr(std::min(slash + 1, rest.size()))));
}

Result<api::BlobPage> Blobs::list(const std::string& container, const std::string& prefix, const std::string& delimiter, const std::string& marker, int limit) const
{
    if (m_state->tree.root(container).empty())
        return failure(Error::Code::NotFound, "There is no container “" + container + "”.");
    const auto page = m_state->tree.list(container, prefix, delimiter, marker, static_cast<std::size_t>(std::max(limit, 1)));
    api::BlobPage answer;
    answer.nextMarker = page.next;
    for (const auto& found : page.blobs) {
        api::Blob blob;
        blob.name = found.name;
        blob.isFolder = found.isFolder;
        blob.size = found.facts.size;
        blob.modified = found.facts.mtime / 1'000'000;
        if (!found.isFolder)
            blob.metadata = m_state->digests.metadata(container, found);
        answer.blobs.push_back(std::move(blob));
    }
    return answer;
}

Task<Result<Blobs::Stored>> Blobs::store(fs::path folder, std::string container, std::string prefix)
{
    const auto state = m_state;
    const fs::path target = state->tree.root(container) / prefix;
    if (auto checked = checkBlobName(prefix); !checked)
        co_return Failure(checked.error());
    const fs::path objects = state->tree.uploads(container);
    std::function<Result<Manifest>()> work = [=]() -> Result<Manifest> {
        const std::shared_lock linking(state->contents);
        std::error_code error;
        if (!fs::exists(target, error))
            return copyByContent(folder, objects, target);
        auto there = digestFolder(target);
        auto wanted = digestFolder(folder);
        if (!there || !wanted)
            return !there ? there : wanted;
        if (there->sha256() != wanted->sha256())
            return failure(Error::Code::Conflict, "“" + prefix + "” is there already with other content.");
        return there;
    };
    auto manifest = co_await inPool(state->context, state->pool, std::move(work));
    if (!manifest)
        co_return Failure(manifest.error());
    std::vector<BlobRecord> records;
    for (const auto& [name, file] : manifest->files)
        records.push_back(BlobRecord{prefix + "/" + name, file.facts, file.sha256, {}, {}});
    auto noted = co_await state->digests.put(container, std::move(records));
    if (!noted)
        co_return Failure(noted.error());
    co_return summary(*manifest);
}

Task<Result<>> Blobs::discardModel(std::string uri)
{
    const auto state = m_state;
    const auto asset = api::parseAssetUri(uri);
    if (!asset || asset->kind != api::AssetUri::Kind::Datastore || asset->owner != "workspacemodels" || asset->path.empty())
        co_return Result<>();
    const std::string folder = asset->path;
    const auto target = state->tree.locate("models", folder);
    if (!target)
        co_return Failure(target.error());
    const auto digests = state->digests.below("models", folder);
    std::function<Result<>()> work = [state, target = *target, objects = state->tree.uploads("models"), digests] {
        const std::unique_lock alone(state->contents);
        return removeContent(target, objects, digests);
    };
    auto removed = co_await inPool(state->context, state->pool, std::move(work));
    if (!removed)
        co_return removed;
    co_return co_await state->digests.removeBelow("models", folder);
}

Task<Result<Blobs::Stored>> Blobs::sealSnapshot(std::string upload, std::string below)
{
    const auto state = m_state;
    auto folder = state->tree.locate(upload, below);
    if (!folder || !upload.starts_with("code-"))
        co_return failure(Error::Code::Invalid, "The snapshot's address is not one that startPendingUpload gave.", upload);
    const fs::path whole = state->tree.root(upload);
    const fs::path code = state->tree.root("code");
    std::function<Result<Stored>()> work = [source = *folder, whole, code]() -> Result<Stored> {
        auto manifest = digestFolder(source);
        if (!manifest)
            return Failure(manifest.error());
        const Stored stored = summary(*manifest);
        std::error_code error;
        if (::rename(source.c_str(), (code / stored.sha256).c_str()) != 0 && !fs::is_directory(code / stored.sha256, error))
            return Failure(fileError(source, "be kept", errno));
        fs::remove_all(whole, error);
        if (auto synced = syncFolder(code); !synced)
            return Failure(synced.error());
        return stored;
    };
    auto sealed = co_await inPool(state->context, state->pool, std::move(work));
    if (sealed)
        co_await state->digests.removeAll(upload);
    co_return sealed;
}

} // namespace runyard::local
