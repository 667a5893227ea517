#pragma once

#include "local/server/router.h"

#include <memory>

namespace runyard::local {

class Blobs;
class Changes;
class Computes;
class Documents;
class Environments;
class Scheduler;
class Store;
class Supervisor;

// What the ARM and run-history routes stand on.
struct ResourceParts {
    Store& store;
    Documents& documents;
    Blobs& blobs;
    Computes& computes;
    Environments& environments;
    Scheduler& scheduler;
    Supervisor& supervisor;
    Changes& changes;
    std::string workspacePath;   // "/subscriptions/…/workspaces/{name}", as this service writes it
    std::string subscriptionId;
    std::string location;        // "local"
    std::function<std::string(const std::string& base, const std::string& container, const std::string& name)> sasUrl;  // of a blob, to be read without a token
};
using SharedParts = std::shared_ptr<const ResourceParts>;

// All routes below, in one call.
void addResourceRoutes(Router& router, SharedParts parts);

void addJobRoutes(Router& router, const SharedParts& parts);
void addHistoryRoutes(Router& router, const SharedParts& parts);
void addComputeRoutes(Router& router, const SharedParts& parts);
void addEnvironmentRoutes(Router& router, const SharedParts& parts);
void addDataRoutes(Router& router, const SharedParts& parts);
void addModelRoutes(Router& router, const SharedParts& parts);

} // namespace runyard::local
