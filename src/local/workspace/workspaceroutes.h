#pragma once

#include "api/workspace.h"
#include "local/blobs/blobs.h"
#include "local/blobs/sas.h"
#include "local/server/router.h"
#include "local/server/tokens.h"
#include "local/store/store.h"

namespace runyard::local {

// What the service says of itself: GET /runyard/v1/health.
struct Health {
    int cores = 0;
    int coresBusy = 0;
    int activeRuns = 0;
};

// What the routes of the workspace itself need of the rest.
struct WorkspaceParts {
    api::Workspace workspace;
    const Tokens& tokens;
    Blobs& blobs;
    Documents& documents;
    const Sas& sas;
    std::function<Health()> health;
};

// The workspace, what leads to it (subscriptions, discovery, cloud metadata), and the service's health.
void addWorkspaceRoutes(Router& router, WorkspaceParts parts);
// The three datastores that every workspace has.
void addDatastoreRoutes(Router& router, WorkspaceParts parts);
// Code versions: snapshots of source folders.
void addCodeRoutes(Router& router, WorkspaceParts parts);

} // namespace runyard::local
