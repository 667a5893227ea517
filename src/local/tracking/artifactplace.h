#pragma once

#include "local/store/modelrows.h"

namespace runyard::local {

// Where an artifact of MLflow lies: a blob of the workspace.
//   {experiment}/{run}/artifacts/…              the run's outputs/ (also logs/, user_logs/, system_logs/ by their names)
//   {experiment}/models/{model}/artifacts/…     a logged model: outputs/models/{model}/ of the run that made it, else azureml/logged-models/{model}/ of the default datastore
//   registered-models/{name}/{version}/…        a version of a registered model; never written
struct ArtifactPlace {
    enum class Kind { Run, LoggedModel, Registered };
    Kind kind = Kind::Run;
    std::string run;        // whose token may write there; empty: the owner's only
    std::string container;
    std::string root;       // blob name of the artifact root, with '/' at its end
    std::string path;       // below it

    std::string blob() const { return root + path; }
};

constexpr const char* RegisteredRoot = "registered-models";

// NotFound where the run or the model is not known, Invalid where the path leads out or to nothing that is served.
Result<ArtifactPlace> findPlace(Database& database, const std::string& path);

// A path of the artifact service from "mlflow-artifacts:/…", "mlflow-artifacts://host/…" or "http(s)://…/api/2.0/mlflow-artifacts/artifacts/…"; empty where it is none.
std::string artifactPathOf(const std::string& uri);

// "mlflow-artifacts:/registered-models/…" for a version whose files are kept here, else empty.
std::string placeOfVersion(const api::ModelVersion& model);

} // namespace runyard::local
