#include "schema.h"

#include "core/files.h"
#include "core/ids.h"
#include "core/time.h"

namespace runyard::local {

namespace {

// Experiment 0, "Default", must always exist for MLflow clients.
void addDefaults(Database& database)
{
    database.run("INSERT INTO experiments(id, guid, name, location, created, modified) VALUES(0, ?, 'Default', 'mlflow-artifacts:/0', ?, ?)",
                 newGuid(), nowMillis(), nowMillis());
}

Result<> step(Database& database, int version)
{
    const auto file = resourceFolder() / "schema" / (std::to_string(version) + ".sql");
    const auto script = readFile(file);
    if (!script)
        return Failure(script.error());
    const std::string begin = "BEGIN IMMEDIATE;\n";
    const std::string mark = ";\nPRAGMA application_id=1383687524; PRAGMA user_version=" + std::to_string(version) + ";";
    auto done = database.execute(begin + *script + mark);
    if (done && version == 1)
        addDefaults(database);
    if (done && !database.hasFault())
        done = database.execute("COMMIT");
    if (const auto fault = database.takeFault())
        done = Failure(*fault);
    if (!done && database.isInTransaction())
        (void)database.execute("ROLLBACK");
    return done;
}

} // namespace

int schemaVersion(Database& database)
{
    return static_cast<int>(database.number("PRAGMA user_version").value_or(0));
}

Result<> migrate(Database& database)
{
    int version = schemaVersion(database);
    if (auto fault = database.takeFault())
        return Failure(*fault);
    if (version > SchemaVersion)
        return failure(Error::Code::Storage, "A newer version of Runyard wrote this workspace. Use that version, or another data folder.",
                       "schema version " + std::to_string(version));
    while (version < SchemaVersion) {
        if (auto done = step(database, ++version); !done)
            return done;
    }
    return {};
}

} // namespace runyard::local
