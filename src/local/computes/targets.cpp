#include "targets.h"

#include "api/names.h"
#include "vmsizes.h"

#include <algorithm>

namespace runyard::local {

namespace {

constexpr int mostNodes = 1000;

std::string keyOf(const std::string& name) { return upperCase(name); }

Failure unknown(const std::string& name)
{
    return failure(Error::Code::NotFound, "There is no compute target “" + name + "”: create it, or take " + thisComputer + ".");
}

Result<> checkLimits(const api::Compute& compute)
{
    const auto wrong = [](const std::string& sentence) { return failure(Error::Code::Invalid, sentence); };
    if (compute.maxNodes < 1 || compute.maxNodes > mostNodes)
        return wrong("A cluster has at most 1 to " + std::to_string(mostNodes) + " nodes: change the maximum.");
    if (compute.minNodes < 0 || compute.minNodes > compute.maxNodes)
        return wrong("The minimum of nodes lies between 0 and the maximum, here " + std::to_string(compute.maxNodes) + ".");
    if (compute.idleSeconds < 0 || compute.idleSeconds > 7 * 24 * 3600)
        return wrong("The idle time before a node goes lies between 0 seconds and 7 days.");
    return {};
}

std::string joined(const std::vector<int>& numbers)
{
    std::string text;
    for (const int number : numbers)
        text += (text.empty() ? "" : ",") + std::to_string(number);
    return text;
}

api::Compute machine(int cores)
{
    api::Compute compute;
    compute.name = thisComputer;
    compute.description = "This computer: one node with all its cores. It is there without being created.";
    compute.location = "local";
    compute.vmSize = "THIS_COMPUTER";
    compute.minNodes = 1;
    compute.maxNodes = 1;
    compute.idleSeconds = 0;
    compute.provisioningState = "Succeeded";
    compute.meaning = vmSize("STANDARD_D" + std::to_string(cores)).value_or(api::VmSize{}).meaning;
    return compute;
}

} // namespace

Targets::Targets(NodePool& pool) : m_pool(pool)
{
    m_byKey[keyOf(thisComputer)] = machine(pool.cores());
    // It holds no core while no run is on it, whatever its one node looks like from outside.
    m_pool.set({thisComputer, pool.cores(), 0, 1, std::chrono::seconds(0)});
}

Result<api::Compute> Targets::checked(api::Compute wanted) const
{
    if (auto name = api::checkComputeName(wanted.name); !name)
        return Failure(std::move(name).error());
    if (keyOf(wanted.name) == keyOf(thisComputer))
        return failure(Error::Code::Conflict, "“" + thisComputer + "” is there by itself and cannot be changed: choose another name.");
    if (wanted.type != "AmlCompute")
        return failure(Error::Code::Invalid, "A compute target of the kind “" + wanted.type + "” cannot be made here: take AmlCompute.");
    if (auto limits = checkLimits(wanted); !limits)
        return Failure(std::move(limits).error());
    const auto size = vmSize(wanted.vmSize);
    if (!size)
        return Failure(size.error());
    wanted.vmSize = size->name;
    wanted.meaning = size->meaning;
    wanted.location = wanted.location.empty() ? "local" : wanted.location;
    wanted.provisioningState = "Succeeded";
    const auto existing = m_byKey.find(keyOf(wanted.name));
    wanted.modified = nowMillis();
    wanted.created = existing == m_byKey.end() ? wanted.modified : existing->second.created;
    if (existing == m_byKey.end())
        return wanted;
    if (existing->second.vmSize != wanted.vmSize)
        return failure(Error::Code::Conflict, "“" + existing->second.name + "” exists with the size " + existing->second.vmSize +
                                                  ": take it as it is, or choose another name.");
    wanted.name = existing->second.name;
    return wanted;
}

void Targets::set(const api::Compute& compute)
{
    m_byKey[keyOf(compute.name)] = compute;
    const auto size = vmSize(compute.vmSize);
    m_pool.set({compute.name, size ? size->cores : 1, compute.minNodes, compute.maxNodes, std::chrono::seconds(compute.idleSeconds)});
}

Result<> Targets::checkRemovable(const std::string& name) const
{
    const auto found = m_byKey.find(keyOf(name));
    if (found == m_byKey.end())
        return unknown(name);
    if (found->first == keyOf(thisComputer))
        return failure(Error::Code::Invalid, "“" + thisComputer + "” cannot be removed.");
    std::string user;
    for (const auto* node : m_pool.nodesOf(found->second.name))
        user = node->runId.empty() ? user : node->runId;
    for (const auto& request : m_pool.waitingFor(found->second.name))
        user = request.runId;
    if (!user.empty())
        return failure(Error::Code::Conflict, "“" + found->second.name + "” is in use by run " + user + ": cancel it or wait until it ends.");
    return {};
}

void Targets::remove(const std::string& name)
{
    const auto real = realName(name);
    if (!real)
        return;
    m_pool.remove(*real);
    m_byKey.erase(keyOf(name));
}

std::optional<std::string> Targets::realName(const std::string& name) const
{
    const auto found = m_byKey.find(keyOf(name));
    return found == m_byKey.end() ? std::nullopt : std::optional(found->second.name);
}

std::optional<api::Compute> Targets::get(const std::string& name) const
{
    const auto found = m_byKey.find(keyOf(name));
    return found == m_byKey.end() ? std::nullopt : std::optional(withCounts(found->second));
}

std::vector<api::Compute> Targets::all() const
{
    std::vector<api::Compute> result{withCounts(m_byKey.at(keyOf(thisComputer)))};
    for (const auto& [key, compute] : m_byKey) {
        if (key != keyOf(thisComputer))
            result.push_back(withCounts(compute));
    }
    return result;
}

// Nodes that waiting runs want and the cluster may have count as preparing: they come when cores are free.
api::Compute Targets::withCounts(api::Compute compute) const
{
    const bool isMachine = compute.name == thisComputer;
    compute.idle = compute.running = compute.leaving = compute.unusable = 0;
    for (const auto* node : m_pool.nodesOf(compute.name)) {
        int& count = node->isLeaving ? compute.leaving : node->runId.empty() ? compute.idle : compute.running;
        ++count;
    }
    // The machine is one node, and it runs where a cluster's runs hold some of its cores.
    if (isMachine) {
        compute.running = m_pool.busyCores() > 0 ? 1 : 0;
        compute.idle = 1 - compute.running;
    }
    int wanted = 0;
    for (const auto& request : m_pool.waitingFor(compute.name))
        wanted += request.count;
    const int present = compute.idle + compute.running;
    const int target = std::clamp(std::max(compute.minNodes, compute.running + wanted), std::min(present, compute.maxNodes), compute.maxNodes);
    compute.preparing = std::max(0, target - present);
    compute.currentNodes = present + compute.leaving;
    compute.targetNodes = present + compute.preparing;
    compute.allocationState = compute.currentNodes == compute.targetNodes ? "Steady" : "Resizing";
    return compute;
}

std::vector<api::ComputeNode> Targets::nodes(const std::string& name) const
{
    std::vector<api::ComputeNode> result;
    const auto real = realName(name);
    if (!real)
        return result;
    for (const auto* node : *real == thisComputer ? m_pool.held() : m_pool.nodesOf(*real)) {
        const std::string state = node->isLeaving ? "leaving" : node->runId.empty() ? "idle" : "running";
        result.push_back({node->id, state, node->runId, joined(node->cpus)});
    }
    if (result.empty() && *real == thisComputer)
        result.push_back({thisComputer, "idle", "", joined(ownCpus())});
    return result;
}

Result<> Targets::checkRequest(const std::string& name, int count) const
{
    const auto found = m_byKey.find(keyOf(name));
    if (found == m_byKey.end())
        return unknown(name);
    const api::Compute& compute = found->second;
    if (count < 1)
        return failure(Error::Code::Invalid, "A run needs at least one node.");
    if (count > compute.maxNodes)
        return failure(Error::Code::Invalid, "The run asks for " + std::to_string(count) + " nodes and “" + compute.name + "” has at most " +
                                                 std::to_string(compute.maxNodes) + ": raise the maximum or ask for fewer.");
    const auto size = vmSize(compute.vmSize);
    const int each = std::min(size ? size->cores : 1, m_pool.cores());
    if (compute.name != thisComputer && count * each > m_pool.cores())
        return failure(Error::Code::Invalid, "The run asks for " + std::to_string(count * each) + " cores at once and this computer has " +
                                                 std::to_string(m_pool.cores()) + ": ask for fewer nodes or a smaller size.");
    return {};
}

} // namespace runyard::local
