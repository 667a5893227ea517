#include "local/computes/computes.h"
#include "local/computes/nodepool.h"
#include "local/computes/vmsizes.h"
#include "local/server/changes.h"
#include "local/store/store.h"
#include "core/job.h"
#include "support/iorun.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <optional>
#include <random>
#include <set>

#include <sched.h>

using namespace runyard;
using namespace runyard::local;
using namespace std::chrono_literals;

namespace {

using Leases = std::vector<std::unique_ptr<Lease>>;
const NodePool::Moment t0{};

NodePool::Cluster cluster(const std::string& name, int cores, int most, int least = 0, std::chrono::seconds idle = 60s)
{
    return {name, cores, least, most, idle};
}

api::Compute compute(const std::string& name, const std::string& size, int most, int least = 0, std::int64_t idle = 120)
{
    api::Compute result;
    result.name = name;
    result.vmSize = size;
    result.minNodes = least;
    result.maxNodes = most;
    result.idleSeconds = idle;
    return result;
}

std::vector<std::string> granted(const std::vector<NodePool::Grant>& grants, std::uint64_t ticket)
{
    for (const auto& grant : grants) {
        if (grant.ticket == ticket)
            return grant.nodes;
    }
    return {};
}

// The part of a service that computes need. No thread: tests turn the wheel.
struct Life {
    explicit Life(const QString& folder)
        : store(context, (folder + "/store.sqlite").toStdString()), documents(store), changes(context), computes(context, documents, changes)
    {
        const auto opened = store.open();
        if (!opened)
            qFatal("%s", opened.error().message.c_str());
        computes.load();
    }

    Result<api::Compute> put(api::Compute what) { return await(context, computes.put(std::move(what))); }
    Result<int> remove(const std::string& name) { return await(context, removed(name)); }
    Task<Result<int>> removed(std::string name)
    {
        const auto done = co_await computes.remove(name);
        if (!done)
            co_return Failure(done.error());
        co_return 0;
    }

    struct Run {
        std::optional<Result<Leases>> answer;
        std::vector<std::string> sentences;
        Job job;
    };

    std::unique_ptr<Run> start(const std::string& target, const std::string& id, int count = 1)
    {
        auto run = std::make_unique<Run>();
        run->job = Job(context, hold(*run, target, id, count));
        context.restart();
        context.poll();
        return run;
    }

    Task<> hold(Run& run, std::string target, std::string id, int count)
    {
        const Computes::Waiting waiting = [&run](const std::string& sentence) { run.sentences.push_back(sentence); };
        auto leases = co_await computes.acquire(target, id, count, waiting);
        run.answer.emplace(std::move(leases));
    }

    template<typename Condition>
    bool until(Condition condition, std::chrono::milliseconds limit = 10s)
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        context.restart();
        while (!condition() && std::chrono::steady_clock::now() < end)
            context.run_one_for(10ms);
        return condition();
    }

    asio::io_context context;
    Store store;
    Documents documents;
    Changes changes;
    Computes computes;
};

} // namespace

class ComputesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void nodesAreAllocatedWhenNeededAndGoWhenIdle()
    {
        NodePool pool({0, 1, 2, 3});
        pool.set(cluster("a", 1, 2));
        QVERIFY(pool.settle(t0).empty());
        QVERIFY(pool.nodesOf("a").empty());
        const auto one = pool.request("a", "one", 1);
        const auto nodes = granted(pool.settle(t0), one);
        QCOMPARE(nodes.size(), 1u);
        QCOMPARE(pool.busyCores(), 1);
        pool.release(nodes[0], t0 + 10s);
        pool.settle(t0 + 10s);
        QVERIFY(pool.nextChange() == t0 + 70s);
        pool.settle(t0 + 69s);
        QCOMPARE(pool.nodesOf("a").size(), 1u);
        const auto two = pool.request("a", "two", 1);
        QCOMPARE(granted(pool.settle(t0 + 69s), two), nodes);  // the idle one again
        pool.release(nodes[0], t0 + 80s);
        pool.settle(t0 + 140s);
        QVERIFY(pool.nodesOf("a").empty());
        QVERIFY(!pool.nextChange());
    }

    void theThirdRunWaitsAndSaysForWhom()
    {
        NodePool pool({0, 1});
        pool.set(cluster("a", 1, 4));
        const auto one = pool.request("a", "calm_otter", 1);
        const auto two = pool.request("a", "sad_fox", 1);
        const auto three = pool.request("a", "late_owl", 1);
        const auto four = pool.request("a", "last_elk", 1);
        const auto grants = pool.settle(t0);
        QCOMPARE(grants.size(), 2u);
        const auto first = pool.node(granted(grants, one)[0])->cpus;
        const auto second = pool.node(granted(grants, two)[0])->cpus;
        QVERIFY(first.size() == 1 && second.size() == 1 && first != second);
        QCOMPARE(pool.reason(three), std::string("Waits for calm_otter or sad_fox to end, which hold the cores it needs."));
        QCOMPARE(pool.reason(four), std::string("Waits for calm_otter or sad_fox to end, which hold the cores it needs. late_owl is before it."));
        QCOMPARE(pool.reason(one), std::string());
        pool.release(granted(grants, two)[0], t0 + 1s);
        QCOMPARE(granted(pool.settle(t0 + 1s), three).size(), 1u);
        pool.withdraw(four);
        QVERIFY(pool.settle(t0 + 1s).empty());
    }

    void aFullClusterDoesNotHoldUpOthers()
    {
        NodePool pool({0, 1, 2});
        pool.set(cluster("a", 1, 1));
        pool.set(cluster("b", 1, 2));
        pool.request("a", "one", 1);
        const auto two = pool.request("a", "two", 1);
        const auto three = pool.request("b", "three", 2);
        const auto grants = pool.settle(t0);
        QCOMPARE(granted(grants, three).size(), 2u);
        QVERIFY(granted(grants, two).empty());
        QCOMPARE(pool.reason(two), std::string("Waits for one to end: “a” may have no other node."));
    }

    void aLargeRequestIsNotStarvedBySmallOnes()
    {
        NodePool pool({0, 1});
        pool.set(cluster("all", 2, 1, 0, 0s));
        pool.set(cluster("a", 1, 2));
        pool.request("a", "small", 1);
        QCOMPARE(pool.settle(t0).size(), 1u);
        pool.request("all", "large", 1);
        const auto later = pool.request("a", "later", 1);
        QVERIFY(pool.settle(t0).empty());
        QCOMPARE(pool.reason(later), std::string("Waits for large, which came first."));
        pool.release(std::string(pool.nodesOf("a")[0]->id), t0);
        const auto grants = pool.settle(t0);
        QCOMPARE(grants.size(), 1u);
        QCOMPARE(pool.node(grants[0].nodes[0])->runId, std::string("large"));
    }

    void idleNodesMakeRoomForAnotherCluster()
    {
        NodePool pool({0, 1});
        pool.set(cluster("a", 1, 2, 2));
        pool.set(cluster("b", 2, 1, 0, 0s));
        pool.settle(t0);
        QCOMPARE(pool.nodesOf("a").size(), 2u);  // its minimum
        pool.request("b", "run", 1);
        const auto grants = pool.settle(t0);
        QCOMPARE(grants.size(), 1u);
        QVERIFY(pool.nodesOf("a").empty());
        pool.release(grants[0].nodes[0], t0);
        pool.settle(t0);
        QCOMPARE(pool.nodesOf("a").size(), 2u);
        QVERIFY(pool.nodesOf("b").empty());
    }

    void loweringTheMaximumLetsTheSurplusGo()
    {
        NodePool pool({0, 1, 2, 3});
        pool.set(cluster("a", 1, 3, 3));
        pool.settle(t0);
        pool.request("a", "run", 1);
        const auto node = pool.settle(t0)[0].nodes[0];
        pool.set(cluster("a", 1, 1));
        pool.settle(t0);
        QCOMPARE(pool.nodesOf("a").size(), 1u);
        QVERIFY(!pool.node(node)->isLeaving);
    }

    void noCoreIsEverGivenTwice()
    {
        std::mt19937 dice(11);
        NodePool pool({0, 1, 2, 3, 4, 5, 6, 7});
        pool.set(cluster("a", 1, 6, 1, 5s));
        pool.set(cluster("b", 2, 5, 0, 3s));
        pool.set(cluster("c", 3, 2, 1, 0s));
        pool.set(cluster("all", 8, 1, 0, 0s));
        const std::array<std::string, 4> names{"a", "b", "c", "all"};
        std::vector<std::string> held;
        std::set<std::uint64_t> waiting;
        auto now = t0;
        for (int step = 0; step < 5000; ++step) {
            now += std::chrono::milliseconds(dice() % 2000);
            const auto action = dice() % 5;
            const std::string& name = names[dice() % 4];
            if (action < 2 && waiting.size() < 8)
                waiting.insert(pool.request(name, "r" + std::to_string(step), name == "all" ? 1 : 1 + static_cast<int>(dice() % 2)));
            else if (action < 4 && !held.empty()) {
                std::swap(held[dice() % held.size()], held.back());
                pool.release(held.back(), now);
                held.pop_back();
            } else if (!waiting.empty() && dice() % 2 == 0) {
                pool.withdraw(*waiting.begin());
                waiting.erase(waiting.begin());
            }
            for (const auto& grant : pool.settle(now)) {
                waiting.erase(grant.ticket);
                held.insert(held.end(), grant.nodes.begin(), grant.nodes.end());
            }
            std::set<int> taken;
            std::size_t count = 0;
            for (const std::string& one : names) {
                for (const auto* node : pool.nodesOf(one)) {
                    taken.insert(node->cpus.begin(), node->cpus.end());
                    count += node->cpus.size();
                }
            }
            QCOMPARE(taken.size(), count);
            QVERIFY(count <= 8);
            for (const auto ticket : waiting)
                QVERIFY(!pool.reason(ticket).empty());
        }
        // When all end, all that waits gets its turn.
        for (int round = 0; round < 20000 && !(held.empty() && waiting.empty()); ++round) {
            if (!held.empty()) {
                pool.release(held.back(), now);
                held.pop_back();
            }
            for (const auto& grant : pool.settle(now)) {
                waiting.erase(grant.ticket);
                held.insert(held.end(), grant.nodes.begin(), grant.nodes.end());
            }
        }
        QVERIFY(waiting.empty() && held.empty());
    }

    void coresOfAnEarlierLifeAreTakenUp()
    {
        NodePool pool({0, 1, 2});
        pool.set(cluster("a", 1, 3, 3));
        pool.settle(t0);
        const auto nodes = pool.adopt("a", "old", {1, 2});
        QCOMPARE(nodes->size(), 2u);
        QCOMPARE(pool.adopt("a", "other", {2}).error().code, Error::Code::Conflict);
        QCOMPARE(pool.adopt("gone", "strange", {0})->size(), 1u);
        QCOMPARE(pool.busyCores(), 3);
        pool.request("a", "new", 1);
        QVERIFY(pool.settle(t0).empty());
        pool.release((*nodes)[0], t0);
        QCOMPARE(pool.settle(t0).size(), 1u);
    }

    void sizesHaveCores()
    {
        QCOMPARE(vmSize("Standard_DS1_v2")->cores, 1);
        QCOMPARE(vmSize("STANDARD_D4s_v3")->cores, 4);
        QCOMPARE(vmSize("standard_nc6")->gpus, 1);
        QCOMPARE(vmSize("huge").error().code, Error::Code::Invalid);
        QCOMPARE(vmSize("Standard_").error().code, Error::Code::Invalid);
        QVERIFY(!Computes::sizes().empty());
    }

    void clustersAreMadeCheckedAndKept()
    {
        {
            Life life(m_folder->path());
            QCOMPARE(life.computes.list().size(), 1u);
            const auto machine = life.computes.get("this-computer");
            QVERIFY(machine && machine->currentNodes == 1 && machine->allocationState == "Steady");
            const auto made = life.put(compute("cpu-cluster", "Standard_DS1_v2", 4));
            QVERIFY2(made, made ? "" : made.error().message.c_str());
            QCOMPARE(made->vmSize, std::string("STANDARD_DS1_V2"));
            QCOMPARE(made->provisioningState, std::string("Succeeded"));
            QCOMPARE(life.put(compute("CPU-Cluster", "STANDARD_DS1_V2", 4))->name, std::string("cpu-cluster"));
            const auto other = life.put(compute("cpu-cluster", "Standard_DS2_v2", 4));
            QCOMPARE(other.error().code, Error::Code::Conflict);
            QVERIFY(other.error().message.find("STANDARD_DS1_V2") != std::string::npos);
            QCOMPARE(life.put(compute("this-computer", "Standard_DS1_v2", 4)).error().code, Error::Code::Conflict);
            for (const auto& bad : {compute("1a", "Standard_DS1_v2", 4), compute("a", "Standard_DS1_v2", 4), compute("ab", "Standard_DS1_v2", 0),
                                    compute("ab", "Standard_DS1_v2", 1, 2), compute("ab", "Standard_DS1_v2", 1, 0, -1), compute("ab", "huge", 1)})
                QCOMPARE(life.put(bad).error().code, Error::Code::Invalid);
            QCOMPARE(life.put(compute("cpu-cluster", "STANDARD_DS1_V2", 2, 0, 7))->idleSeconds, 7);
            QVERIFY(life.put(compute("gone", "STANDARD_DS1_V2", 2)));
            QVERIFY(life.remove("gone"));
            QCOMPARE(life.remove("gone").error().code, Error::Code::NotFound);
            QCOMPARE(life.remove("this-computer").error().code, Error::Code::Invalid);
        }
        Life later(m_folder->path());
        QCOMPARE(later.computes.list().size(), 2u);
        QCOMPARE(later.computes.get("cpu-cluster")->maxNodes, 2);
        QCOMPARE(later.computes.get("cpu-cluster")->idleSeconds, 7);
        QVERIFY(later.computes.get("cpu-cluster")->created > 0);
    }

    void runsShareTheMachineByCores()
    {
        Life life(m_folder->path());
        const int cores = life.computes.cores();
        QVERIFY(life.put(compute("cpu-cluster", "STANDARD_DS1_V2", cores + 3, 0, 1)));
        std::vector<std::unique_ptr<Life::Run>> runs;
        for (int i = 0; i < cores; ++i)
            runs.push_back(life.start("cpu-cluster", "run" + std::to_string(i)));
        std::set<int> cpus;
        for (const auto& run : runs) {
            QVERIFY(run->answer && run->answer->has_value());
            for (const int cpu : (**run->answer)[0]->cpus())
                QVERIFY(cpus.insert(cpu).second);
            QVERIFY(run->sentences.empty());
        }
        QCOMPARE(life.computes.busyCores(), cores);
        auto surplus = life.start("cpu-cluster", "surplus");
        auto whole = life.start("this-computer", "whole");
        QVERIFY(!surplus->answer);
        QCOMPARE(surplus->sentences.size(), 1u);
        QVERIFY2(surplus->sentences[0].find("run0") != std::string::npos, surplus->sentences[0].c_str());
        auto view = *life.computes.get("cpu-cluster");
        QCOMPARE(view.running, cores);
        QCOMPARE(view.preparing, 1);
        QCOMPARE(view.allocationState, std::string("Resizing"));
        QCOMPARE(life.remove("cpu-cluster").error().code, Error::Code::Conflict);
        const auto machine = *life.computes.get("this-computer");
        QCOMPARE(machine.idle, 0);
        QCOMPARE(machine.running, 1);
        QCOMPARE(static_cast<int>(life.computes.nodes("this-computer").size()), cores);
        QCOMPARE(life.computes.nodes("this-computer")[0].runId, std::string("run0"));
        runs[0].reset();
        QVERIFY(life.until([&] { return surplus->answer.has_value(); }));
        QVERIFY(surplus->answer->has_value() && !whole->answer);
        whole->job.cancel();
        life.context.restart();
        life.context.poll();
        runs.clear();
        surplus.reset();
        QCOMPARE(life.computes.busyCores(), 0);
        QCOMPARE(life.computes.get("cpu-cluster")->idle, cores);
        QCOMPARE(life.computes.get("this-computer")->idle, 1);
        QCOMPARE(life.computes.nodes("this-computer")[0].state, std::string("idle"));
        const std::string before = life.changes.version("workspace");
        QVERIFY(life.until([&] { return life.computes.get("cpu-cluster")->currentNodes == 0; }, 3s));  // idle for a second
        QVERIFY(life.changes.version("workspace") != before);
        auto again = life.start("this-computer", "again");
        QVERIFY(again->answer && again->answer->has_value());
        QCOMPARE(static_cast<int>((**again->answer)[0]->cpus().size()), cores);
        QCOMPARE(life.computes.nodes("this-computer")[0].runId, std::string("again"));
    }

    void impossibleRequestsAreRefused()
    {
        Life life(m_folder->path());
        QVERIFY(life.put(compute("cpu-cluster", "STANDARD_DS1_V2", 1)));
        QVERIFY(life.put(compute("wide", "STANDARD_DS1_V2", 1000)));
        const auto code = [&](const char* target, int count) { return (*life.start(target, "r", count)->answer).error().code; };
        QCOMPARE(code("nowhere", 1), Error::Code::NotFound);
        QCOMPARE(code("cpu-cluster", 2), Error::Code::Invalid);
        QCOMPARE(code("cpu-cluster", 0), Error::Code::Invalid);
        QCOMPARE(code("wide", life.computes.cores() + 1), Error::Code::Invalid);
        QVERIFY(life.start("WIDE", "r", 1)->answer->has_value());
    }

    void aProcessOnALeaseSeesItsCoresOnly()
    {
        Life life(m_folder->path());
        QVERIFY(life.put(compute("cpu-cluster", "STANDARD_DS1_V2", 1)));
        auto run = life.start("cpu-cluster", "r");
        const auto cpus = (**run->answer)[0]->cpus();
        QProcess process;
        process.setChildProcessModifier([&] {
            cpu_set_t set;
            CPU_ZERO(&set);
            for (const int cpu : cpus)
                CPU_SET(cpu, &set);
            ::sched_setaffinity(0, sizeof set, &set);
        });
        process.start("/usr/bin/python3", {"-c", "import os; print(sorted(os.sched_getaffinity(0)))"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.readAllStandardOutput().trimmed(), QByteArray("[" + QByteArray::number(cpus[0]) + "]"));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(ComputesTest)
#include "computes_test.moc"
