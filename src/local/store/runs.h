#pragma once

#include "api/run.h"
#include "store.h"

namespace runyard::local {

// The execution state of a run as the database has it; metrics, params and tags have their own classes.
struct RunRecord {
    std::string id;
    std::int64_t serial = 0;
    std::int64_t experiment = 0;  // MLflow's integer
    std::string displayName;
    std::string status = "NotStarted";  // Azure's states
    std::string target;
    std::string kind = "Command";  // "Interactive": made by an MLflow client, nobody runs it here
    Millis created = 0;
    Millis started = 0;
    Millis ended = 0;
    std::string errorCode;
    std::string errorMessage;
    std::vector<api::Phase> phases;
};

// Fields to change; what is not set stays.
struct RunChange {
    std::optional<std::string> status;
    std::optional<std::string> target;
    std::optional<std::string> displayName;
    std::optional<Millis> started;
    std::optional<Millis> ended;
    std::optional<std::string> errorCode;
    std::optional<std::string> errorMessage;
    std::optional<std::vector<api::Phase>> phases;
};

// Implemented beside the store. Each change touches Changes "run/{id}", and "workspace" where the status changed.
class Runs {
public:
    virtual ~Runs() = default;
    virtual Task<Result<RunRecord>> create(RunRecord record, std::string experimentName) = 0;  // makes the experiment where missing
    virtual Task<Result<>> change(std::string id, RunChange change) = 0;
    virtual std::optional<RunRecord> get(const std::string& id) = 0;
    virtual std::vector<RunRecord> unfinished() = 0;  // whose kind is Command and status not terminal
    virtual Task<Result<std::string>> record(std::string id) = 0;  // JSON of metrics, params, tags, to seal into the run's folder
};

} // namespace runyard::local
