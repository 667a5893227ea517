#include "runstore.h"

#include "metricrows.h"
#include "rows.h"

#include "local/server/changes.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <limits>

namespace runyard::local {

using Json = nlohmann::json;

namespace {

// JSON has no NaN: these are written as the strings MLflow writes.
void appendNumber(std::string& text, double value)
{
    if (std::isnan(value)) {
        text += "\"NaN\"";
    } else if (std::isinf(value)) {
        text += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else {
        char digits[32];
        text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string metricsText(Database& database, std::int64_t run)
{
    std::string text = "{";
    for (const MetricSummary& metric : metricsOf(database, run)) {
        text += text.size() > 1 ? ",\n" : "\n";
        text += dump(metric.key) + ":[";
        const auto append = [&text](std::int64_t number, const api::MetricPoint& point) {
            text += number > 1 ? ",[" : "[";
            text += std::to_string(point.step) + ',' + std::to_string(point.time) + ',';
            appendNumber(text, point.value);
            text += ']';
        };
        followMetric(database, run, metric.key, 0, std::numeric_limits<std::int64_t>::max(), append);
        text += ']';
    }
    return text + "}";
}

std::string entriesText(Database& database, std::int64_t run)
{
    Statement row(database, "SELECT metricId, name, kind, created, columns, data FROM entries WHERE run = ? ORDER BY seq");
    row.bind(run);
    std::string text = "[";
    while (row.next()) {
        text += text.size() > 1 ? ",\n" : "\n";
        text += dump(Json{{"metricId", row.text(0)}, {"name", row.text(1)}, {"kind", row.text(2)}, {"createdUtc", row.text(3)}, {"columns", row.text(4)}, {"data", row.text(5)}});
    }
    return text + "]";
}

Result<std::string> recordText(Database& database, const std::string& id)
{
    const auto run = findRun(database, id);
    if (!run)
        return failure(Error::Code::NotFound, "There is no run “" + id + "”.");
    const auto experiment = findExperiment(database, run->experiment);
    std::string text = "{\"run\":" + dump(Json{{"id", run->id}, {"experiment", experiment ? experiment->name : ""}, {"name", run->displayName}, {"kind", run->kind},
                                          {"status", run->status}, {"target", run->target}, {"created", run->created}, {"started", run->started}, {"ended", run->ended}});
    text += ",\n\"params\":" + dump(textsOf(database, TextTable::Params, run->serial));
    text += ",\n\"tags\":" + dump(textsOf(database, TextTable::Tags, run->serial));
    text += ",\n\"properties\":" + dump(textsOf(database, TextTable::Properties, run->serial));
    text += ",\n\"metrics\":" + metricsText(database, run->serial);
    text += ",\n\"entries\":" + entriesText(database, run->serial) + "}\n";
    return text;
}

} // namespace

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
    std::function<Result<std::string>(Database&)> operation = [id](Database& database) { return recordText(database, id); };
    co_return co_await m_store.read<std::string>(std::move(operation));
}

} // namespace runyard::local
