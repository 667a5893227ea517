#pragma once

#include "fields.h"
#include "filter.h"
#include "tracking.h"

#include "local/store/rows.h"

namespace runyard::local {

// One MLflow call as its function sees it.
struct Asked {
    Identity who;
    std::string body;              // as sent; empty for GET
    Json fields = Json::object();  // of the body or of the query
    std::chrono::seconds wait{0};
    bool isFollowing = false;      // "Prefer: wait" is there, also wait=0
};

// Answers JSON text, or an error.
using Call = Task<Result<std::string>> (*)(TrackingParts parts, Asked asked);
enum class Body { Parsed, Raw };

// Answers what is more than a text.
using LongCall = Task<Result<Response>> (*)(TrackingParts parts, Asked asked);

// Adds a call under all prefixes of the MLflow REST API.
void addCall(Router& router, const TrackingParts& parts, const std::string& method, const std::string& path, Call call, Body body = Body::Parsed);
void addLongCall(Router& router, const TrackingParts& parts, const std::string& method, const std::string& path, LongCall call);
// As it is written to the client. A full disk is "try again later", so that a training script lives through it.
Response trackingError(const Error& error);

// A run that the one who asks may change, or the error to answer.
Result<RunRow> writableRun(Database& database, const std::string& id, const Identity& who);
Result<RunRow> knownRun(Database& database, const std::string& id);
Result<ExperimentRow> knownExperiment(Database& database, const std::string& id);

// Changes a run in one durable operation and tells those who wait for it.
using RunWork = std::function<Result<>(Database&, const RunRow&)>;
Task<Result<>> writeRun(TrackingParts parts, std::string id, Identity who, RunWork work);
// The same for calls that have nothing to tell: answers "{}".
Task<Result<std::string>> changeRun(TrackingParts parts, std::string id, Identity who, RunWork work);

// MLflow's form of a run as JSON text: {info, data, inputs, outputs}.
std::string runText(Database& database, const RunRow& run);
std::string runInfo(Database& database, const RunRow& run);
Json experimentJson(Database& database, const ExperimentRow& experiment);

// Azure's states as MLflow's, and back.
std::string toMlflowStatus(const std::string& status);
std::string toAzureStatus(const std::string& status);

// Pages of a search: an opaque token that holds the offset.
std::string pageToken(std::int64_t offset);
Result<std::int64_t> offsetOf(const std::string& token);
void bindAll(Statement& statement, const std::vector<Constant>& values);

void addExperimentCalls(Router& router, const TrackingParts& parts);
void addRunCalls(Router& router, const TrackingParts& parts);
void addLoggingCalls(Router& router, const TrackingParts& parts);
void addInputCalls(Router& router, const TrackingParts& parts);
void addHistoryCalls(Router& router, const TrackingParts& parts);
void addSearchCalls(Router& router, const TrackingParts& parts);
void addArtifactRoutes(Router& router, const TrackingParts& parts);
void addModelCalls(Router& router, const TrackingParts& parts);
void addAliasCalls(Router& router, const TrackingParts& parts);
void addVersionCalls(Router& router, const TrackingParts& parts);
void addVersionCreation(Router& router, const TrackingParts& parts);
void addRegistrySearch(Router& router, const TrackingParts& parts);
void addLoggedModelCalls(Router& router, const TrackingParts& parts);
void addLoggedModelSearch(Router& router, const TrackingParts& parts);
// What MLflow has and this service has not: an error in MLflow's form, which its clients understand.
void addUnservedRoutes(Router& router);

} // namespace runyard::local
