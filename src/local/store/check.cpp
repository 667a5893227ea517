#include "check.h"

#include "core/files.h"
#include "core/hash.h"
#include "database.h"
#include "integrity.h"
#include "local/blobs/tree.h"
#include "records.h"
#include "reindex.h"
#include "store.h"

#include <algorithm>
#include <random>
#include <set>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t SampleSize = 50;
constexpr std::size_t SentenceLimit = 20;  // of one kind

class Look {
public:
    Look(fs::path folder, Database& database) : m_folder(std::move(folder)), m_database(database) {}

    Checked pages();
    Result<Checked> all(Depth depth);

private:
    struct Kept {
        std::string container;
        std::string name;
        FileFacts facts;
        std::string sha256;
    };

    void wrong(const std::string& sentence)
    {
        if (++m_said <= SentenceLimit)
            m_checked.faults.push_back(sentence);
    }
    void nextKind();
    void rows();
    void folders();
    void records();
    void files(Depth depth);
    bool stands(const Kept& kept);
    void digest(const Kept& kept);

    fs::path m_folder;
    Database& m_database;
    Checked m_checked;
    std::size_t m_said = 0;
};

void Look::nextKind()
{
    if (m_said > SentenceLimit)
        m_checked.faults.push_back("… and " + std::to_string(m_said - SentenceLimit) + " more of this kind.");
    m_said = 0;
}

Checked Look::pages()
{
    m_checked.pages = m_database.number("PRAGMA page_count").value_or(0);
    Statement row(m_database, "PRAGMA integrity_check(20)");
    while (row.next()) {
        if (row.view(0) != "ok")
            wrong("The database is damaged: " + row.text(0) + ".");
    }
    if (const auto fault = m_database.takeFault())
        wrong("The database is damaged: " + (fault->detail.empty() ? fault->message : fault->detail) + ".");
    m_checked.isDatabaseDamaged = !m_checked.faults.empty();
    nextKind();
    return m_checked;
}

void Look::rows()
{
    m_checked.runs = m_database.number("SELECT count(*) FROM runs").value_or(0);
    m_checked.points = m_database.number("SELECT count(*) FROM metrics").value_or(0);
    Statement counted(m_database, "SELECT runs.id, series.key, series.points, (SELECT count(*) FROM metrics WHERE metrics.series = series.id) AS found FROM series JOIN runs ON runs.serial = series.run WHERE series.points <> found");
    while (counted.next())
        wrong("The metric “" + counted.text(1) + "” of run “" + counted.text(0) + "” has " + counted.text(3) + " values where " + counted.text(2) + " were counted.");
    nextKind();
    Statement orphan(m_database, "SELECT id FROM runs WHERE experiment NOT IN (SELECT id FROM experiments)");
    while (orphan.next())
        wrong("The run “" + orphan.text(0) + "” belongs to an experiment that is not there.");
    nextKind();
}

void Look::folders()
{
    std::error_code error;
    std::set<std::string> known;
    Statement row(m_database, "SELECT id, kind, status FROM runs");
    while (row.next()) {
        known.insert(row.text(0));
        const bool hadWork = row.view(1) == "Command" && (row.view(2) == "Completed" || row.view(2) == "Failed");
        if (hadWork && !fs::exists(m_folder / "runs" / row.text(0), error))
            wrong("The folder of run “" + row.text(0) + "” is not there: its logs and outputs are lost.");
    }
    nextKind();
    for (fs::directory_iterator at(m_folder / "runs", error), end; !error && at != end; at.increment(error)) {
        const std::string id = at->path().filename();
        std::error_code missing;
        if (!known.contains(id) && fs::exists(at->path() / "record" / "run.json", missing))
            wrong("The run “" + id + "” is sealed in its folder, but the database does not know it. Repair takes it up.");
    }
    nextKind();
}

