#include "reindex.h"

#include "api/json.h"
#include "api/uri.h"
#include "core/files.h"
#include "database.h"
#include "registryrecords.h"
#include "rows.h"
#include "runrecord.h"
#include "store.h"

#include <sys/stat.h>

#include <algorithm>

namespace runyard::local {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::size_t RecordLimit = std::size_t(4) << 30;

class Reindexing {
public:
    Reindexing(Database& database, fs::path folder) : m_database(database), m_folder(std::move(folder)) {}

    Result<Reindexed> all();

private:
    using Step = std::function<Result<>()>;

    Result<> inTransaction(const fs::path& file, const Step& step);
    Result<> document(const fs::path& file);
    Result<> sealedRun(const fs::path& record);
    Result<> unsealedRun(const Document& job);
    Result<> kinds(const std::vector<fs::path>& folders);
    void outputs(const fs::path& run);

    Database& m_database;
    fs::path m_folder;
    Reindexed m_done;
};

// What is wrong with one record costs that record only; what is wrong with the disk ends it all.
Result<> Reindexing::inTransaction(const fs::path& file, const Step& step)
{
    if (auto begun = m_database.execute("BEGIN IMMEDIATE"); !begun)
        return begun;
    const auto done = step();
    const auto fault = m_database.takeFault();
    if (done && !fault)
        return m_database.execute("COMMIT");
    if (m_database.isInTransaction())
        (void)m_database.execute("ROLLBACK");
    if (fault)
        return Failure(*fault);
    m_done.notes.push_back("The record “" + file.string() + "” could not be taken up: " + done.error().message);
    return {};
}

Result<> Reindexing::document(const fs::path& file)
{
    const auto text = readFile(file);
    const Json record = text ? Json::parse(*text, nullptr, false) : Json();
    if (!record.is_object() || !record.contains("kind"))
        return failure(Error::Code::Protocol, "it cannot be read.");
    const Document document{record.value("kind", ""), record.value("name", ""), record.value("version", ""), record.value("json", ""), record.value("created", Millis(0)), record.value("modified", Millis(0))};
    const auto known = m_database.number("SELECT modified FROM documents WHERE kind = ? AND name = ? AND version = ?", document.kind, document.name, document.version);
    if (record.value("isRemoved", false)) {
        if (known && *known <= document.modified)
            m_done.documents += static_cast<int>(m_database.run("DELETE FROM documents WHERE kind = ? AND name = ? AND version = ?", document.kind, document.name, document.version));
        if (!known || *known <= document.modified)
            forgetEntry(m_database, document);
        return {};
    }
    if (!known || *known < document.modified) {
        m_database.run("INSERT INTO documents(kind, name, version, json, created, modified) VALUES(?, ?, ?, ?, ?, ?)"
                       " ON CONFLICT(kind, name, version) DO UPDATE SET json = excluded.json, modified = excluded.modified",
                       document.kind, document.name, document.version, document.json, document.created, document.modified);
        ++m_done.documents;
        if (auto restored = restoreEntry(m_database, document); !restored)
            return restored;
    }
    return document.kind == "job" ? unsealedRun(document) : Result<>();
}

// A run whose record is not sealed is begun anew from its job, as the scheduler would find it: under way.
Result<> Reindexing::unsealedRun(const Document& job)
{
    const fs::path folder = m_folder / "runs" / job.name;
    std::error_code error;
    if (findRun(m_database, job.name) || fs::exists(folder / "record" / "run.json", error))
        return {};
    const auto read = api::read<api::Job>(job.json);
    if (!read)
        return Failure(read.error());
    const auto experiment = ensureExperiment(m_database, read->experimentName.empty() ? "Default" : read->experimentName);
    if (!experiment)
        return Failure(experiment.error());
    RunRow row;
    row.id = job.name;
    row.experiment = experiment->id;
    row.displayName = read->displayName;
    row.status = fs::exists(folder / "attempts", error) ? "Running" : "Queued";
    row.target = api::armName(read->computeId, "computes");
    row.created = job.created;
    row.phases.push_back({"Queued", job.created, 0, {}});
    if (auto inserted = insertRun(m_database, row); !inserted)
        return Failure(inserted.error());
    ++m_done.runs;
    const auto state = readFile(folder / "record" / "state.json");
    if (!state)
        return {};
    const Json end = Json::parse(*state, nullptr, false);
    RunChange change;
    change.status = end.value("status", "Failed");
    change.ended = end.value("ended", Millis(0));
    change.errorCode = end.value("errorCode", "");
    change.errorMessage = end.value("errorMessage", "");
    updateRun(m_database, job.name, change);
    return {};
}

Result<> Reindexing::sealedRun(const fs::path& record)
{
    const std::string id = record.parent_path().parent_path().filename();
    const auto known = findRun(m_database, id);
    if (known && api::isTerminal(known->status))
        return {};
    const auto text = readFile(record, RecordLimit);
    if (!text)
        return Failure(text.error());
    const auto added = addRunRecord(m_database, *text, readFile(record.parent_path() / "state.json").value_or(""));
    if (!added)
        return Failure(added.error());
    ++m_done.runs;
    m_done.points += *added;
    outputs(record.parent_path().parent_path());
    return {};
}

// The digests of what it left, for files that are as they were.
void Reindexing::outputs(const fs::path& run)
{
    const Json list = Json::parse(readFile(run / "record" / "outputs.json", RecordLimit).value_or("[]"), nullptr, false);
    for (const Json& file : list) {
        const std::string name = file.value("name", ""), sha256 = file.value("sha256", "");
        const bool isOfScript = name.starts_with("outputs/") || name.starts_with("logs/");
        struct stat facts{};
        if (sha256.empty() || ::lstat(((isOfScript ? run / "work" : run) / name).c_str(), &facts) != 0)
            continue;
        const auto mtime = std::int64_t(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec;
        if (facts.st_size != file.value("size", std::int64_t(-1)) || mtime / 1'000'000 != file.value("modified", Millis(-1)))
            continue;
        m_database.run("INSERT OR REPLACE INTO digests(container, name, inode, size, mtime, sha256, md5, metadata) VALUES('azureml', ?, ?, ?, ?, ?, ?, '{}')",
                       "ExperimentRun/dcid." + run.filename().string() + "/" + name, static_cast<std::int64_t>(facts.st_ino), static_cast<std::int64_t>(facts.st_size), mtime, sha256, file.value("md5", ""));
    }
}

std::vector<fs::path> sortedIn(const fs::path& folder)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        found.push_back(at->path());
    std::sort(found.begin(), found.end());
    return found;
}

Result<> Reindexing::kinds(const std::vector<fs::path>& folders)
{
    for (const fs::path& folder : folders) {
        for (const fs::path& file : sortedIn(folder)) {
            if (file.extension() != ".json")
                continue;
            if (auto done = inTransaction(file, [&] { return document(file); }); !done)
                return done;
        }
    }
    return {};
}

Result<Reindexed> Reindexing::all()
{
    std::error_code error;
    const fs::path records = m_folder / "records";
    // Runs belong to experiments, and measure logged models.
    if (auto done = kinds({records / kind::Experiment, records / kind::LoggedModel}); !done)
        return Failure(done.error());
    for (const fs::path& run : sortedIn(m_folder / "runs")) {
        const fs::path record = run / "record" / "run.json";
        if (!fs::exists(record, error))
            continue;
        if (auto done = inTransaction(record, [&] { return sealedRun(record); }); !done)
            return Failure(done.error());
    }
    if (auto done = kinds(sortedIn(records)); !done)
        return Failure(done.error());
    if (auto done = inTransaction(records, [&] { return keepMissingEntries(m_database); }); !done)
        return Failure(done.error());
    return m_done;
}

} // namespace

Result<Reindexed> reindex(Database& database, const fs::path& folder)
{
    try {
        return Reindexing(database, folder).all();
    } catch (const Json::exception& fault) {
        return failure(Error::Code::Storage, "The records of the workspace could not be taken up.", fault.what());
    }
}

std::string toSentence(const Reindexed& done)
{
    return "Taken up from the folders of the workspace: " + std::to_string(done.runs) + " runs with " + std::to_string(done.points) + " metric values, "
        + std::to_string(done.documents) + " jobs, models and other entries.";
}

} // namespace runyard::local
