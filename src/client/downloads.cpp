#include "arrival.h"
#include "blobs.h"

#include "core/files.h"
#include "core/ids.h"
#include "crew.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace runyard::client {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t Hands = 4;
constexpr int Rounds = 20;  // of a download that breaks off, as long as each brings something

// The folder that a download is written to until it is whole; removed unless it was put in place.
class PartFolder {
public:
    PartFolder(Connection& connection, fs::path place) : m_connection(connection), m_path(std::move(place)) {}
    ~PartFolder()
    {
        m_connection.workers().leave([path = m_path] {
            std::error_code ignored;
            fs::remove_all(path, ignored);
        });
    }
    PartFolder(const PartFolder&) = delete;
    PartFolder& operator=(const PartFolder&) = delete;

    const fs::path& path() const { return m_path; }

private:
    Connection& m_connection;
    fs::path m_path;
};

struct Download {
    Connection& connection;
    Container container;
    std::vector<DownloadItem> items;
    Changed changed;
    fs::path part;
    std::function<void(const TransferProgress&)> report;
    TransferProgress progress;
    Digests digests;
    std::vector<std::int64_t> received = std::vector<std::int64_t>(items.size());

    void note(std::size_t index, std::int64_t bytes)
    {
        progress.done += bytes - received[index];
        received[index] = bytes;
        progress.current = items[index].path;
        report(progress);
    }
};

using Shared = std::shared_ptr<Download>;

bool isSafe(const std::string& path)
{
    const fs::path relative(path);
    if (path.empty() || relative.is_absolute() || path.find('\0') != std::string::npos)
        return false;
    return std::none_of(relative.begin(), relative.end(), [](const fs::path& piece) { return piece == ".." || piece == "."; });
}

std::int64_t sizeOf(const fs::path& file)
{
    std::error_code missing;
    const auto size = fs::file_size(file, missing);
    return missing ? 0 : static_cast<std::int64_t>(size);
}

Result<> checkDigest(const Download& download, const DownloadItem& item, const std::string& digest)
{
    const auto stored = item.blob.metadata.find("sha256");
    const bool isChanged = item.blob.metadata.contains("changed") && item.blob.metadata.at("changed") == "true";
    if (isChanged && download.changed == Changed::Allowed)
        return {};
    if (stored == item.blob.metadata.end() || stored->second.empty() || stored->second == digest)
        return {};
    if (isChanged)
        return failure(Error::Code::Conflict, "“" + item.path + "” was changed in the workspace's storage after it was stored; it is not what was registered.");
    return failure(Error::Code::Protocol, "“" + item.path + "” arrived damaged: its digest is not the one it was stored with; download it again.",
        "expected " + stored->second + ", got " + digest);
}

using SharedArrival = std::shared_ptr<Arrival>;

http::Request partRequest(const Shared& download, std::size_t index, const fs::path& file, const SharedArrival& arrival)
{
    const DownloadItem& item = download->items[index];
    http::Request request = download->connection.prepared(http::Request::get(download->container.blob(item.blob.name)).appendedTo(file).bulk());
    request.headers.push_back("x-ms-version: 2023-11-03");
    const auto have = sizeOf(file);
    if (have > 0)
        request.headers.push_back("Range: bytes=" + std::to_string(have) + '-');
    if (have > 0 && !item.blob.etag.empty())
        request.headers.push_back("If-Match: " + item.blob.etag);
    request.report = [download, index, have, arrival](std::int64_t now, std::int64_t) {
        if (now > 0)
            download->note(index, std::min(have + now, download->items[index].blob.size));
        if (now > 0 && arrival->isWorthFollowing(have + now))
            download->connection.workers().leave([arrival, size = have + now] { arrival->follow(size); });
    };
    return request;
}

// Asks for what is missing until the file is whole; a service that restarts costs no byte that has arrived.
Task<Result<>> fetch(Shared download, std::size_t index, fs::path file, SharedArrival arrival)
{
    const DownloadItem& item = download->items[index];
    const std::string what = "GET " + download->container.base + '/' + item.blob.name;
    for (int round = 0; sizeOf(file) < item.blob.size; ++round) {
        const auto before = sizeOf(file);
        auto reply = co_await download->connection.sendOnce(partRequest(download, index, file, arrival));
        if (before > 0 && reply && reply->status == 200)
            arrival->restart();  // the service sent it from the start
        if (reply && reply->status / 100 != 2 && (reply->status < 500 || reply->status == 507 || round == Rounds))
            co_return Failure(Connection::errorOf(*reply, what));
        if (!reply && (reply.error().code == Error::Code::Storage || round == Rounds))
            co_return Failure(reply.error());
        const auto after = sizeOf(file);
        download->note(index, after);
        if (after > before)
            round = 0;
        else if (reply && reply->status / 100 == 2)
            co_return failure(Error::Code::Conflict, "“" + item.path + "” became shorter while it was downloaded; download it again.");
        if (after < item.blob.size)
            co_await sleepFor(std::chrono::milliseconds(100 * (round + 1)));
    }
    co_return Result<>();
}

