#pragma once

#include "core/result.h"
#include "core/task.h"
#include "core/time.h"

#include <optional>
#include <string>
#include <vector>

namespace runyard::local {

class Database;
class Store;

// What ARM resources are kept as: JSON by (kind, name, version). Kinds: "datastore", "compute", "environment", "code", "model", "data", "job", …
struct Document {
    std::string kind;
    std::string name;
    std::string version;
    std::string json;
    Millis created = 0;
    Millis modified = 0;
};

// Within an operation of the writer: the row, and its record beside the database.
Result<Document> putDocument(Database& database, const std::string& kind, const std::string& name, const std::string& version, const std::string& json);
Result<> removeDocument(Database& database, const std::string& kind, const std::string& name, const std::string& version);

class Documents {
public:
    explicit Documents(Store& store) : m_store(store) {}

    Task<Result<Document>> put(std::string kind, std::string name, std::string version, std::string json);
    Task<Result<>> remove(std::string kind, std::string name, std::string version);
    std::optional<Document> get(const std::string& kind, const std::string& name, const std::string& version = {});
    std::vector<Document> list(const std::string& kind, const std::string& name = {});  // newest first

private:
    Store& m_store;
};

} // namespace runyard::local
