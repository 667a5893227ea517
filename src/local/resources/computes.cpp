#include "arm.h"

#include "api/names.h"
#include "core/ids.h"
#include "local/computes/computes.h"
#include "local/server/changes.h"

#include <map>

namespace runyard::local {

namespace {

constexpr const char* Provider = "/providers/Microsoft.MachineLearningServices/locations/";

// Where a client asks how far a change of a compute is, as Azure has it.
Response withOperation(Response response, const SharedParts& parts, const Request& request)
{
    const std::string url = request.base + "/subscriptions/" + parts->subscriptionId + Provider + parts->location + "/computeOperationsStatus/" + newGuid()
        + "?api-version=2025-12-01&service=new";
    return std::move(response).with("Azure-AsyncOperation", url).with("Retry-After", "1");
}

Json computeJson(const SharedParts& parts, const api::Compute& compute) { return api::toJson(compute, parts->workspacePath); }

Task<Result<Response>> list(SharedParts parts, Request& request)
{
    Json values = Json::array();
    for (const api::Compute& compute : parts->computes.list())
        values.push_back(computeJson(parts, compute));
    co_return page(parts, request, std::move(values), false, 0);
}

Result<api::Compute> find(const SharedParts& parts, const std::string& name)
{
    if (auto found = parts->computes.get(name))
        return *found;
    return failure(Error::Code::NotFound, "There is no compute target “" + name + "”.");
}

Task<Result<Response>> get(SharedParts parts, Request& request)
{
    const auto found = find(parts, request.params["name"]);
    if (!found)
        co_return Failure(found.error());
    co_return answer(computeJson(parts, *found));
}

Result<api::Compute> readCompute(const Json& body, const std::string& name)
{
    api::Compute compute;
    try {
        api::from_json(body, compute);
    } catch (const Json::exception& fault) {
        return failure(Error::Code::Invalid, "The compute target could not be read.", fault.what());
    }
    compute.name = name;
    if (auto good = api::checkComputeName(name); !good)
        return Failure(good.error());
    if (compute.type != "AmlCompute")
        return failure(Error::Code::Invalid, "This workspace has clusters (AmlCompute) only; “" + compute.type + "” is not known here.");
    if (compute.minNodes < 0 || compute.maxNodes < 1 || compute.minNodes > compute.maxNodes)
        return failure(Error::Code::Invalid, "A cluster needs at least one node at most, and its smallest number of nodes may not be above its largest.");
    if (compute.idleSeconds < 0)
        return failure(Error::Code::Invalid, "The idle time before a node goes cannot be negative.");
    return compute;
}

Task<Result<Response>> put(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    auto wanted = readCompute(*body, request.params["name"]);
    if (!wanted)
        co_return Failure(wanted.error());
    wanted->location = parts->location;
    const bool isNew = !parts->computes.get(wanted->name);
    const auto made = co_await parts->computes.put(*wanted);
    if (!made)
        co_return Failure(made.error());
    parts->changes.touch("workspace");
    api::Compute shown = *made;
    shown.provisioningState = isNew ? "Creating" : "Updating";
    co_return withOperation(answer(computeJson(parts, shown), 201), parts, request);
}

Task<Result<Response>> patch(SharedParts parts, Request& request)
{
    const auto body = co_await jsonBody(request);
    if (!body)
        co_return Failure(body.error());
    const auto found = find(parts, request.params["name"]);
    if (!found)
        co_return Failure(found.error());
    Json whole = computeJson(parts, *found);
    const Json::json_pointer scale("/properties/properties/scaleSettings");
    if (!body->contains(scale) || !body->at(scale).is_object())
        co_return failure(Error::Code::Invalid, "Only the scale settings of a compute target can be changed.");
    whole[scale].update(body->at(scale));
    const auto wanted = readCompute(whole, found->name);
    if (!wanted)
        co_return Failure(wanted.error());
    const auto made = co_await parts->computes.put(*wanted);
    if (!made)
        co_return Failure(made.error());
    parts->changes.touch("workspace");
    co_return answer(computeJson(parts, *made));
}

Task<Result<Response>> remove(SharedParts parts, Request& request)
{
    const std::string name = request.params["name"];
    if (!parts->computes.get(name))
        co_return Response::empty(204);
    const auto gone = co_await parts->computes.remove(name);
    if (!gone)
        co_return Failure(gone.error());
    parts->changes.touch("workspace");
    co_return withOperation(Response::empty(202), parts, request);
}

Task<Result<Response>> listNodes(SharedParts parts, Request& request)
{
    const auto found = find(parts, request.params["name"]);
    if (!found)
        co_return Failure(found.error());
    Json nodes = Json::array();
    for (const api::ComputeNode& node : parts->computes.nodes(found->name))
        nodes.push_back(api::toJson(node));
    co_return answer(Json{{"nodes", nodes}});
}

Task<Result<Response>> vmSizes(SharedParts, Request&)
{
    Json values = Json::array();
    for (const api::VmSize& size : Computes::sizes())
        values.push_back(api::toJson(size));
    co_return answer(Json{{"value", values}});
}

Task<Result<Response>> usages(SharedParts parts, Request&)
{
    const std::string type = "Microsoft.MachineLearningServices/totalCores/usages";
    const Json row{{"id", "/subscriptions/" + parts->subscriptionId + Provider + parts->location + "/usages/totalCores"}, {"amlWorkspaceLocation", parts->location}, {"type", type},
        {"unit", "Count"}, {"currentValue", parts->computes.busyCores()}, {"limit", parts->computes.cores()}, {"name", {{"value", "Clusters"}, {"localizedValue", "Clusters"}}}};
    co_return answer(Json{{"value", Json::array({row})}});
}

// A change is durable before it is answered; the first look still says "InProgress", as clients of Azure expect to see it.
using Looks = std::map<std::string, Millis>;

Response operationStatus(Looks& looks, const std::string& id)
{
    constexpr std::size_t Remembered = 1000;
    if (looks.size() > Remembered)
        looks.clear();
    const bool isFirst = looks.emplace(id, nowMillis()).second;
    if (isFirst)
        return answer(Json{{"status", "InProgress"}, {"percentComplete", 0.0}}).with("Retry-After", "1");
    return answer(Json{{"status", "Succeeded"}, {"percentComplete", 100.0}});
}

} // namespace

void addComputeRoutes(Router& router, const SharedParts& parts)
{
    addArm(router, parts, "GET", "$WS/computes", list);
    addArm(router, parts, "GET", "$WS/computes/{name}", get);
    addArm(router, parts, "PUT", "$WS/computes/{name}", put);
    addArm(router, parts, "PATCH", "$WS/computes/{name}", patch);
    addArm(router, parts, "DELETE", "$WS/computes/{name}", remove);
    addArm(router, parts, "POST", "$WS/computes/{name}/listNodes", listNodes);
    const std::string place = std::string("/subscriptions/{sub}") + Provider + "{location}";
    addArm(router, parts, "GET", place + "/vmSizes", vmSizes);
    addArm(router, parts, "GET", place + "/usages", usages);
    const auto looks = std::make_shared<Looks>();
    const auto status = [looks](Request& request) -> Task<Response> { co_return operationStatus(*looks, request.params["operation"]); };
    router.add("GET", place + "/computeOperationsStatus/{operation}", "azure-ai-ml", Route::Access::OwnerOnly, status);
}

} // namespace runyard::local
