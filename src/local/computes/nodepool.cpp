#include "nodepool.h"

#include <algorithm>
#include <set>

namespace runyard::local {

namespace {

// "a, b or c"
std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
    return text;
}

} // namespace

// How a request stands to its cluster's limit and to the machine's cores.
struct NodePool::Needs {
    int idle = 0;        // idle nodes of its cluster that it would take
    int fresh = 0;       // nodes to allocate
    bool hasRoom = true;   // its cluster may have that many
    bool hasCores = true;  // once idle nodes of other clusters make room
};

NodePool::NodePool(std::vector<int> cpus) : m_cpus(std::move(cpus)) {}

void NodePool::set(Cluster cluster)
{
    cluster.coresPerNode = std::clamp(cluster.coresPerNode, 1, std::max(1, cores()));
    m_clusters[cluster.name] = cluster;
    int count = 0;
    for (const bool isBusy : {true, false}) {  // where there are too many, idle ones leave first
        for (Node& node : m_nodes) {
            if (node.cluster == cluster.name && node.runId.empty() != isBusy)
                node.isLeaving = ++count > cluster.maxNodes;
        }
    }
}

void NodePool::remove(const std::string& cluster)
{
    m_clusters.erase(cluster);
    std::erase_if(m_nodes, [&](const Node& node) { return node.cluster == cluster && node.runId.empty(); });
    for (Node& node : m_nodes)
        node.isLeaving = node.isLeaving || node.cluster == cluster;
}

std::uint64_t NodePool::request(const std::string& cluster, const std::string& runId, int count)
{
    m_requests.push_back({++m_lastTicket, cluster, runId, count});
    return m_lastTicket;
}

void NodePool::withdraw(std::uint64_t ticket)
{
    std::erase_if(m_requests, [&](const Request& request) { return request.ticket == ticket; });
}

void NodePool::release(const std::string& id, Moment now)
{
    for (Node& node : m_nodes) {
        if (node.id == id) {
            node.runId.clear();
            node.idleSince = now;
        }
    }
}

Result<std::vector<std::string>> NodePool::adopt(const std::string& cluster, const std::string& runId, const std::vector<int>& cpus)
{
    std::vector<int> wanted = cpus.empty() ? m_cpus : cpus;
    for (const Node& node : m_nodes) {
        const auto isWanted = [&](int cpu) { return std::find(wanted.begin(), wanted.end(), cpu) != wanted.end(); };
        if (!node.runId.empty() && std::any_of(node.cpus.begin(), node.cpus.end(), isWanted))
            return failure(Error::Code::Conflict, "The cores of run “" + runId + "” are held by run “" + node.runId + "” already.");
    }
    std::erase_if(m_nodes, [&](const Node& node) {
        return std::any_of(node.cpus.begin(), node.cpus.end(), [&](int cpu) { return std::find(wanted.begin(), wanted.end(), cpu) != wanted.end(); });
    });
    const auto known = m_clusters.find(cluster);
    const std::size_t size = known == m_clusters.end() ? wanted.size() : static_cast<std::size_t>(known->second.coresPerNode);
    std::vector<std::string> ids;
    for (std::size_t begin = 0; begin < wanted.size(); begin += size) {
        const auto first = wanted.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = wanted.begin() + static_cast<std::ptrdiff_t>(std::min(begin + size, wanted.size()));
        m_nodes.push_back({cluster + "-node-" + std::to_string(++m_lastNode), cluster, {first, last}, runId, {}, known == m_clusters.end()});
        ids.push_back(m_nodes.back().id);
    }
    return ids;
}

std::vector<NodePool::Grant> NodePool::settle(Moment now)
{
    dropIdle(now);
    std::vector<Grant> grants;
    std::set<std::string> full;  // clusters whose first waiting request waits for a node
    const auto requests = m_requests;
    for (const Request& request : requests) {
        const Needs needs = needsOf(request);
        if (!needs.hasRoom || full.contains(request.cluster)) {
            full.insert(request.cluster);
            continue;
        }
        if (!needs.hasCores)
            return grants;
        grants.push_back(grant(request, needs, now));
    }
    keepMinimum(now);
    return grants;
}

