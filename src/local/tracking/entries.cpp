#include "entries.h"

#include "core/ids.h"
#include "local/store/metricrows.h"

namespace runyard::local {

namespace {

std::string textOf(const Json& json, const char* name)
{
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& listOf(const Json& json, const char* name)
{
    static const Json none = Json::array();
    const auto found = json.find(name);
    return found != json.end() && found->is_array() ? *found : none;
}

// One item of azureml-core 1.0: cells, and the types of their columns in a schema.
Entry fromCells(const Json& item)
{
    Entry entry{textOf(item, "metricId"), textOf(item, "name"), textOf(item, "metricType"), textOf(item, "createdUtc"), Json::object(), listOf(item, "cells"), {}};
    for (const Json& property : listOf(item.value("schema", Json::object()), "properties"))
        entry.columns[textOf(property, "name")] = textOf(property, "type");
    if (const std::string location = textOf(item, "dataLocation"); !location.empty())
        entry.data = Json::array({Json{{entry.name, location}}});
    return entry;
}

// One value of a later item.
Entry fromValue(const Json& item, const Json& value)
{
    Entry entry{textOf(value, "metricId"), textOf(item, "name"), textOf(item.value("properties", Json::object()), "uxMetricType"), textOf(value, "createdUtc"),
        item.value("columns", Json::object()), value.value("data", Json::object()), {}};
    if (value.contains("step") && value["step"].is_number_integer())
        entry.step = value["step"].get<std::int64_t>();
    return entry;
}

void addPoint(Database& database, std::int64_t run, const Entry& entry, const std::string& key, double value)
{
    const Millis moment = fromIso(entry.created);
    const Millis time = moment > 0 ? moment : nowMillis();
    if (entry.step)
        addMetrics(database, run, {{key, {*entry.step, time, value}}});
    else
        addNextMetric(database, run, key, time, value);
}

void addPoints(Database& database, std::int64_t run, const Entry& entry)
{
    const bool isTable = entry.kind.find("table") != std::string::npos || entry.columns.size() > 1;
    const Json cells = entry.data.is_array() ? entry.data : Json::array({entry.data});
    for (const Json& cell : cells) {
        if (!cell.is_object())
            continue;
        for (const auto& [column, value] : cell.items()) {
            if (value.is_number())
                addPoint(database, run, entry, isTable ? entry.name + "/" + column : entry.name, value.get<double>());
        }
    }
}

} // namespace

Result<std::vector<Entry>> readEntries(const Json& body)
{
    std::vector<Entry> entries;
    for (const Json& item : listOf(body, "values")) {
        if (!item.is_object() || textOf(item, "name").empty())
            return failure(Error::Code::Invalid, "A metric has no name.");
        if (item.contains("cells") || item.contains("metricType"))
            entries.push_back(fromCells(item));
        for (const Json& value : listOf(item, "value")) {
            if (value.is_object())
                entries.push_back(fromValue(item, value));
        }
    }
    for (Entry& entry : entries) {
        if (entry.metricId.empty())
            entry.metricId = newGuid();
    }
    return entries;
}

void addEntries(Database& database, std::int64_t run, const std::vector<Entry>& entries)
{
    std::int64_t seq = database.number("SELECT max(seq) FROM entries WHERE run = ?", run).value_or(0);
    for (const Entry& entry : entries) {
        Statement insert(database, "INSERT OR IGNORE INTO entries(run, seq, metricId, name, kind, created, columns, data, step) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
        insert.bind(run).bind(seq + 1).bind(entry.metricId).bind(entry.name).bind(entry.kind).bind(entry.created).bind(toText(entry.columns)).bind(toPythonText(entry.data));
        if (entry.step)
            insert.bind(*entry.step);
        else
            insert.bind(nullptr);
        insert.next();
        if (database.hasFault() || database.changes() == 0)
            continue;
        ++seq;
        addPoints(database, run, entry);
    }
}

std::vector<Entry> entriesOf(Database& database, std::int64_t run, const std::string& name)
{
    Statement row(database, "SELECT metricId, name, kind, created, columns, data, step FROM entries WHERE run = ?1 AND (?2 = '' OR name = ?2) ORDER BY created, seq");
    row.bind(run).bind(name);
    std::vector<Entry> found;
    while (row.next()) {
        Entry entry{row.text(0), row.text(1), row.text(2), row.text(3), parseLenient(row.view(4)).value_or(Json::object()), parseLenient(row.view(5)).value_or(Json::object()), {}};
        if (!row.isNull(6))
            entry.step = row.integer(6);
        found.push_back(std::move(entry));
    }
    return found;
}

} // namespace runyard::local
