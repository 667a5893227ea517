// A workspace with many runs: its start, its memory, its searches. Usage: searchbench [RUNS [FOLDER]]     FOLDER is kept, and filled once
#include "floors.h"
#include "manyruns.h"
#include "must.h"
#include "rawclient.h"
#include "support/backend.h"
#include "world.h"

#include "core/hash.h"
#include "core/ids.h"

#include <csignal>
#include <thread>

using namespace runyard;
using namespace runyard::bench;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr int Rounds = 25;

struct Question {
    const char* name;
    const char* filter;
    const char* order;
    int offset = 0;
};

constexpr Question Questions[] = {
    {"metric filter, 1 of 100 fits, sorted by it", "metrics.metric0 < 0.01", "metrics.metric0 ASC"},
    {"metric filter, half fits, sorted by another", "metrics.metric1 > 0.5", "metrics.metric2 DESC"},
    {"metric filter, newest first", "metrics.metric3 < 0.2", ""},
    {"metric filter, none fits", "metrics.metric4 > 2", "metrics.metric4 DESC"},
    {"two metrics, a param and a tag, sorted", "metrics.metric5 > 0.2 AND metrics.metric6 < 0.8 AND params.param1 = '7' AND tags.tag0 != 'value-3'", "metrics.metric5 DESC"},
    {"param LIKE, 100,000 different", "params.param0 LIKE '0.12%'", "params.param0 ASC"},
    {"tag ILIKE and state", "tags.tag1 ILIKE 'VALUE-1%' AND attributes.status = 'FAILED'", "metrics.metric7 ASC"},
    {"name LIKE", "attributes.run_name LIKE '%999%'", ""},
    {"no filter, newest first", "", ""},
    {"no filter, page at 90,000, sorted by a metric", "", "metrics.metric8 ASC", 90'000},
};

std::string bodyOf(const Question& question, const std::string& experiments, const std::string& more, int page)
{
    std::string body = R"({"experiment_ids":[)" + experiments + R"(],"max_results":)" + std::to_string(page) + R"(,"filter":")" + question.filter + more + '"';
    if (*question.order)
        body += R"(,"order_by":[")" + std::string(question.order) + "\"]";
    if (question.offset > 0)
        body += R"(,"page_token":")" + toBase64("{\"offset\": " + std::to_string(question.offset) + "}") + '"';
    return body + '}';
}

std::string allExperiments()
{
    std::string list;
    for (int i = 1; i <= ExperimentsOfMany; ++i)
        list += (i > 1 ? ",\"" : "\"") + std::to_string(i) + '"';
    return list;
}

void searches(World& world)
{
    auto& connection = world.client.connection;
    RawClient raw(connection.info().socket, connection.info().token);
    const std::string path = connection.mlflow("runs/search");
    const double first = 1e3 * secondsOf([&] { raw.post(path, bodyOf(Questions[0], allExperiments(), "", 100)); });
    Table::row("first search after the start", first, 0, "ms", "<= 150 ms", first <= 150);
    double slowest = 0;
    for (const Question& question : Questions) {
        raw.post(path, bodyOf(question, allExperiments(), "", 100));  // reads the columns
        Samples samples;
        for (int i = 0; i < Rounds; ++i) {
            // Never the same filter twice: what is measured is no memory of an answer.
            const std::string more = (*question.filter ? " AND " : "") + std::string("attributes.start_time != ") + std::to_string(i);
            samples.add(1e3 * secondsOf([&] { raw.post(path, bodyOf(question, allExperiments(), more, 100)); }));
        }
        slowest = std::max(slowest, samples.at(0.5));
        Table::row("search: " + std::string(question.name) + ", p50", samples.at(0.5), 0, "ms", "<= 5 ms", samples.at(0.5) <= 5);
        Table::row("  the same, p99", samples.at(0.99), 0, "ms", "", true);
    }
    Table::row("search: the slowest of these, p50", slowest, 0, "ms", "<= 5 ms", slowest <= 5);
}

// A client that looks for runs while others log into them.
void searchesMeanwhile(World& world)
{
    auto& connection = world.client.connection;
    RawClient raw(connection.info().socket, connection.info().token);
    const auto made = must("run", world.ask(connection.ask(connection.post(connection.mlflow("runs/create"), R"({"experiment_id":"1","start_time":1})"))));
    const auto at = made.body.find("\"run_id\":\"");
    const std::string run = made.body.substr(at + 10, 32);
    Samples samples;
    for (int i = 0; i < Rounds; ++i) {
        raw.post(connection.mlflow("runs/log-metric"), R"({"run_id":")" + run + R"(","key":"metric0","value":0.5,"step":)" + std::to_string(i) + R"(,"timestamp":1})");
        samples.add(1e3 * secondsOf([&] { raw.post(connection.mlflow("runs/search"), bodyOf(Questions[0], allExperiments(), "", 100)); }));
    }
    Table::row("search right after a metric was logged, p50", samples.at(0.5), 0, "ms", "<= 5 ms", samples.at(0.5) <= 5);
}

void listing(World& world)
{
    Samples samples;
    for (int i = 0; i < 11; ++i)
        samples.add(1e3 * secondsOf([&] { must("list", world.ask(world.client.runs.list("", 500))); }));
    Table::row("the Runs page: 500 newest, decoded, p50", samples.at(0.5), 0, "ms", "<= 100 ms", samples.at(0.5) <= 100);
    auto& connection = world.client.connection;
    RawClient raw(connection.info().socket, connection.info().token);
    Samples jobs;
    for (int i = 0; i < 21; ++i)
        jobs.add(1e3 * secondsOf([&] { raw.get(connection.arm("jobs")); }));
    Table::row("jobs, the first page of 100, p50", jobs.at(0.5), 0, "ms", "<= 20 ms", jobs.at(0.5) <= 20);
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    const int runs = argc > 1 ? std::atoi(argv[1]) : 100'000;
    const bool isKept = argc > 2;
    const fs::path folder = isKept ? fs::path(argv[2]) : fs::temp_directory_path() / ("runyard-bench-" + randomHex(4));
    const bool isThere = fs::exists(folder / "data" / "store.sqlite");
    const double seconds = secondsOf([&] {
        if (!isThere)
            must("fill", fillWithRuns(folder / "data", runs));
    });
    {
        World world(folder / "data");
        const double start = secondsOf([&] { must("service", world.ask(world.client.service.open())); });
        std::printf("\n%d runs of %d metrics, %d params, %d tags: %.0f MB, written in %.1f s\n", runs, MetricsARun, ParamsARun, TagsARun + 1,
            static_cast<double>(fs::file_size(folder / "data" / "store.sqlite")) / 1e6, seconds);
        Table::head();
        Table::row("service: start → first answer", start * 1e3, 0, "ms", "< 50 ms", start < 0.05);
        const auto pid = world.client.connection.info().pid;
        const auto memory = [&](const char* when) {
            const double resident = static_cast<double>(residentBytes(pid)) / 1e6;
            Table::row(std::string("service: memory, ") + when, resident, 0, "MB", "<= 80 MB", resident <= 80);
        };
        std::this_thread::sleep_for(500ms);
        memory("idle");
        searches(world);
        searchesMeanwhile(world);
        listing(world);
        memory("after all of these");
        ::kill(static_cast<pid_t>(pid), SIGTERM);
    }
    if (!isKept)
        fs::remove_all(folder);
    return 0;
}
