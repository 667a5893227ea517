#pragma once

#include "client/client.h"
#include "core/files.h"
#include "core/job.h"
#include "core/servicethread.h"
#include "http/client.h"

#include <filesystem>
#include <future>

namespace runyard::bench {

// A client with a real service on a data folder of its own, both gone with it.
class World {
public:
    explicit World(const std::filesystem::path& folder) : client(http, folder, binaryFolder() / "runyardd") {}

    // Runs a Task on the service thread and waits for its answer.
    template<typename T>
    T ask(Task<T> task)
    {
        std::promise<T> promise;
        auto future = promise.get_future();
        const Job job(context, fulfil(std::move(task), promise));
        return future.get();
    }

    asio::io_context context{1};
    http::Client http{context};
    client::Client client;
    ServiceThread thread{context};

private:
    template<typename T>
    static Task<> fulfil(Task<T> task, std::promise<T>& promise)
    {
        promise.set_value(co_await std::move(task));
    }
};

// A run of a script without packages, on this computer.
inline client::EstimatorDraft draftFor(const std::filesystem::path& source, const std::string& script)
{
    client::EstimatorDraft draft;
    draft.sourceFolder = source;
    draft.entryScript = script;
    draft.environment.framework.clear();
    draft.compute = "this-computer";
    draft.experiment = "bench";
    return draft;
}

// For what is told on the way and nobody reads.
template<typename T>
Sink<T> blindSink(World& world)
{
    const auto take = [](const Sink<T>& sink, std::vector<T>) { sink.taken(); };
    return Sink<T>(world.context, 1000, take);
}

} // namespace runyard::bench
