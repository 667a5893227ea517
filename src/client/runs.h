#pragma once

#include "api/datastore.h"
#include "api/job.h"
#include "api/run.h"
#include "connection.h"
#include "core/sink.h"
#include "transfer.h"

#include <filesystem>
#include <map>
#include <memory>
#include <vector>

namespace runyard::client {

class Pulse;
struct BlobPlace;

// Bytes of one log file, in order.
struct LogChunk {
    std::string file;          // "user_logs/std_log.txt"
    std::int64_t offset = 0;
    std::string bytes;
};

// New points of metrics, in the order the service took them.
struct MetricBatch {
    std::string key;
    std::vector<api::MetricPoint> points;
};

class Runs {
public:
    explicit Runs(Connection& connection) : m_connection(connection) {}

    // Newest first. `search` matches id, name, experiment, compute, status and tags.
    Task<Result<std::vector<api::RunSummary>>> list(std::string experiment = {}, int limit = 500);
    // Gives the list again whenever something in the workspace changed. Ends only by being cancelled or by an error.
    Task<Result<>> watchList(int limit, Sink<std::vector<api::RunSummary>> sink);

    Task<Result<api::RunDetails>> details(std::string id);
    // The details now and after every change until the run has ended; over restarts of the service.
    Task<Result<>> watch(std::string id, Sink<api::RunDetails> sink);
    // All logs of a run from their first byte until the run has ended and all is read. Never a byte twice or missing, over restarts of the service.
    Task<Result<>> followLogs(std::string id, Sink<LogChunk> sink);
    // The same for metrics.
    Task<Result<>> followMetrics(std::string id, Sink<MetricBatch> sink);
    Task<Result<std::vector<api::MetricPoint>>> history(std::string id, std::string key);

    Task<Result<api::Job>> job(std::string id);
    Task<Result<>> cancel(std::string id);
    // Files kept with the run: "outputs/model/saved_model.pb", "logs/…", "user_logs/…".
    Task<Result<std::vector<api::Blob>>> artifacts(std::string id);
    Task<Result<std::string>> artifact(std::string id, std::string path, std::int64_t limit);
    Task<Result<>> downloadArtifacts(std::string id, std::string path, std::filesystem::path folder, Overwrite overwrite, Sink<TransferProgress> sink);
    // The snapshot of the source folder.
    Task<Result<std::vector<api::Blob>>> snapshot(std::string id);
    Task<Result<std::string>> snapshotFile(std::string id, std::string path, std::int64_t limit);

private:
    Task<std::shared_ptr<Pulse>> pulseOf(std::string id);  // one for all who follow a run
    Task<Result<BlobPlace>> snapshotPlace(std::string id);

    Connection& m_connection;
    std::map<std::string, std::weak_ptr<Pulse>> m_pulses;
};

} // namespace runyard::client
