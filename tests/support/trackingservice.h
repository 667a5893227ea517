#pragma once

#include "local/blobs/blobs.h"
#include "local/server/changes.h"
#include "local/store/runstore.h"
#include "local/store/store.h"
#include "local/tracking/tracking.h"
#include "routerclient.h"

#include <QTest>

#include <map>

namespace runyard::test {

// A service that tracks, with nothing but its routes.
struct TrackingService {
    static constexpr const char* Api = "/api/2.0/mlflow/";
    static constexpr const char* Artifacts = "/api/2.0/mlflow-artifacts/artifacts";
    static constexpr const char* Scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

    explicit TrackingService(const std::filesystem::path& folder)
        : changes(context), store(context, folder / "store.sqlite"), runs(store, changes), blobs(context, store, folder), client(context, router)
    {
        const auto opened = store.open();
        const auto made = blobs.open();
        if (!opened || !made)
            qFatal("%s", (opened ? made : opened).error().detail.c_str());
        local::addTrackingRoutes(router, {context, store, changes, blobs, Scope});
        local::addRunContextRoutes(router, {context, store, changes, blobs, Scope});
    }

    nlohmann::json get(const std::string& call) { return client.json("GET", Api + call); }
    nlohmann::json post(const std::string& call, const nlohmann::json& body) { return client.json("POST", Api + call, body); }
    nlohmann::json postText(const std::string& call, const std::string& body)
    {
        const auto response = client.ask("POST", Api + call, body);
        status = response.status;
        return nlohmann::json::parse(response.body, nullptr, false);
    }
    std::string makeRun(const std::string& experiment = "0") { return post("runs/create", {{"experiment_id", experiment}, {"start_time", 1000}})["run"]["info"]["run_id"]; }
    std::string message(const nlohmann::json& answer) { return answer.value("message", ""); }

    asio::io_context context;
    local::Changes changes;
    local::Store store;
    local::RunStore runs;
    local::Blobs blobs;
    local::Router router;
    RouterClient client;
    int status = 0;
};

// Compared as JSON; Qt's own comparison does not know it.
inline void same(const nlohmann::json& found, const nlohmann::json& wanted, const char* file, int line)
{
    QTest::qVerify(found == wanted, "found == wanted", (found.dump() + " instead of " + wanted.dump()).c_str(), file, line);
}
#define SAME(...) runyard::test::same(__VA_ARGS__, __FILE__, __LINE__)

} // namespace runyard::test
