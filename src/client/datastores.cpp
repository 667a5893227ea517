#include "datastores.h"

#include "api/uri.h"
#include "blobs.h"
#include "core/text.h"
#include "lists.h"
#include "pile.h"

namespace runyard::client {

namespace {

// "mnist/", "/mnist" and "mnist" mean the same place.
Result<std::string> cleanPath(const std::string& path)
{
    std::string clean;
    for (const auto& piece : std::filesystem::path(path)) {
        const std::string text = piece.string();
        if (text == "..")
            return failure(Error::Code::Invalid, "A path in a datastore cannot contain “..”; name the folder from the top.");
        if (!text.empty() && text != "/" && text != ".")
            clean += (clean.empty() ? "" : "/") + text;
    }
    if (!isUtf8(clean))
        return failure(Error::Code::Invalid, "The path in the datastore is not valid UTF-8.");
    return clean;
}

std::string asPrefix(const std::string& path)
{
    return path.empty() || path.ends_with('/') ? path : path + '/';
}

} // namespace

Task<Result<std::vector<api::Datastore>>> Datastores::list()
{
    return listAll<api::Datastore>(m_connection, m_connection.arm("datastores?count=100"));
}

Task<Result<std::string>> Datastores::containerOf(std::string datastore)
{
    if (datastore.empty()) {
        auto page = co_await askFor<api::Page<api::Datastore>>(m_connection, m_connection.get(m_connection.arm("datastores?isDefault=true&count=30")));
        if (!page)
            co_return Failure(std::move(page).error());
        if (page->value.empty())
            co_return failure(Error::Code::NotFound, "The workspace has no default datastore; choose one.");
        co_return page->value.front().containerName;
    }
    auto found = co_await askFor<api::Datastore>(m_connection, m_connection.get(m_connection.arm("datastores/" + api::encode(datastore))));
    if (!found)
        co_return Failure(std::move(found).error());
    co_return found->containerName;
}

Task<Result<std::vector<api::Blob>>> Datastores::browse(std::string datastore, std::string prefix)
{
    auto container = co_await containerOf(std::move(datastore));
    if (!container)
        co_return Failure(container.error());
    co_return co_await BlobStore(m_connection).list(Container::ofService(*container), asPrefix(prefix), "/");
}

Task<Result<std::vector<api::Blob>>> Datastores::walk(std::string datastore, std::string prefix)
{
    auto container = co_await containerOf(std::move(datastore));
    if (!container)
        co_return Failure(container.error());
    co_return co_await BlobStore(m_connection).list(Container::ofService(*container), std::move(prefix), "");
}

Task<Result<>> Datastores::remove(std::string datastore, std::string path)
{
    auto container = co_await containerOf(std::move(datastore));
    if (!container)
        co_return Failure(container.error());
    BlobStore store(m_connection);
    const auto place = Container::ofService(*container);
    if (!path.ends_with('/'))
        co_return co_await store.remove(place, path);
    auto blobs = co_await store.list(place, path, "");
    if (!blobs)
        co_return Failure(blobs.error());
    for (const api::Blob& blob : *blobs) {
        auto gone = co_await store.remove(place, blob.name);
        if (!gone && gone.error().code != Error::Code::NotFound)
            co_return gone;
    }
    co_return Result<>();
}

Task<Result<std::string>> Datastores::head(std::string datastore, std::string path, std::int64_t limit)
{
    auto container = co_await containerOf(std::move(datastore));
    if (!container)
        co_return Failure(container.error());
    co_return co_await BlobStore(m_connection).read(Container::ofService(*container), std::move(path), limit);
}

Task<Result<UploadSummary>> Datastores::upload(UploadRequest request, Sink<TransferProgress> sink)
{
    auto target = cleanPath(request.target);
    if (!target)
        co_return Failure(target.error());
    if (request.sources.empty())
        co_return failure(Error::Code::Invalid, "Nothing is chosen; choose files or a folder to upload.");
    const std::function<Result<Pile>(const Wanted&)> look = [sources = request.sources](const Wanted& wanted) { return gather(sources, Ignored(), wanted); };
    auto pile = co_await m_connection.workers().run<Result<Pile>>(look);
    if (!pile)
        co_return Failure(pile.error());
    if (pile->items.empty()) {
        const std::string where = request.sources.size() == 1 ? "“" + request.sources.front().string() + "” holds no files" : "The chosen folders hold no files";
        co_return failure(Error::Code::Invalid, where + "; there is nothing to upload.");
    }
    auto container = co_await containerOf(request.datastore);
    if (!container)
        co_return Failure(container.error());
    for (UploadItem& item : pile->items)
        item.name = asPrefix(*target) + item.name;
    const Existing existing = request.overwrite == Overwrite::Yes ? Existing::Replace : Existing::Skip;
    const std::function<void(const TransferProgress&)> report = [sink, notes = pile->notes](const TransferProgress& progress) {
        TransferProgress noted = progress;
        noted.notes = notes;
        sink.show(std::move(noted));
    };
    auto totals = co_await uploadAll(m_connection, Container::ofService(*container), std::move(pile->items), existing, report);
    if (!totals)
        co_return Failure(totals.error());
    UploadSummary summary;
    summary.uploaded = totals->uploaded;
    summary.skipped = totals->skipped;
    summary.bytes = totals->bytes;
    summary.notes = std::move(pile->notes);
    co_return summary;
}

Task<Result<>> Datastores::download(std::string datastore, std::string path, std::filesystem::path folder, Overwrite overwrite, Sink<TransferProgress> sink)
{
    auto container = co_await containerOf(std::move(datastore));
    if (!container)
        co_return Failure(container.error());
    const auto place = Container::ofService(*container);
    std::string prefix = path;
    while (prefix.ends_with('/'))
        prefix.pop_back();
    auto blobs = co_await BlobStore(m_connection).list(place, prefix, "");
    if (!blobs)
        co_return Failure(blobs.error());
    auto items = itemsBelow(*blobs, prefix);
    if (items.empty())
        co_return failure(Error::Code::NotFound, "There are no files below “" + path + "”.");
    const std::function<void(const TransferProgress&)> report = [sink](const TransferProgress& progress) { sink.show(progress); };
    const std::function<Result<>(const Digests&)> verify;
    co_return co_await downloadAll(m_connection, place, std::move(items), std::move(folder), overwrite, Changed::Allowed, verify, report);
}

} // namespace runyard::client
