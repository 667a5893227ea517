#include "computes.h"

#include "api/names.h"
#include "api/uri.h"
#include "core/text.h"
#include "lists.h"

#include <algorithm>

namespace runyard::client {

namespace {

constexpr auto LongestProvisioning = std::chrono::minutes(20);

std::string pathOf(const std::string& name)
{
    return "computes/" + api::encode(name);
}

std::chrono::milliseconds pollingPause(const http::Reply& reply)
{
    const auto header = reply.headers.find("retry-after");
    const long seconds = header == reply.headers.end() ? 2 : std::atol(header->second.c_str());
    return std::chrono::milliseconds(std::clamp(seconds * 1000, 200L, 30'000L));
}

Error operationError(const api::Json& status)
{
    const std::string message = api::errorMessage(status.dump());
    return Error{Error::Code::Server, message.empty() ? "The workspace could not finish this." : message, status.dump()};
}

// Azure's long-running operation: Azure-AsyncOperation, else the Location, is asked until it has ended.
Task<Result<>> finishOperation(Connection& connection, http::Reply reply)
{
    const auto end = std::chrono::steady_clock::now() + LongestProvisioning;
    const bool isAsync = reply.headers.contains("azure-asyncoperation");
    const std::string url = isAsync ? reply.headers.at("azure-asyncoperation") : reply.headers.contains("location") ? reply.headers.at("location") : std::string();
    if (url.empty() || (!isAsync && reply.status != 202))
        co_return Result<>();
    auto pause = std::chrono::milliseconds(30);  // most local operations are done at once
    while (std::chrono::steady_clock::now() < end) {
        co_await sleepFor(pause);
        auto answer = co_await connection.ask(connection.get(url));
        if (!answer)
            co_return Failure(answer.error());
        if (!isAsync && answer->status != 202)
            co_return Result<>();
        const auto status = api::read<api::Json>(answer->body);
        const std::string state = status && status->contains("status") && status->at("status").is_string() ? lower(status->at("status").get<std::string>()) : std::string();
        if (isAsync && state == "succeeded")
            co_return Result<>();
        if (isAsync && (state == "failed" || state == "canceled"))
            co_return Failure(operationError(*status));
        pause = pollingPause(*answer);
    }
    co_return failure(Error::Code::Timeout, "The workspace has not finished this within twenty minutes; look at the compute's state later.");
}

Result<> checkWanted(const api::Compute& wanted)
{
    if (auto name = api::checkComputeName(wanted.name); !name)
        return name;
    if (wanted.vmSize.empty())
        return failure(Error::Code::Invalid, "A cluster needs a size; choose one.");
    if (wanted.minNodes < 0 || wanted.maxNodes < 1 || wanted.minNodes > wanted.maxNodes)
        return failure(Error::Code::Invalid, "The least number of nodes must be 0 or more and not above the greatest, which must be at least 1.");
    if (wanted.idleSeconds < 0)
        return failure(Error::Code::Invalid, "The idle time before a node goes cannot be negative.");
    return {};
}

Result<api::Compute> fitting(api::Compute found, const api::Compute& wanted)
{
    if (lower(found.vmSize) == lower(wanted.vmSize))
        return found;
    return failure(Error::Code::Conflict, "There is a compute “" + found.name + "” already, of size " + found.vmSize + " instead of " + wanted.vmSize + "; use it as it is or choose another name.");
}

} // namespace

Task<Result<std::vector<api::Compute>>> Computes::list()
{
    return listAll<api::Compute>(m_connection, m_connection.arm("computes"));
}

Task<Result<api::Compute>> Computes::get(std::string name)
{
    return askFor<api::Compute>(m_connection, m_connection.get(m_connection.arm(pathOf(name))));
}

Task<Result<api::Compute>> Computes::findOrCreate(api::Compute wanted)
{
    if (auto sound = checkWanted(wanted); !sound)
        co_return Failure(sound.error());
    auto found = co_await get(wanted.name);
    if (!found && found.error().code != Error::Code::NotFound)
        co_return found;
    if (!found)
        co_return co_await put(std::move(wanted));
    co_return fitting(std::move(*found), wanted);
}

Task<Result<api::Compute>> Computes::update(api::Compute wanted)
{
    if (auto sound = checkWanted(wanted); !sound)
        co_return Failure(sound.error());
    co_return co_await put(std::move(wanted));
}

Task<Result<api::Compute>> Computes::put(api::Compute wanted)
{
    const std::string path = m_connection.arm(pathOf(wanted.name));
    auto reply = co_await m_connection.ask(m_connection.put(path, api::toJson(wanted, m_connection.scope()).dump()));
    if (!reply)
        co_return Failure(reply.error());
    if (auto done = co_await finishOperation(m_connection, std::move(*reply)); !done)
        co_return Failure(done.error());
    auto made = co_await get(wanted.name);
    if (made && lower(made->provisioningState) == "failed") {
        const std::string why = made->errors.empty() ? "The cluster could not be provisioned." : made->errors.front();
        co_return failure(Error::Code::Server, why);
    }
    co_return made;
}

Task<Result<>> Computes::remove(std::string name)
{
    auto reply = co_await m_connection.ask(m_connection.remove(m_connection.arm(pathOf(name) + "?underlyingResourceAction=Delete")));
    if (!reply)
        co_return Failure(reply.error());
    auto done = co_await finishOperation(m_connection, std::move(*reply));
    if (!done && done.error().code == Error::Code::NotFound)
        co_return Result<>();
    co_return done;
}

Task<Result<std::vector<api::ComputeNode>>> Computes::nodes(std::string name)
{
    http::Request request = m_connection.post(m_connection.arm(pathOf(name) + "/listNodes"), "");
    request.isRepeatable = true;
    auto page = co_await askFor<api::Page<api::ComputeNode>>(m_connection, std::move(request));
    if (!page)
        co_return Failure(page.error());
    co_return std::move(page->value);
}

Task<Result<std::vector<api::VmSize>>> Computes::sizes()
{
    auto workspace = co_await askFor<api::Workspace>(m_connection, m_connection.get(m_connection.arm("")));
    if (!workspace)
        co_return Failure(workspace.error());
    const std::string path = "/subscriptions/" + m_connection.info().subscriptionId + "/providers/Microsoft.MachineLearningServices/locations/" + api::encode(workspace->location)
        + "/vmSizes?api-version=2025-12-01";
    co_return co_await listAll<api::VmSize>(m_connection, path);
}

} // namespace runyard::client
