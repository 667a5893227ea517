#pragma once

#include "lenientjson.h"

#include "local/store/rows.h"

namespace runyard::local {

// One item that a script logged through the v1 dialect: a number, a list, a row, a table, an image.
struct Entry {
    std::string metricId;
    std::string name;
    std::string kind;     // "azureml.v1.scalar" …
    std::string created;  // createdUtc as sent
    Json columns;         // {column: type}
    Json data;            // {column: value}, or an array of these
    std::optional<std::int64_t> step;
};

// Reads both bodies of a batch: azureml-core 1.0's ({metricId, cells, schema} an item) and later ones' ({columns, value:[…]}).
Result<std::vector<Entry>> readEntries(const Json& body);

// Keeps them once by their metricId; numbers in them become points of metrics too: a scalar's and a list's under its name, a column's
// of rows and tables under "name/column".
void addEntries(Database& database, std::int64_t run, const std::vector<Entry>& entries);

// In the order of createdUtc, then of arrival; of one name, or of all where it is empty.
std::vector<Entry> entriesOf(Database& database, std::int64_t run, const std::string& name);

} // namespace runyard::local
