#pragma once

#include "computes.h"
#include "datastores.h"
#include "estimator.h"
#include "localservice.h"
#include "models.h"
#include "runs.h"

namespace runyard::client {

// Everything the desktop can ask of one workspace.
class Client {
public:
    Client(http::Transport& transport, std::filesystem::path dataFolder, std::filesystem::path serviceProgram)
        : connection(transport), service(connection, std::move(dataFolder), std::move(serviceProgram)), datastores(connection), computes(connection),
          estimators(connection), runs(connection), models(connection) {}

    Connection connection;
    LocalService service;
    Datastores datastores;
    Computes computes;
    Estimators estimators;
    Runs runs;
    Models models;
};

} // namespace runyard::client
