#pragma once

#include "api/compute.h"
#include "core/result.h"
#include "nodepool.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace runyard::local {

// The name of the compute target that every workspace has.
inline const std::string thisComputer = "this-computer";

// The compute targets and what they mean for the pool. Names are compared without regard to case, as Azure does.
class Targets {
public:
    explicit Targets(NodePool& pool);

    // What `wanted` would become: a new target, or one that is there with new limits. Conflict where the size differs.
    Result<api::Compute> checked(api::Compute wanted) const;
    void set(const api::Compute& compute);
    Result<> checkRemovable(const std::string& name) const;
    void remove(const std::string& name);

    std::optional<std::string> realName(const std::string& name) const;  // as it was created
    std::optional<api::Compute> get(const std::string& name) const;  // with counts of nodes
    std::vector<api::Compute> all() const;  // this computer first, then by name
    std::vector<api::ComputeNode> nodes(const std::string& name) const;
    // Whether a run could ever have so many nodes.
    Result<> checkRequest(const std::string& name, int count) const;

private:
    api::Compute withCounts(api::Compute compute) const;

    NodePool& m_pool;
    std::map<std::string, api::Compute> m_byKey;
};

} // namespace runyard::local