NodePool::Needs NodePool::needsOf(const Request& request) const
{
    Needs needs;
    const auto cluster = m_clusters.find(request.cluster);
    if (cluster == m_clusters.end()) {
        needs.hasRoom = false;
        return needs;
    }
    int held = 0;
    auto available = static_cast<int>(freeCpus().size());
    for (const Node& node : m_nodes) {
        const bool isOwn = node.cluster == request.cluster;
        held += isOwn && !node.runId.empty() ? 1 : 0;
        needs.idle += isOwn && node.runId.empty() ? 1 : 0;
        available += !isOwn && node.runId.empty() ? static_cast<int>(node.cpus.size()) : 0;
    }
    needs.idle = std::min(needs.idle, request.count);
    needs.fresh = request.count - needs.idle;
    needs.hasRoom = held + request.count <= cluster->second.maxNodes;
    needs.hasCores = needs.fresh * cluster->second.coresPerNode <= available;
    return needs;
}

std::vector<int> NodePool::freeCpus() const
{
    std::set<int> taken;
    for (const Node& node : m_nodes)
        taken.insert(node.cpus.begin(), node.cpus.end());
    std::vector<int> result;
    std::copy_if(m_cpus.begin(), m_cpus.end(), std::back_inserter(result), [&](int cpu) { return !taken.contains(cpu); });
    return result;
}

void NodePool::dropIdle(Moment now)
{
    std::map<std::string, int> counts;
    for (const Node& node : m_nodes)
        ++counts[node.cluster];
    std::erase_if(m_nodes, [&](const Node& node) {
        const auto cluster = m_clusters.find(node.cluster);
        if (!node.runId.empty())
            return false;
        const bool isOver = cluster == m_clusters.end() || node.isLeaving ||
                            (counts[node.cluster] > cluster->second.minNodes && now - node.idleSince >= cluster->second.idle);
        counts[node.cluster] -= isOver ? 1 : 0;
        return isOver;
    });
}

// Idle nodes of other clusters go until so many cores are free, those that were idle longest first.
void NodePool::makeRoom(const std::string& cluster, int wanted)
{
    while (static_cast<int>(freeCpus().size()) < wanted) {
        auto oldest = m_nodes.end();
        for (auto node = m_nodes.begin(); node != m_nodes.end(); ++node) {
            const bool isCandidate = node->runId.empty() && node->cluster != cluster;
            if (isCandidate && (oldest == m_nodes.end() || node->idleSince < oldest->idleSince))
                oldest = node;
        }
        if (oldest == m_nodes.end())
            return;
        m_nodes.erase(oldest);
    }
}

NodePool::Node& NodePool::allocate(const Cluster& cluster, Moment now)
{
    auto cpus = freeCpus();
    cpus.resize(static_cast<std::size_t>(cluster.coresPerNode));
    m_nodes.push_back({cluster.name + "-node-" + std::to_string(++m_lastNode), cluster.name, std::move(cpus), {}, now, false});
    return m_nodes.back();
}

NodePool::Grant NodePool::grant(const Request& request, const Needs& needs, Moment now)
{
    Grant result{request.ticket, {}};
    const Cluster cluster = m_clusters.at(request.cluster);
    for (Node& node : m_nodes) {
        if (static_cast<int>(result.nodes.size()) < needs.idle && node.cluster == request.cluster && node.runId.empty()) {
            node.runId = request.runId;
            result.nodes.push_back(node.id);
        }
    }
    makeRoom(request.cluster, needs.fresh * cluster.coresPerNode);
    for (int i = 0; i < needs.fresh; ++i) {
        Node& node = allocate(cluster, now);
        node.runId = request.runId;
        result.nodes.push_back(node.id);
    }
    withdraw(request.ticket);
    return result;
}

