#include "runstore.h"

#include "rows.h"
#include "runrecord.h"

#include "local/server/changes.h"

namespace runyard::local {

Task<Result<RunRecord>> RunStore::create(RunRecord record, std::string experimentName)
{
    const std::string id = record.id;
    std::function<Result<RunRecord>(Database&)> operation = [record, experimentName](Database& database) -> Result<RunRecord> {
        const auto experiment = ensureExperiment(database, experimentName);
        if (!experiment)
            return Failure(experiment.error());
        if (experiment->isDeleted)
            return failure(Error::Code::Invalid, "The experiment “" + experimentName + "” is deleted. Restore it or choose another name.");
        RunRow row;
        static_cast<RunRecord&>(row) = record;
        row.experiment = experiment->id;
        return insertRun(database, std::move(row)).map([](const RunRow& inserted) { return static_cast<RunRecord>(inserted); });
    };
    auto created = co_await m_store.write<RunRecord>(std::move(operation));
    if (created) {
        m_changes.touch("run/" + id);
        m_changes.touch("workspace");
    }
    co_return created;
}

Task<Result<>> RunStore::change(std::string id, RunChange change)
{
    const bool isOfWorkspace = change.status || change.displayName;
    std::function<Result<>(Database&)> operation = [id, change](Database& database) -> Result<> {
        if (!database.number("SELECT serial FROM runs WHERE id = ?", id))
            return failure(Error::Code::NotFound, "There is no run “" + id + "”.");
        updateRun(database, id, change);
        return {};
    };
    const auto changed = co_await m_store.write<void>(std::move(operation));
    if (changed) {
        m_changes.touch("run/" + id);
        if (isOfWorkspace)
            m_changes.touch("workspace");
    }
    co_return changed;
}

std::optional<RunRecord> RunStore::get(const std::string& id)
{
    return findRun(m_store.reader(), id);
}

std::vector<RunRecord> RunStore::unfinished()
{
    const auto rows = findRuns(m_store.reader(), "WHERE kind = 'Command' AND status NOT IN ('Completed', 'Failed', 'Canceled', 'NotResponding', 'Paused') ORDER BY serial");
    return {rows.begin(), rows.end()};
}

Task<Result<std::string>> RunStore::record(std::string id)
{
    std::function<Result<std::string>(Database&)> operation = [id](Database& database) { return runRecord(database, id); };
    co_return co_await m_store.read<std::string>(std::move(operation));
}

} // namespace runyard::local
