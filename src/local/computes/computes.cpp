#include "computes.h"

#include "api/json.h"
#include "local/server/changes.h"
#include "local/store/store.h"
#include "nodepool.h"
#include "targets.h"
#include "vmsizes.h"

#include <map>

namespace runyard::local {

using Leases = std::vector<std::unique_ptr<Lease>>;

// The pool with what makes it live: a timer for idle nodes, the runs that wait, the documents.
struct Computes::State : std::enable_shared_from_this<Computes::State> {
    // A run that waits for nodes, or has been given some that it has not taken yet.
    class Waiter;
    class HeldNode;
    using Self = std::shared_ptr<State>;

    State(asio::io_context& io, Documents& store, Changes& told)
        : context(io), documents(store), changes(told), pool(ownCpus()), targets(pool), timer(io)
    {
    }

    asio::io_context& context;
    Documents& documents;
    Changes& changes;
    NodePool pool;
    Targets targets;
    asio::steady_timer timer;
    std::map<std::uint64_t, Waiter*> waiters;
    bool isClosed = false;  // what coroutines give back after the end reaches nobody

    // To be called after every change: hands out nodes, wakes who has something to hear, sets the timer.
    void settle();
    void schedule();
    std::unique_ptr<Lease> hold(const std::string& node);
    void release(const std::string& node);

    static Task<Result<Leases>> acquire(Self self, std::string compute, std::string runId, int count, Waiting waiting);
    static Task<Result<api::Compute>> put(Self self, api::Compute compute);
    static Task<Result<>> remove(Self self, std::string name);
};

class Computes::State::HeldNode : public Lease {
public:
    HeldNode(Self state, const NodePool::Node& node) : m_state(std::move(state)), m_id(node.id), m_cpus(node.cpus) {}
    ~HeldNode() override { m_state->release(m_id); }
    HeldNode(const HeldNode&) = delete;
    HeldNode& operator=(const HeldNode&) = delete;

    std::vector<int> cpus() const override { return m_cpus; }
    std::string node() const override { return m_id; }

private:
    Self m_state;
    std::string m_id;
    std::vector<int> m_cpus;
};

class Computes::State::Waiter {
public:
    Waiter(Self state, const std::string& compute, const std::string& runId, int count)
        : woken(state->context), m_state(std::move(state)), m_ticket(m_state->pool.request(compute, runId, count))
    {
        m_state->waiters[m_ticket] = this;
    }

    ~Waiter()
    {
        m_state->waiters.erase(m_ticket);
        m_state->pool.withdraw(m_ticket);
        if (!hasNodes)
            m_state->settle();  // who was behind it may go on
    }

    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    Event woken;
    bool hasNodes = false;
    Leases nodes;
    std::string sentence;

private:
    Self m_state;
    std::uint64_t m_ticket;
};

void Computes::State::settle()
{
    if (isClosed)
        return;
    for (const auto& grant : pool.settle(std::chrono::steady_clock::now())) {
        Waiter& waiter = *waiters.at(grant.ticket);
        for (const auto& node : grant.nodes)
            waiter.nodes.push_back(hold(node));
        waiter.hasNodes = true;
        waiter.woken.set();
    }
    for (const auto& [ticket, waiter] : waiters) {
        std::string sentence = waiter->hasNodes ? std::string() : pool.reason(ticket);
        if (sentence == waiter->sentence)
            continue;
        waiter->sentence = std::move(sentence);
        waiter->woken.set();
    }
    schedule();
    changes.touch("workspace");
}

void Computes::State::schedule()
{
    const auto next = pool.nextChange();
    if (!next) {
        timer.cancel();
        return;
    }
    timer.expires_at(*next);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& aborted) {
        const auto self = weak.lock();
        if (!aborted && self)
            self->settle();
    });
}

std::unique_ptr<Lease> Computes::State::hold(const std::string& node) { return std::make_unique<HeldNode>(shared_from_this(), *pool.node(node)); }

