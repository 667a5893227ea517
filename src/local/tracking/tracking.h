#pragma once

#include "local/server/router.h"

namespace runyard::local {

class Blobs;
class Changes;
class RunColumns;
class Store;

struct TrackingParts {
    asio::io_context& context;
    Store& store;
    Changes& changes;
    Blobs& blobs;
    std::string workspacePath = {};  // "/subscriptions/…/workspaces/{name}", which model versions carry in their ids
    std::shared_ptr<RunColumns> columns = {};  // of all runs, for searches
};

// MLflow's tracking REST (experiments, runs, metrics, search, artifacts), under /api/2.0/ and under the workspace's mlFlowTrackingUri.
void addTrackingRoutes(Router& router, const TrackingParts& parts);
// What azureml-core sends from inside a run: metrics in both of its dialects, the run record, tags, events, children.
void addRunContextRoutes(Router& router, const TrackingParts& parts);

} // namespace runyard::local
