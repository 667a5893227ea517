#pragma once

#include "pulse.h"
#include "runs.h"

// How logs and metrics of a run are followed. For sources only.
namespace runyard::client {

Task<Result<>> followLogsOf(Connection& connection, std::shared_ptr<Pulse> pulse, Sink<LogChunk> sink);
Task<Result<>> followMetricsOf(Connection& connection, std::shared_ptr<Pulse> pulse, std::string id, Sink<MetricBatch> sink);
// Sends until there is an answer or an error that does not pass.
Task<Result<http::Reply>> insist(Connection& connection, http::Request request);

} // namespace runyard::client