void Computes::State::release(const std::string& node)
{
    pool.release(node, std::chrono::steady_clock::now());
    settle();
}

Task<Result<Leases>> Computes::State::acquire(Self self, std::string compute, std::string runId, int count, Waiting waiting)
{
    const auto possible = self->targets.checkRequest(compute, count);
    if (!possible)
        co_return Failure(possible.error());
    Waiter waiter(self, *self->targets.realName(compute), runId, count);
    self->settle();
    std::string told;
    while (!waiter.hasNodes) {
        if (waiting && !waiter.sentence.empty() && waiter.sentence != told)
            waiting(waiter.sentence);
        told = waiter.sentence;
        co_await waiter.woken.wait();
    }
    co_return std::move(waiter.nodes);
}

Task<Result<api::Compute>> Computes::State::put(Self self, api::Compute compute)
{
    const auto checked = self->targets.checked(std::move(compute));
    if (!checked)
        co_return Failure(checked.error());
    const auto before = self->targets.get(checked->name);
    self->targets.set(*checked);  // before it is durable, so that nobody takes the name meanwhile
    const std::string json = api::toJson(*checked, "").dump();
    const auto stored = co_await self->documents.put("compute", checked->name, "", json);
    if (!stored) {
        if (before)
            self->targets.set(*before);
        else
            self->targets.remove(checked->name);
        co_return Failure(stored.error());
    }
    self->settle();
    co_return *self->targets.get(checked->name);
}

Task<Result<>> Computes::State::remove(Self self, std::string name)
{
    const auto possible = self->targets.checkRemovable(name);
    if (!possible)
        co_return possible;
    const auto before = *self->targets.get(name);
    self->targets.remove(name);  // before it is durable, so that no run comes to it meanwhile
    const auto removed = co_await self->documents.remove("compute", before.name, "");
    if (!removed) {
        self->targets.set(before);
        co_return removed;
    }
    self->settle();
    co_return Result<>();
}

Computes::Computes(asio::io_context& context, Documents& documents, Changes& changes)
    : m_state(std::make_shared<State>(context, documents, changes))
{
}

Computes::~Computes()
{
    m_state->isClosed = true;
    m_state->timer.cancel();
}

void Computes::load()
{
    for (const auto& document : m_state->documents.list("compute")) {
        const auto compute = api::read<api::Compute>(document.json);
        if (compute && compute->name != thisComputer)
            m_state->targets.set(*compute);
    }
    m_state->settle();
}

std::vector<api::Compute> Computes::list() const { return m_state->targets.all(); }

std::optional<api::Compute> Computes::get(const std::string& name) const { return m_state->targets.get(name); }

Task<Result<api::Compute>> Computes::put(api::Compute compute) { return State::put(m_state, std::move(compute)); }

Task<Result<>> Computes::remove(std::string name) { return State::remove(m_state, std::move(name)); }

std::vector<api::ComputeNode> Computes::nodes(const std::string& name) const { return m_state->targets.nodes(name); }

std::vector<api::VmSize> Computes::sizes() { return vmSizes(); }

int Computes::cores() const { return m_state->pool.cores(); }

int Computes::busyCores() const { return m_state->pool.busyCores(); }

Task<Result<Leases>> Computes::acquire(std::string compute, std::string runId, int count, Waiting waiting)
{
    return State::acquire(m_state, std::move(compute), std::move(runId), count, std::move(waiting));
}

Result<Leases> Computes::adopt(const std::string& compute, const std::string& runId, const std::vector<int>& cpus)
{
    const auto nodes = m_state->pool.adopt(m_state->targets.realName(compute).value_or(compute), runId, cpus);
    if (!nodes)
        return Failure(nodes.error());
    Leases leases;
    for (const auto& node : *nodes)
        leases.push_back(m_state->hold(node));
    m_state->settle();
    return leases;
}

} // namespace runyard::local
