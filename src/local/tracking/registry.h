#pragma once

#include "artifactplace.h"
#include "calls.h"

#include "local/store/modelrows.h"
#include "local/store/registryrecords.h"

namespace runyard::local {

// What the calls of MLflow's model registry have in common. Its registered models are the workspace's models, its versions their versions.

// As MLflow checks a model's name.
Result<> checkRegisteredName(const std::string& name);
Result<ModelRow> knownModel(Database& database, const std::string& name);
// "7" or 7; a version that Azure's clients named otherwise is found by that name too.
Result<VersionRow> knownVersion(Database& database, const std::string& name, const std::string& version);

Json modelJson(Database& database, const ModelRow& model);
Json versionJson(Database& database, const VersionRow& version);
std::string stageOf(const VersionRow& version);
// "staging" → "Staging".
Result<std::string> canonicalStage(const std::string& stage);

// A tag of a model or a version: as its key and value are checked.
Result<> checkModelTag(const std::string& key, const std::string& value);
std::vector<std::pair<std::string, std::string>> tagsOf(Fields& fields);

// Changes the registry in one durable operation and tells those who wait for the workspace.
using RegistryWork = std::function<Result<std::string>(Database&)>;
Task<Result<std::string>> writeRegistry(TrackingParts parts, RegistryWork work);
// The same for what belongs to a registered model that must be there; answers "{}".
using ModelWork = std::function<Result<>(Database&)>;
Task<Result<std::string>> changeModel(TrackingParts parts, std::string name, ModelWork work);

// A run's token may register and describe; what takes something away is the owner's.
Result<> mayRemove(const Identity& who);

// Where the files of a version come from: the folder of "runs:/…", "models:/…", "mlflow-artifacts:/…" or "azureml://…".
struct ModelSource {
    std::filesystem::path folder;  // empty where this service does not hold it
    std::string runId;             // the run that it names
    std::string modelId;           // the logged model that it names
    std::string version;           // of the registered model that it names
};
Result<ModelSource> findSource(const TrackingParts& parts, const std::string& source);

} // namespace runyard::local