Task<Result<>> receiveOne(Shared download, std::size_t index)
{
    const DownloadItem& item = download->items[index];
    const fs::path file = download->part / item.path;
    auto arrival = Arrival::create(file);
    if (!arrival)
        co_return Failure(arrival.error());
    if (auto fetched = co_await fetch(download, index, file, *arrival); !fetched)
        co_return fetched;
    const std::function<Result<std::string>(const Wanted&)> flush = [arrival = *arrival](const Wanted&) { return arrival->finish(); };
    auto digest = co_await download->connection.workers().run<Result<std::string>>(flush);
    if (!digest)
        co_return Failure(digest.error());
    if (sizeOf(file) != item.blob.size)
        co_return failure(Error::Code::Conflict, "“" + item.path + "” changed while it was downloaded; download it again.");
    if (auto intact = checkDigest(*download, item, *digest); !intact)
        co_return intact;
    download->digests[item.path] = *digest;
    ++download->progress.filesDone;
    download->report(download->progress);
    co_return Result<>();
}

Result<> putInPlace(const fs::path& part, const fs::path& folder, Overwrite overwrite)
{
    for (const auto& entry : fs::recursive_directory_iterator(part)) {
        if (entry.is_directory())
            (void)syncFolder(entry.path());
    }
    (void)syncFolder(part);
    const unsigned how = overwrite == Overwrite::Yes && fs::exists(fs::symlink_status(folder)) ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, folder.c_str(), how) != 0) {
        if (errno == EEXIST)
            return failure(Error::Code::Conflict, "“" + folder.string() + "” exists already; choose another place or allow it to be replaced.");
        if (errno != EINVAL)
            return Failure(fileError(folder, "be put in place", errno));
        std::error_code fault;  // a file system without these
        if (how == RENAME_EXCHANGE)
            fs::rename(folder, part.string() + ".old", fault);
        fs::rename(part, folder, fault);
        if (fault)
            return Failure(fileError(folder, "be put in place", fault.value()));
        fs::remove_all(part.string() + ".old", fault);
    }
    return syncFolder(folder.parent_path());
}

Result<fs::path> checkTarget(fs::path folder, Overwrite overwrite)
{
    while (!folder.has_filename() && folder.has_relative_path())
        folder = folder.parent_path();
    folder = fs::absolute(folder);
    std::error_code fault;
    const fs::path parent = folder.parent_path();
    if (overwrite == Overwrite::No && fs::exists(fs::symlink_status(folder, fault)))
        return failure(Error::Code::Conflict, "“" + folder.string() + "” exists already; choose another place or allow it to be replaced.");
    if (!fs::is_directory(parent, fault))
        return failure(Error::Code::Storage, "The folder “" + parent.string() + "” does not exist; choose one that does.");
    if (::access(parent.c_str(), W_OK | X_OK) != 0)
        return Failure(fileError(parent, "be written", errno));
    return folder;
}

} // namespace

Task<Result<>> downloadAll(Connection& connection, Container container, std::vector<DownloadItem> items, fs::path folder, Overwrite overwrite, Changed changed,
                           std::function<Result<>(const Digests&)> verify, std::function<void(const TransferProgress&)> report)
{
    auto target = checkTarget(std::move(folder), overwrite);
    if (!target)
        co_return Failure(target.error());
    for (const DownloadItem& item : items) {
        if (!isSafe(item.path))
            co_return failure(Error::Code::Protocol, "The workspace offers a file named “" + item.path + "”, which would land outside the folder; nothing was downloaded.");
    }
    const PartFolder part(connection, target->parent_path() / (".runyard-" + randomHex(6) + ".part"));
    std::error_code fault;
    if (!fs::create_directory(part.path(), fault))
        co_return Failure(fileError(part.path(), "be created", fault.value()));
    const auto count = items.size();
    const Shared download(new Download{connection, std::move(container), std::move(items), changed, part.path(), std::move(report), {}, {}});
    download->progress.files = static_cast<int>(count);
    for (const DownloadItem& item : download->items)
        download->progress.total += item.blob.size;
    download->report(download->progress);
    const Crew::Work work = [download](std::size_t index) { return receiveOne(download, index); };
    if (auto done = co_await Crew::share(count, Hands, work); !done)
        co_return done;
    if (verify) {
        if (auto whole = verify(download->digests); !whole)
            co_return whole;
    }
    const std::function<Result<>(const Wanted&)> finish = [from = part.path(), to = *target, overwrite](const Wanted&) { return putInPlace(from, to, overwrite); };
    co_return co_await connection.workers().run<Result<>>(finish);
}

} // namespace runyard::client
