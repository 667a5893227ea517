#include "estimator.h"

#include "api/uri.h"
#include "blobs.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/ids.h"
#include "core/text.h"
#include "lists.h"
#include "pile.h"
#include "script.h"

#include <algorithm>
#include <fstream>

namespace runyard::client {

namespace fs = std::filesystem;

namespace {

constexpr auto HashVersion = "202208";

// What a snapshot is made of, and the digest by which Azure ML finds it again: number of files, then "#path#size" of each by its name in lower
// case, then all contents.
struct Snapshot {
    Pile pile;
    std::string digest;
};

Result<> addContent(Digest& digest, const UploadItem& item, const Wanted& wanted)
{
    std::ifstream stream(item.file, std::ios::binary);
    std::vector<char> buffer(1 << 20);
    std::int64_t got = 0;
    while (stream && wanted()) {
        stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        digest.add(std::string_view(buffer.data(), static_cast<std::size_t>(stream.gcount())));
        got += stream.gcount();
    }
    if (got != item.size && wanted())
        return failure(Error::Code::Conflict, "“" + item.name + "” changed while the folder was read; submit again.");
    return {};
}

Result<Snapshot> takeSnapshot(const fs::path& folder, const Wanted& wanted)
{
    const IgnoreRules rules(folder);
    auto pile = gather({folder}, rules, wanted);
    if (!pile)
        return Failure(pile.error());
    std::vector<const UploadItem*> sorted;
    for (const UploadItem& item : pile->items)
        sorted.push_back(&item);
    std::sort(sorted.begin(), sorted.end(), [](const UploadItem* a, const UploadItem* b) { return std::pair(lower(a->name), a->name) < std::pair(lower(b->name), b->name); });
    Digest digest;
    digest.add(std::to_string(sorted.size()));
    for (const UploadItem* item : sorted)
        digest.add('#' + item->name + '#' + std::to_string(item->size));
    for (const UploadItem* item : sorted) {
        if (auto added = addContent(digest, *item, wanted); !added)
            return Failure(added.error());
    }
    return Snapshot{std::move(*pile), toHex(digest.finish())};
}

// The same content always has the same name, so that a submission that is repeated finds what it left.
std::string guidOf(const std::string& hex)
{
    return hex.substr(0, 8) + '-' + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-8" + hex.substr(17, 3) + '-' + hex.substr(20, 12);
}

SubmitProgress step(std::string text, std::int64_t done = 0, std::int64_t total = 0)
{
    return SubmitProgress{std::move(text), done, total};
}

Result<> checkEntry(const EstimatorDraft& draft)
{
    std::error_code fault;
    const fs::path script = draft.sourceFolder / draft.entryScript;
    if (draft.entryScript.empty() || fs::path(draft.entryScript).is_absolute() || !isInside(draft.sourceFolder, script))
        return failure(Error::Code::Invalid, "The entry script must lie in the source folder; choose one that does.");
    if (!fs::is_regular_file(script, fault))
        return failure(Error::Code::Invalid, "There is no “" + draft.entryScript + "” in the source folder.");
    return {};
}

} // namespace

Task<Result<std::string>> Estimators::snapshot(fs::path folder, Sink<SubmitProgress> sink)
{
    sink.show(step("Reading the source folder"));
    const std::function<Result<Snapshot>(const Wanted&)> work = [folder](const Wanted& wanted) { return takeSnapshot(folder, wanted); };
    auto taken = co_await m_connection.workers().run<Result<Snapshot>>(work);
    if (!taken)
        co_return Failure(taken.error());
    const std::string name = guidOf(taken->digest);
    const std::string versions = "codes/" + name + "/versions";
    auto known = co_await askFor<api::Page<api::CodeVersion>>(m_connection, m_connection.get(m_connection.arm(versions + "?hash=" + taken->digest + "&hashVersion=" + HashVersion)));
    if (!known && known.error().code != Error::Code::NotFound)
        co_return Failure(known.error());
    if (known && !known->value.empty())
        co_return m_connection.scope() + "/codes/" + known->value.front().name + "/versions/" + known->value.front().version;

    http::Request begin = m_connection.post(m_connection.arm(versions + "/1/startPendingUpload"), "{\"pendingUploadType\":\"TemporaryBlobReference\"}");
    begin.isRepeatable = true;
    auto place = co_await askFor<api::PendingUpload>(m_connection, std::move(begin));
    if (!place)
        co_return Failure(place.error());
    const auto files = taken->pile.items.size();
    const std::string what = "Uploading " + std::to_string(files) + (files == 1 ? " file" : " files");
    const std::function<void(const TransferProgress&)> report = [sink, what](const TransferProgress& progress) { sink.show(step(what, progress.done, progress.total)); };
    auto sent = co_await uploadAll(m_connection, Container::ofSas(place->sasUri), std::move(taken->pile.items), Existing::Skip, report);
    if (!sent)
        co_return Failure(sent.error());

    api::CodeVersion version;
    version.name = name;
    version.uri = place->blobUri;
    version.sha256 = taken->digest;
    http::Request put = m_connection.put(m_connection.arm(versions + "/1"), api::toJson(version, m_connection.scope()).dump());
    put.deadline = std::chrono::minutes(5);
    auto made = co_await m_connection.ask(std::move(put));
    if (!made)
        co_return Failure(made.error());
    co_return m_connection.scope() + '/' + versions + "/1";
}

Task<Result<std::string>> Estimators::environment(EstimatorDraft draft)
{
    const auto probe = api::toEnvironmentVersion(draft.environment, "estimator", "1");
    const std::string name = "estimator-" + sha256Hex(probe.image + '\n' + probe.condaFile).substr(0, 16);
    const auto version = api::toEnvironmentVersion(draft.environment, name, "1");
    const std::string path = "environments/" + name + "/versions/1";
    auto made = co_await m_connection.ask(m_connection.put(m_connection.arm(path), api::toJson(version, m_connection.scope()).dump()));
    if (!made)
        co_return Failure(made.error());
    co_return m_connection.scope() + '/' + path;
}

Task<Result<api::Job>> Estimators::submit(EstimatorDraft draft, Sink<SubmitProgress> sink)
{
    if (auto entry = checkEntry(draft); !entry)
        co_return Failure(entry.error());
    auto code = co_await snapshot(draft.sourceFolder, sink);
    if (!code)
        co_return Failure(code.error());
    sink.show(step("Describing the environment"));
    auto made = co_await environment(draft);
    if (!made)
        co_return Failure(made.error());
    sink.show(step("Submitting"));
    api::Job job = toJob(draft);
    job.name = newRunId();
    job.codeId = *code;
    job.environmentId = *made;
    job.computeId = m_connection.scope() + "/computes/" + draft.compute;
    http::Request put = m_connection.put(m_connection.arm("jobs/" + job.name), api::toJson(job, m_connection.scope()).dump());
    co_return co_await askFor<api::Job>(m_connection, std::move(put));
}

} // namespace runyard::client
