#pragma once

#include "api/model.h"
#include "rows.h"

namespace runyard::local {

// A registered model: the name that versions have in common.
struct ModelRow {
    std::string name;
    std::string description;
    Millis created = 0;
    Millis modified = 0;
    std::int64_t lastVersion = 0;
};

// A version as Azure's dialect writes it, with the moments of its row. What only MLflow knows of it are properties of these names.
struct VersionRow {
    api::ModelVersion model;
    Millis created = 0;
    Millis modified = 0;
};

namespace property {
constexpr const char* Source = "runyard.source";     // the uri that the version was made from
constexpr const char* Stage = "mlflow.stage";        // only in memory: a version's JSON has "stage" for it
constexpr const char* RunLink = "mlflow.runLink";
constexpr const char* ModelId = "mlflow.modelId";
} // namespace property

constexpr const char* PromptTag = "mlflow.prompt.is_prompt";

// A condition: no prompt is registered under the name in this column.
std::string isNoPrompt(const std::string& column);

std::optional<ModelRow> findModel(Database& database, const std::string& name);
// Models by a condition and an order (literals), each with what is to be bound.
std::string modelSelect(std::string_view tail);
ModelRow readModelRow(const Statement& row);
TextMap modelTags(Database& database, const std::string& name);
TextMap modelAliases(Database& database, const std::string& name);  // alias → version
void touchModel(Database& database, const std::string& name);

// Versions live in `documents d`; SQL for the columns that MLflow searches by.
std::string versionSelect(std::string_view tail);  // "SELECT … FROM documents d WHERE d.kind = 'model' " + tail
std::optional<VersionRow> readVersionRow(const Statement& row);  // nothing where the document cannot be understood
std::optional<VersionRow> findVersion(Database& database, const std::string& name, const std::string& version);
std::vector<VersionRow> versionsOf(Database& database, const std::string& name);  // the greatest number first
// Writes a version; `scope` is the workspace's path.
Result<> putVersion(Database& database, const api::ModelVersion& model, const std::string& scope);

} // namespace runyard::local
