#pragma once

#include "api/compute.h"
#include "connection.h"

#include <vector>

namespace runyard::client {

class Computes {
public:
    explicit Computes(Connection& connection) : m_connection(connection) {}

    Task<Result<std::vector<api::Compute>>> list();
    Task<Result<api::Compute>> get(std::string name);
    // Finds the cluster or creates it, and answers when it is provisioned. Conflict where it exists with another size.
    Task<Result<api::Compute>> findOrCreate(api::Compute wanted);
    Task<Result<api::Compute>> update(api::Compute wanted);
    Task<Result<>> remove(std::string name);
    Task<Result<std::vector<api::ComputeNode>>> nodes(std::string name);
    Task<Result<std::vector<api::VmSize>>> sizes();

private:
    Task<Result<api::Compute>> put(api::Compute wanted);
    Connection& m_connection;
};

} // namespace runyard::client
