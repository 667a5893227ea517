#include "local/store/database.h"
#include "local/store/schema.h"
#include "local/store/store.h"
#include "core/files.h"
#include "support/killing.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace runyard;
using namespace runyard::local;
namespace fs = std::filesystem;

namespace {

fs::path fixtures() { return fs::canonical(resourceFolder()).parent_path() / "tests" / "fixtures" / "schema"; }

// As the program of that time left it.
std::unique_ptr<Database> load(int version, const fs::path& file)
{
    const auto script = readFile(fixtures() / (std::to_string(version) + ".sql"));
    auto database = Database::open(file, Database::Mode::ReadWrite);
    if (!script || !database || !(*database)->execute(*script))
        return nullptr;
    return std::move(*database);
}

std::vector<std::string> tablesOf(Database& database)
{
    std::vector<std::string> tables;
    Statement row(database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    while (row.next())
        tables.push_back(row.text(0));
    return tables;
}

std::string columnsOf(Database& database, const std::string& table)
{
    std::string columns;
    Statement row(database, "SELECT name FROM pragma_table_info('" + table + "')");
    while (row.next())
        columns += (columns.empty() ? "\"" : ", \"") + row.text(0) + "\"";
    return columns;
}

// Rows of the old database that the new one has not, column by column. -1 where the question could not be asked.
std::int64_t missing(const fs::path& before, const fs::path& after, std::int64_t& rows)
{
    auto database = Database::open(after, Database::Mode::ReadWrite);
    if (!database || !(*database)->execute("ATTACH '" + before.string() + "' AS old"))
        return -1;
    auto old = Database::open(before, Database::Mode::ReadOnly);
    std::int64_t gone = 0;
    for (const auto& table : tablesOf(**old)) {
        const std::string columns = columnsOf(**old, table);
        rows += (*database)->number("SELECT count(*) FROM old." + table).value_or(0);
        const auto count = (*database)->number("SELECT count(*) FROM (SELECT " + columns + " FROM old." + table + " EXCEPT SELECT " + columns + " FROM main." + table + ")");
        if (!count)
            qWarning("%s: %s", table.c_str(), (*database)->takeFault().value_or(Error{}).detail.c_str());
        gone += count.value_or(1000);
    }
    return gone;
}

} // namespace

// Databases of every earlier version of the schema are opened by today's service and keep every row.
class MigrationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thereIsAFixtureOfEachVersion();
    void keepsEveryRow_data() { versions(); }
    void keepsEveryRow();
    void killedMeanwhile_data() { versions(); }
    void killedMeanwhile();

private:
    static void versions()
    {
        QTest::addColumn<int>("version");
        for (int version = 1; version <= SchemaVersion; ++version) {
            if (fs::exists(fixtures() / (std::to_string(version) + ".sql")))
                QTest::addRow("%d", version) << version;
        }
    }
};

void MigrationTest::thereIsAFixtureOfEachVersion()
{
    for (int version = 1; version < SchemaVersion; ++version)
        QVERIFY2(fs::exists(fixtures() / (std::to_string(version) + ".sql")), "an earlier version of the schema has no fixture in tests/fixtures/schema");
}

void MigrationTest::keepsEveryRow()
{
    QFETCH(int, version);
    QTemporaryDir folder;
    const fs::path place = folder.path().toStdString(), before = place / "before.sqlite", file = place / "store.sqlite";
    QVERIFY(load(version, before));
    QVERIFY(load(version, file));
    {
        asio::io_context context;
        Store store(context, file);
        const auto opened = store.open();
        QVERIFY2(opened, opened ? "" : (opened.error().message + opened.error().detail).c_str());
        QCOMPARE(schemaVersion(store.reader()), SchemaVersion);
        QCOMPARE(fs::exists(place / "backup"), version < SchemaVersion);
    }
    std::int64_t rows = 0;
    QCOMPARE(missing(before, file, rows), 0);
    QVERIFY(rows > 30);
    std::printf("migration_test: version %d to %d: %d rows, none missing\n", version, SchemaVersion, static_cast<int>(rows));
}

void MigrationTest::killedMeanwhile()
{
    QFETCH(int, version);
    auto dice = seeded("migration_test");
    int kills = 0, unfinished = 0;
    QTemporaryDir folder;
    const fs::path before = folder.path().toStdString() + "/before.sqlite";
    QVERIFY(load(version, before));
    for (int round = 0; round < killCount(); ++round) {
        const fs::path place = folder.path().toStdString() + "/" + std::to_string(round), file = place / "store.sqlite";
        fs::create_directory(place);
        QVERIFY(load(version, file));
        std::fflush(nullptr);
        const pid_t child = ::fork();
        if (child == 0) {
            asio::io_context context;
            Store store(context, file);
            ::_exit(store.open() ? 0 : 1);
        }
        QTest::qSleep(0);
        ::usleep(static_cast<unsigned>(dice.bounded(20'000)));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        kills += WIFSIGNALED(status) ? 1 : 0;
        auto half = Database::open(file, Database::Mode::ReadWrite);
        QVERIFY(half);
        const int seen = schemaVersion(**half);
        QVERIFY2(seen >= version && seen <= SchemaVersion, "neither an old nor a new database");
        unfinished += seen < SchemaVersion ? 1 : 0;
        half->reset();
        asio::io_context context;
        {
            Store store(context, file);
            QVERIFY(store.open());
        }
        std::int64_t rows = 0;
        QCOMPARE(missing(before, file, rows), 0);
    }
    std::printf("migration_test: version %d: %d openings, %d killed, %d of these before the new version stood; 0 rows missing\n", version, killCount(), kills, unfinished);
}

QTEST_GUILESS_MAIN(MigrationTest)
#include "migration_test.moc"
