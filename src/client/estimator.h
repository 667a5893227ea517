#pragma once

#include "api/environment.h"
#include "api/job.h"
#include "connection.h"
#include "core/sink.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace runyard::client {

class ScriptReader;

struct ScriptParameter {
    enum class Kind { Literal, DataMount, DataDownload, DataUpload };  // mount, download: input; upload: output
    std::string name;   // "--batch-size"
    std::string value;  // a literal, or a datastore path "mnist" / azureml://…
    Kind kind = Kind::Literal;
    std::string datastore;  // of data kinds; empty: the default one
};

// The TensorFlow estimator as a form: what Submit turns into a job.
struct EstimatorDraft {
    std::filesystem::path sourceFolder;
    std::string entryScript;  // relative to the folder
    std::vector<ScriptParameter> parameters;
    api::EnvironmentRequest environment;
    std::string compute;
    std::string experiment;
    std::string displayName;  // empty: the service's run id
    std::int64_t timeoutSeconds = 0;
};

// An option the script declares to argparse.
struct ScriptOption {
    std::string name;
    std::string type;     // int, float, str, flag
    std::string fallback; // default
    std::string help;
    std::vector<std::string> choices;
    bool isRequired = false;
};

struct Check {
    enum class Level { Ok, Warning, Error };
    enum class Field { Source, Script, Parameters, Packages, Compute, Experiment, Data, Environment };
    Level level = Level::Ok;
    Field field = Field::Source;
    std::string sentence;
    int row = -1;  // of a parameter
};

struct EstimatorReport {
    std::vector<Check> checks;
    std::vector<ScriptOption> options;  // what the script declares
    std::vector<std::string> scripts;   // .py files of the folder, relative
    int files = 0;                      // of the folder, what a snapshot would hold
    std::int64_t bytes = 0;
    std::string commandLine;            // exactly what will run
    bool isEnvironmentBuilt = false;
    bool canSubmit = false;
};

struct SubmitProgress {
    std::string step;  // "Uploading 3 files"
    std::int64_t done = 0;
    std::int64_t total = 0;
};

class Estimators {
public:
    explicit Estimators(Connection& connection);
    ~Estimators();

    // Looks at everything a submission needs: files, script (parsed, not run), its options, package syntax, cluster, data paths.
    Task<Result<EstimatorReport>> check(EstimatorDraft draft);
    // Takes a snapshot of the folder (skipped where the service has it by digest), the environment, and the job. Answers with the job as accepted.
    Task<Result<api::Job>> submit(EstimatorDraft draft, Sink<SubmitProgress> sink);

    // The job that a draft means, without code and environment ids; pure.
    static api::Job toJob(const EstimatorDraft& draft);
    static std::string jobYaml(const EstimatorDraft& draft);  // Azure ML CLI v2 command job
    // The draft that a job came from, for Duplicate; what cannot be known is empty.
    static EstimatorDraft fromJob(const api::Job& job);

private:
    Task<> checkPlaces(EstimatorDraft draft, std::shared_ptr<EstimatorReport> report);
    Task<Result<std::string>> snapshot(std::filesystem::path folder, Sink<SubmitProgress> sink);  // ARM id of the code version
    Task<Result<std::string>> environment(EstimatorDraft draft);                                  // ARM id of the environment version

    Connection& m_connection;
    std::unique_ptr<ScriptReader> m_scripts;
};

} // namespace runyard::client
