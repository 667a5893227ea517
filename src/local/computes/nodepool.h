#pragma once

#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace runyard::local {

// Who has which cores of this machine: clusters, their nodes, and the requests that wait. Pure logic: the time is told, nothing
// happens by itself. After each change, settle() brings all into order: idle nodes go, waiting requests get theirs, first come
// first served. A request that waits for cores lets no later one past; one that waits for a node of its full cluster does.
class NodePool {
public:
    using Moment = std::chrono::steady_clock::time_point;

    struct Cluster {
        std::string name;
        int coresPerNode = 1;
        int minNodes = 0;
        int maxNodes = 1;
        std::chrono::seconds idle{120};  // before a node above minNodes goes
    };

    struct Node {
        std::string id;
        std::string cluster;
        std::vector<int> cpus;
        std::string runId;  // empty: idle
        Moment idleSince{};
        bool isLeaving = false;  // goes when its run ends
    };

    struct Request {
        std::uint64_t ticket = 0;
        std::string cluster;
        std::string runId;
        int count = 1;
    };

    struct Grant {
        std::uint64_t ticket = 0;
        std::vector<std::string> nodes;
    };

    explicit NodePool(std::vector<int> cpus);

    void set(Cluster cluster);  // new, or other limits of one that is there
    void remove(const std::string& cluster);
    std::uint64_t request(const std::string& cluster, const std::string& runId, int count);
    void withdraw(std::uint64_t ticket);
    void release(const std::string& node, Moment now);
    // Nodes on exactly these cores, which a run has held since before this pool was made. Conflict where another holds one.
    Result<std::vector<std::string>> adopt(const std::string& cluster, const std::string& runId, const std::vector<int>& cpus);

    std::vector<Grant> settle(Moment now);
    std::optional<Moment> nextChange() const;  // when settle() would let a node go

    // Whom a waiting request waits for, as a sentence; empty where it does not wait.
    std::string reason(std::uint64_t ticket) const;

    const Node* node(const std::string& id) const;
    std::vector<const Node*> nodesOf(const std::string& cluster) const;
    std::vector<const Node*> held() const;  // by runs, of all clusters
    std::vector<Request> waitingFor(const std::string& cluster) const;
    int cores() const { return static_cast<int>(m_cpus.size()); }
    int busyCores() const;  // of nodes that a run holds

private:
    struct Needs;

    Needs needsOf(const Request& request) const;
    std::vector<int> freeCpus() const;
    std::vector<std::string> holders(const std::string& cluster) const;  // runs; of any cluster where it is empty
    void dropIdle(Moment now);
    void makeRoom(const std::string& cluster, int cores);
    Node& allocate(const Cluster& cluster, Moment now);
    Grant grant(const Request& request, const Needs& needs, Moment now);
    void keepMinimum(Moment now);

    std::vector<int> m_cpus;
    std::map<std::string, Cluster> m_clusters;
    std::vector<Node> m_nodes;
    std::vector<Request> m_requests;  // in order of arrival
    std::uint64_t m_lastTicket = 0;
    std::uint64_t m_lastNode = 0;
};

} // namespace runyard::local
