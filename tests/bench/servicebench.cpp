// What the service and the client reach together, over the wire that the desktop uses. Usage: servicebench
#include "floors.h"
#include "followbench.h"
#include "must.h"
#include "rawclient.h"
#include "support/backend.h"
#include "world.h"

#include "api/json.h"
#include "core/files.h"
#include "core/ids.h"

#include <atomic>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

using namespace runyard;
using namespace runyard::bench;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t TransferBytes = 1LL << 30;

std::string runForMetrics(World& world)
{
    const auto experiment = must("experiment", world.ask(world.client.connection.ask(
        world.client.connection.post(world.client.connection.mlflow("experiments/create"), R"({"name":"bench-)" + randomHex(4) + "\"}"))));
    const auto id = api::Json::parse(experiment.body).at("experiment_id").get<std::string>();
    const auto run = must("run", world.ask(world.client.connection.ask(
        world.client.connection.post(world.client.connection.mlflow("runs/create"), R"({"experiment_id":")" + id + R"(","start_time":1})"))));
    return api::Json::parse(run.body).at("run").at("info").at("run_id").get<std::string>();
}

void metricIngest(World& world, const fs::path& folder)
{
    auto& connection = world.client.connection;
    const std::string run = runForMetrics(world);
    auto floor = durableAppends(folder, 300);
    Samples single;
    for (int i = 0; i < 400; ++i) {
        const std::string body = R"({"run_id":")" + run + R"(","key":"loss","value":0.5,"step":)" + std::to_string(i) + R"(,"timestamp":)" + std::to_string(1'700'000'000'000 + i) + '}';
        single.add(1e3 * secondsOf([&] { must("log-metric", world.ask(connection.ask(connection.post(connection.mlflow("runs/log-metric"), body).repeatable()))); }));
    }
    Table::row("log-metric, durable, p50", single.at(0.5), floor.at(0.5), "ms", "", true);
    RawClient raw(connection.info().socket, connection.info().token);
    const std::string path = connection.mlflow("runs/log-metric");
    Samples bare;
    for (int i = 400; i < 800; ++i) {
        const std::string body = R"({"run_id":")" + run + R"(","key":"loss","value":0.5,"step":)" + std::to_string(i) + R"(,"timestamp":)" + std::to_string(1'700'000'000'000 + i) + '}';
        bare.add(1e3 * secondsOf([&] { raw.post(path, body); }));
    }
    Table::row("the same over a bare socket, p50", bare.at(0.5), floor.at(0.5), "ms", "<= 2 x floor", bare.at(0.5) <= 2 * floor.at(0.5));

    const double plain = sqliteRowsPerSecond(folder, 60);
    const int batches = 60;
    std::vector<std::string> bodies;
    for (int batch = 0; batch < batches; ++batch) {
        std::string body = R"({"run_id":")" + run + R"(","metrics":[)";
        for (int i = 0; i < 1000; ++i)
            body += (i ? "," : "") + std::string(R"({"key":"m)") + std::to_string(i % 10) + R"(","value":)" + std::to_string(i * 0.25) + R"(,"step":)" + std::to_string(batch * 1000 + i) +
                R"(,"timestamp":)" + std::to_string(1'700'000'000'000 + batch * 1000 + i) + '}';
        bodies.push_back(body + "]}");
    }
    const double seconds = secondsOf([&] {
        for (const auto& body : bodies)
            must("log-batch", world.ask(connection.ask(connection.post(connection.mlflow("runs/log-batch"), body))));
    });
    const double rate = batches * 1000 / seconds;
    Table::row("log-batch(1000), one client (floor: SQLite loop)", rate, plain, "rows/s", ">= 250,000", rate >= 250'000);
}

void transfers(World& world, const fs::path& folder)
{
    const fs::path source = folder / "source";
    fs::create_directories(source);
    {
        std::ofstream file(source / "big.bin", std::ios::binary);
        std::mt19937_64 dice(4711);
        std::string block(1 << 20, '\0');
        for (std::int64_t at = 0; at < TransferBytes; at += static_cast<std::int64_t>(block.size())) {
            for (std::size_t i = 0; i < block.size(); i += 8)
                *reinterpret_cast<std::uint64_t*>(block.data() + i) = dice();
            file.write(block.data(), static_cast<std::streamsize>(block.size()));
        }
    }
    const double floor = tcpToDisk(folder, TransferBytes);
    client::UploadRequest request;
    request.sources = {source};
    request.target = "bench";
    request.overwrite = client::Overwrite::Yes;
    const auto megabytes = [](double seconds) { return static_cast<double>(TransferBytes) / 1e6 / seconds; };
    const double up = megabytes(secondsOf([&] { must("upload", world.ask(world.client.datastores.upload(request, blindSink<client::TransferProgress>(world)))); }));
    Table::row("upload 1 GiB with SHA-256 (floor: TCP + disk)", up, floor, "MB/s", "", true);
    const double down = megabytes(secondsOf([&] {
        must("download", world.ask(world.client.datastores.download("", "bench", folder / "target", client::Overwrite::Yes, blindSink<client::TransferProgress>(world))));
    }));
    Table::row("download 1 GiB, verified (floor: TCP + disk)", down, floor, "MB/s", "", true);
}

// A run that ends when it is told to, with a million points of one metric.
std::string runWithHistory(World& world, const fs::path& folder, const fs::path& mark)
{
    const fs::path source = folder / "waits";
    fs::create_directories(source);
    std::ofstream(source / "waits.py") << "import os, sys, time\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.01)\n";
    client::EstimatorDraft draft = draftFor(source, "waits.py");
    draft.parameters = {{mark.string(), "", client::ScriptParameter::Kind::Literal, {}}};
    const auto job = must("submit", world.ask(world.client.estimators.submit(draft, blindSink<client::SubmitProgress>(world))));
    auto& connection = world.client.connection;
    for (int batch = 0; batch < 1000; ++batch) {
        std::string body = R"({"run_id":")" + job.name + R"(","metrics":[)";
        for (int i = 0; i < 1000; ++i)
            body += (i ? "," : "") + std::string(R"({"key":"loss","value":)") + std::to_string(i * 0.25) + R"(,"step":)" + std::to_string(batch * 1000 + i) + R"(,"timestamp":)" +
                std::to_string(1'700'000'000'000 + batch * 1000 + i) + '}';
        must("log-batch", world.ask(connection.ask(connection.post(connection.mlflow("runs/log-batch"), body + "]}").repeatable())));
    }
    return job.name;
}

// How long cheap requests take while the service reads and seals a million points.
void answersMeanwhile(World& world, const fs::path& folder)
{
    const fs::path mark = folder / "end-it";
    const std::string run = runWithHistory(world, folder, mark);
    const auto& info = world.client.connection.info();
    RawClient probe(info.socket, info.token);
    const auto probeWhile = [&](const std::function<bool()>& goesOn) {
        Samples samples;
        do {
            samples.add(1e3 * secondsOf([&] { probe.get("/runyard/v1/health"); }));
            std::this_thread::sleep_for(200us);
        } while (goesOn());
        return samples;
    };
    const auto end = std::chrono::steady_clock::now() + 500ms;
    auto quiet = probeWhile([&] { return std::chrono::steady_clock::now() < end; });
    std::atomic<std::int64_t> bytes = -1;
    double seconds = 0;
    std::jthread reader([&] {
        RawClient client(info.socket, info.token);
        std::int64_t got = 0;
        seconds = secondsOf([&] { got = client.get(world.client.connection.mlflow("metrics/get-history?run_id=" + run + "&metric_key=loss")); });
        bytes = got;
    });
    auto reading = probeWhile([&] { return bytes < 0; });
    reader.join();
    Table::row("1,000,000 points of history in one answer", seconds * 1e3, 0, "ms", "<= 350 ms", seconds <= 0.35);
    Table::row("cheap request while that is read, p99 (floor: quiet)", reading.at(0.99), quiet.at(0.99), "ms", "< 2 ms", reading.at(0.99) < 2);
    Table::row("the same, longest", reading.at(1), quiet.at(1), "ms", "< 20 ms", reading.at(1) < 20);
    std::ofstream(mark) << "now\n";
    auto& runs = world.client.runs;
    std::atomic<bool> isOver = false;
    std::jthread waiter([&] {
        while (must("details", world.ask(runs.details(run))).status != "Completed")
            std::this_thread::sleep_for(5ms);
        isOver = true;
    });
    auto sealing = probeWhile([&] { return !isOver; });
    Table::row("cheap request while such a run is sealed, p99", sealing.at(0.99), quiet.at(0.99), "ms", "< 2 ms", sealing.at(0.99) < 2);
    Table::row("the same, longest", sealing.at(1), quiet.at(1), "ms", "< 20 ms", sealing.at(1) < 20);
}

// When the first line of a run's own log was here; written on the service thread, read after the feed has ended.
struct FirstLine {
    std::chrono::steady_clock::time_point at;
    bool isSeen = false;
};

void firstLines(World& world, const fs::path& folder)
{
    const fs::path source = folder / "hello";
    fs::create_directories(source);
    std::ofstream(source / "hello.py") << "print('hello', flush=True)\n";
    const client::EstimatorDraft draft = draftFor(source, "hello.py");
    Samples samples;
    for (int i = 0; i < 8; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const auto job = must("submit", world.ask(world.client.estimators.submit(draft, blindSink<client::SubmitProgress>(world))));
        auto line = std::make_shared<FirstLine>();
        const auto take = [line](const Sink<client::LogChunk>& sink, std::vector<client::LogChunk> chunks) {
            for (const auto& chunk : chunks) {
                if (chunk.file.starts_with("user_logs/") && !std::exchange(line->isSeen, true))
                    line->at = std::chrono::steady_clock::now();
            }
            sink.taken();
        };
        const Sink<client::LogChunk> sink(world.context, 1000, take);
        must("follow", world.ask(drained(world.client.runs.followLogs(job.name, sink), sink)));
        if (!line->isSeen)
            fail("first line", Error{Error::Code::Protocol, "The run ended without a line.", job.name});
        const double milliseconds = 1e3 * std::chrono::duration<double>(line->at - start).count();
        if (i >= 2)  // the first builds the environment
            samples.add(milliseconds);
    }
    auto floor = programStarts("/usr/bin/python3", "print('hello', flush=True)", 10);
    Table::row("submit → first line, environment cached, p50", samples.at(0.5), floor.at(0.5), "ms", "< 20 ms over the floor", samples.at(0.5) < floor.at(0.5) + 20);
}

} // namespace

int main()
{
    std::signal(SIGPIPE, SIG_IGN);
    const fs::path folder = fs::temp_directory_path() / ("runyard-bench-" + randomHex(4));
    fs::create_directories(folder);
    {
        World world(folder / "data");
        const double start = secondsOf([&] { must("service", world.ask(world.client.service.open())); });
        Table::head();
        Table::row("service: start → first answer", start * 1e3, 0, "ms", "< 50 ms", start < 0.05);
        const auto& info = world.client.connection.info();
        std::this_thread::sleep_for(500ms);
        const double idle = static_cast<double>(residentBytes(info.pid)) / 1e6;
        Table::row("service: memory, idle", idle, 0, "MB", "<= 15 MB", idle <= 15);
        metricIngest(world, folder);
        transfers(world, folder);
        firstLines(world, folder);
        logFollow(world, folder);
        answersMeanwhile(world, folder);
        ::kill(static_cast<pid_t>(info.pid), SIGTERM);
    }
    fs::remove_all(folder);
    return 0;
}