void Look::records()
{
    std::error_code error;
    if (!fs::exists(m_folder / "records", error))
        return;
    Statement row(m_database, "SELECT kind, name, version FROM documents");
    while (row.next()) {
        if (!fs::exists(recordFile(m_folder, Document{row.text(0), row.text(1), row.text(2), {}, 0, 0}), error))
            wrong("The " + row.text(0) + " “" + row.text(1) + "” has no record beside the database. Repair writes it.");
    }
    nextKind();
}

bool Look::stands(const Kept& kept)
{
    const auto path = Tree(m_folder).locate(kept.container, kept.name);
    const auto facts = path ? factsOf(*path) : Result<FileFacts>(Failure(path.error()));
    return facts && facts->inode == kept.facts.inode && facts->size == kept.facts.size && facts->mtime == kept.facts.mtime;
}

void Look::digest(const Kept& kept)
{
    const auto path = Tree(m_folder).locate(kept.container, kept.name);
    const auto sha256 = path ? sha256OfFile(*path) : Result<std::string>(Failure(path.error()));
    ++m_checked.filesRead;
    if (!sha256)
        wrong("The file “" + kept.name + "” cannot be read: " + sha256.error().message);
    else if (*sha256 != kept.sha256)
        wrong("The file “" + kept.name + "” in “" + kept.container + "” is not what was stored: its SHA-256 differs, though size and time are the same. Copy it here again.");
}

void Look::files(Depth depth)
{
    std::vector<Kept> found;
    std::string before;
    bool wasThere = true;
    const auto endOfName = [&] {
        if (!wasThere)
            wrong("The file “" + before + "” was changed or taken away since it was stored.");
    };
    Statement row(m_database, "SELECT container, name, inode, size, mtime, sha256 FROM digests WHERE sha256 <> '' ORDER BY container, name");
    while (row.next()) {
        Kept kept{row.text(0), row.text(1), {row.integer(3), row.integer(4), row.integer(2)}, row.text(5)};
        const std::string place = kept.container + "/" + kept.name;
        if (place != before) {
            endOfName();
            ++m_checked.files;
            before = place;
            wasThere = false;
        }
        const bool isIt = stands(kept);
        wasThere = wasThere || isIt;
        if (isIt)
            found.push_back(std::move(kept));
    }
    endOfName();
    nextKind();
    if (depth == Depth::Sample && found.size() > SampleSize) {
        std::shuffle(found.begin(), found.end(), std::mt19937(std::random_device()()));
        found.resize(SampleSize);
    }
    for (const Kept& kept : found)
        digest(kept);
    nextKind();
}

Result<Checked> Look::all(Depth depth)
{
    pages();
    if (m_checked.isDatabaseDamaged)
        return m_checked;
    rows();
    folders();
    records();
    files(depth);
    if (auto fault = m_database.takeFault())
        return Failure(*fault);
    return m_checked;
}

Result<Checked> damaged(const std::string& why)
{
    Checked checked;
    checked.isDatabaseDamaged = true;
    checked.faults.push_back("The database is damaged: " + why + ".");
    return checked;
}

} // namespace

Result<Checked> checkWorkspace(const fs::path& folder, Depth depth)
{
    std::error_code error;
    const fs::path file = folder / "store.sqlite";
    if (!fs::exists(file, error))
        return failure(Error::Code::NotFound, "There is no workspace in “" + folder.string() + "”. Name its data folder with --data.");
    const auto database = Database::open(file, Database::Mode::ReadOnly);
    if (!database)
        return damaged(database.error().detail);
    Look look(folder, **database);
    return look.all(depth);
}

Result<std::vector<std::string>> repairWorkspace(const fs::path& folder)
{
    const fs::path file = folder / "store.sqlite";
    const auto checked = checkWorkspace(folder, Depth::Sample);
    if (!checked)
        return Failure(checked.error());
    const std::string mark = checked->isDatabaseDamaged ? ".suspect" : ".restoring";
    if (auto marked = writeFileDurably(file.string() + mark, ""); !marked)
        return Failure(marked.error());
    asio::io_context context{1};
    Store store(context, file);
    if (auto opened = store.open(); !opened)
        return Failure(opened.error());
    auto said = store.notes();
    return said;
}

} // namespace runyard::local
