#pragma once

#include "api/compute.h"
#include "core/result.h"
#include "core/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace runyard::local {

class Changes;
class Documents;

// A node that a run holds; given back when this goes.
class Lease {
public:
    virtual ~Lease() = default;
    virtual std::vector<int> cpus() const = 0;
    virtual std::string node() const = 0;
};

// The compute targets of this machine: one pool of cores, clusters that take nodes from it.
class Computes {
public:
    using Waiting = std::function<void(const std::string& sentence)>;  // "waits for calm_otter_…, which holds the last free core"

    Computes(asio::io_context& context, Documents& documents, Changes& changes);
    ~Computes();

    void load();  // from the documents
    std::vector<api::Compute> list() const;
    std::optional<api::Compute> get(const std::string& name) const;
    // Creates, or changes min, max and idle time of one that exists; Conflict where the size differs.
    Task<Result<api::Compute>> put(api::Compute compute);
    Task<Result<>> remove(std::string name);
    std::vector<api::ComputeNode> nodes(const std::string& name) const;  // by nodes held; waiting runs have none yet
    static std::vector<api::VmSize> sizes();
    int cores() const;
    int busyCores() const;  // held by runs

    // Waits for nodes of a cluster, first come first served; tells through `waiting` for whom.
    Task<Result<std::vector<std::unique_ptr<Lease>>>> acquire(std::string compute, std::string runId, int count, Waiting waiting);
    // Takes up the cores of a run that an earlier life of the service started.
    Result<std::vector<std::unique_ptr<Lease>>> adopt(const std::string& compute, const std::string& runId, const std::vector<int>& cpus);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace runyard::local
