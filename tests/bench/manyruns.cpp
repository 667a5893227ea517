#include "manyruns.h"

#include "core/ids.h"
#include "core/job.h"
#include "local/store/database.h"
#include "local/store/metricrows.h"
#include "local/store/rows.h"
#include "local/store/store.h"

#include <boost/asio/executor_work_guard.hpp>

#include <random>

namespace runyard::bench {

using namespace runyard::local;

namespace {

constexpr int RunsAGroup = 1000;
constexpr Millis Year2025 = 1'735'689'600'000;

// The same store at every start.
class Maker {
public:
    Result<> make(Database& database, int from, int to)
    {
        for (int number = from; number < to; ++number) {
            const auto made = insertRun(database, rowOf(number));
            if (!made)
                return Failure(made.error());
            addValues(database, *made);
        }
        return {};
    }

private:
    RunRow rowOf(int number)
    {
        const char* const states[] = {"Completed", "Completed", "Completed", "Completed", "Completed", "Completed", "Completed", "Failed", "Canceled", "Running"};
        RunRow run;
        run.id = randomHex(16);
        run.displayName = "train-" + std::to_string(number);
        run.experiment = 1 + number % ExperimentsOfMany;
        run.kind = number % 10 == 0 ? "Command" : "Interactive";
        run.status = run.kind == "Command" ? "Completed" : states[m_dice() % 10];
        run.user = number % 2 == 0 ? "ada" : "grace";
        run.created = run.started = Year2025 + number * Millis(60'000);
        run.ended = run.status == "Running" ? 0 : run.started + 45'000;
        return run;
    }

    void addValues(Database& database, const RunRow& run)
    {
        std::vector<MetricValue> values;
        for (int i = 0; i < MetricsARun; ++i)
            values.push_back({"metric" + std::to_string(i), {100, run.started, m_share(m_dice)}});
        addMetrics(database, run.serial, values);
        for (int i = 0; i < ParamsARun; ++i)
            setText(database, TextTable::Params, run.serial, "param" + std::to_string(i), i == 0 ? std::to_string(m_share(m_dice)) : std::to_string(m_dice() % 20));
        for (int i = 0; i < TagsARun; ++i)
            setText(database, TextTable::Tags, run.serial, "tag" + std::to_string(i), "value-" + std::to_string(m_dice() % 50));
        if (run.kind == "Command")
            database.run("INSERT INTO documents(kind, name, version, json, created, modified) VALUES('job', ?, '', ?, ?, ?)", run.id, jobText(run), run.created, run.created);
    }

    static std::string jobText(const RunRow& run)
    {
        return R"({"id":"/jobs/)" + run.id + R"(","name":")" + run.id + R"(","type":"Microsoft.MachineLearningServices/workspaces/jobs","properties":{"jobType":"Command","experimentName":"many-0",)"
            R"("command":"python train.py --learning-rate 0.01 --epochs 10","computeId":"/computes/this-computer","environmentId":"/environments/tf/versions/1","tags":{},"properties":{}}})";
    }

    std::mt19937 m_dice{4711};
    std::uniform_real_distribution<double> m_share;
};

Task<> fill(asio::io_context& context, Store& store, int runs, Result<>& done)
{
    std::function<Result<>(Database&)> first = [](Database& database) -> Result<> {
        for (int i = 0; i < ExperimentsOfMany; ++i)
            (void)ensureExperiment(database, "many-" + std::to_string(i));
        return {};
    };
    done = co_await store.write<void>(std::move(first));
    const auto maker = std::make_shared<Maker>();
    for (int from = 0; from < runs && done; from += RunsAGroup) {
        std::function<Result<>(Database&)> group = [maker, from, to = std::min(runs, from + RunsAGroup)](Database& database) { return maker->make(database, from, to); };
        done = co_await store.write<void>(std::move(group));
    }
    context.stop();
}

} // namespace

Result<> fillWithRuns(const std::filesystem::path& folder, int runs)
{
    std::filesystem::create_directories(folder);
    asio::io_context context(1);
    Store store(context, folder / "store.sqlite");
    if (auto opened = store.open(); !opened)
        return opened;
    Result<> done;
    detach(context, fill(context, store, runs, done));
    const auto work = asio::make_work_guard(context);
    context.run();
    return done;
}

} // namespace runyard::bench
