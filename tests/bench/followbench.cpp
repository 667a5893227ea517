#include "followbench.h"

#include "must.h"
#include "rawclient.h"
#include "table.h"

#include <fstream>
#include <thread>

namespace runyard::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

// A run that writes what time it is, line by line.
std::string runThatTells(World& world, const fs::path& folder)
{
    const fs::path source = folder / "tells";
    fs::create_directories(source);
    std::ofstream(source / "tells.py") << "import sys, time\nfor _ in range(300):\n    sys.stdout.write('%d\\n' % time.time_ns())\n    sys.stdout.flush()\n    time.sleep(0.01)\n";
    const client::EstimatorDraft draft = draftFor(source, "tells.py");
    return must("submit", world.ask(world.client.estimators.submit(draft, blindSink<client::SubmitProgress>(world)))).name;
}

// The part of a log from a place on, as it comes in. True: there was something.
bool readLines(RawClient& raw, const std::string& log, const std::string& prefer, std::string& seen, Samples& samples)
{
    const auto reply = raw.ask(log, "Range: bytes=" + std::to_string(seen.size()) + "-\r\n" + prefer);
    if (reply.status != 206)
        return false;
    const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    std::size_t at = seen.rfind('\n') == std::string::npos ? 0 : seen.rfind('\n') + 1;
    seen += reply.body;
    for (std::size_t end = 0; (end = seen.find('\n', at)) != std::string::npos; at = end + 1)
        samples.add(static_cast<double>(now - std::atoll(seen.c_str() + at)) / 1e6);
    return true;
}

} // namespace

void logFollow(World& world, const fs::path& folder)
{
    auto& connection = world.client.connection;
    RawClient raw(connection.info().socket, connection.info().token);
    const auto logOf = [](const std::string& run) { return "/runyard/azureml/ExperimentRun/dcid." + run + "/user_logs/std_log.txt"; };
    std::string seen;
    Samples held;
    const std::string first = runThatTells(world, folder);
    for (int empty = 0; held.size() < 300 && empty < 500;) {  // not there yet
        if (!readLines(raw, logOf(first), "Prefer: wait=20\r\n", seen, held)) {
            ++empty;
            std::this_thread::sleep_for(10ms);
        }
    }
    Table::row("log follow: a run's line → a held request, p50", held.at(0.5), 0, "ms", "< 1 ms", held.size() >= 300 && held.at(0.5) < 1);
    Table::row("the same, p99", held.at(0.99), 0, "ms", "<= 10 ms", held.at(0.99) <= 10);
    seen.clear();
    Samples asDesktop;
    const std::string second = runThatTells(world, folder);
    std::string etag;
    while (asDesktop.size() < 300) {  // as the window does: wait for news of the run, then read on
        const std::string known = etag.empty() ? "" : "Prefer: wait=20\r\nIf-None-Match: " + etag + "\r\n";
        const auto details = raw.ask("/history/v1.0" + connection.scope() + "/runs/" + second + "/details", known);
        if (const auto at = details.head.find("ETag: "); at != std::string::npos)
            etag = details.head.substr(at + 6, details.head.find("\r\n", at) - at - 6);
        readLines(raw, logOf(second), "", seen, asDesktop);
    }
    Table::row("log follow as the window does it, p50", asDesktop.at(0.5), 0, "ms", "< 1 ms", asDesktop.at(0.5) < 1);
}

} // namespace runyard::bench