void NodePool::keepMinimum(Moment now)
{
    for (const auto& [name, cluster] : m_clusters) {
        const auto has = [&, &id = name] { return std::count_if(m_nodes.begin(), m_nodes.end(), [&](const Node& node) { return node.cluster == id; }); };
        while (has() < cluster.minNodes && static_cast<int>(freeCpus().size()) >= cluster.coresPerNode)
            allocate(cluster, now);
    }
}

std::optional<NodePool::Moment> NodePool::nextChange() const
{
    std::map<std::string, int> counts;
    for (const Node& node : m_nodes)
        ++counts[node.cluster];
    std::optional<Moment> next;
    for (const Node& node : m_nodes) {
        const auto cluster = m_clusters.find(node.cluster);
        if (!node.runId.empty() || cluster == m_clusters.end() || counts[node.cluster] <= cluster->second.minNodes)
            continue;
        const Moment end = node.idleSince + cluster->second.idle;
        next = next ? std::min(*next, end) : end;
    }
    return next;
}

std::vector<std::string> NodePool::holders(const std::string& cluster) const
{
    std::vector<std::string> runs;
    for (const Node& node : m_nodes) {
        const bool isNew = std::find(runs.begin(), runs.end(), node.runId) == runs.end();
        if (!node.runId.empty() && isNew && (cluster.empty() || node.cluster == cluster))
            runs.push_back(node.runId);
    }
    return runs;
}

std::string NodePool::reason(std::uint64_t ticket) const
{
    const auto own = std::find_if(m_requests.begin(), m_requests.end(), [&](const Request& one) { return one.ticket == ticket; });
    if (own == m_requests.end())
        return {};
    const auto isAhead = [&](const Request& other) {
        const Needs theirs = needsOf(other);
        return other.cluster == own->cluster || (theirs.hasRoom && !theirs.hasCores);
    };
    const auto first = std::find_if(m_requests.begin(), own, isAhead);
    const Needs needs = needsOf(*own);
    if (needs.hasRoom && needs.hasCores)
        return first == own ? std::string() : "Waits for " + first->runId + ", which came first.";
    const auto runs = holders(needs.hasRoom ? std::string() : own->cluster);
    const std::string behind = first == own ? "" : " " + first->runId + " is before it.";
    const std::string who = "Waits for " + listed(runs) + " to end";
    if (!needs.hasRoom)
        return who + ": “" + own->cluster + "” may have no other node." + behind;
    return who + (runs.size() == 1 ? ", which holds" : ", which hold") + " the cores it needs." + behind;
}

const NodePool::Node* NodePool::node(const std::string& id) const
{
    const auto found = std::find_if(m_nodes.begin(), m_nodes.end(), [&](const Node& node) { return node.id == id; });
    return found == m_nodes.end() ? nullptr : &*found;
}

std::vector<const NodePool::Node*> NodePool::held() const
{
    std::vector<const Node*> result;
    for (const Node& node : m_nodes) {
        if (!node.runId.empty())
            result.push_back(&node);
    }
    return result;
}

std::vector<const NodePool::Node*> NodePool::nodesOf(const std::string& cluster) const
{
    std::vector<const Node*> result;
    for (const Node& node : m_nodes) {
        if (node.cluster == cluster)
            result.push_back(&node);
    }
    return result;
}

std::vector<NodePool::Request> NodePool::waitingFor(const std::string& cluster) const
{
    std::vector<Request> result;
    std::copy_if(m_requests.begin(), m_requests.end(), std::back_inserter(result), [&](const Request& request) { return request.cluster == cluster; });
    return result;
}

int NodePool::busyCores() const
{
    std::size_t count = 0;
    for (const Node& node : m_nodes)
        count += node.runId.empty() ? 0 : node.cpus.size();
    return static_cast<int>(count);
}

} // namespace runyard::local
