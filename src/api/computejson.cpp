#include "jsonhelp.h"
#include "uri.h"

namespace runyard::api {

Json toJson(const Compute& value, const std::string& scope)
{
    Json errors = Json::array();
    for (const std::string& sentence : value.errors)
        errors.push_back(Json{{"error", {{"code", "ComputeError"}, {"message", sentence}}}});
    const Json counts{{"idleNodeCount", value.idle}, {"runningNodeCount", value.running}, {"preparingNodeCount", value.preparing},
        {"unusableNodeCount", value.unusable}, {"leavingNodeCount", value.leaving}, {"preemptedNodeCount", 0}};
    const Json inner{{"osType", "Linux"}, {"vmSize", value.vmSize}, {"vmPriority", "Dedicated"},
        {"scaleSettings", {{"minNodeCount", value.minNodes}, {"maxNodeCount", value.maxNodes}, {"nodeIdleTimeBeforeScaleDown", toIsoDuration(value.idleSeconds)}}},
        {"remoteLoginPortPublicAccess", "NotSpecified"}, {"enableNodePublicIp", false}, {"isolatedNetwork", false}, {"subnet", nullptr},
        {"allocationState", value.allocationState}, {"allocationStateTransitionTime", orNull(toIso(value.modified))}, {"errors", nullptr},
        {"currentNodeCount", value.currentNodes}, {"targetNodeCount", value.targetNodes}, {"nodeStateCounts", counts},
        {"propertyBag", {{"runyard.meaning", value.meaning}}}};
    Json json = resource(scope, "computes", value.name,
        Json{{"computeType", value.type}, {"description", value.description}, {"disableLocalAuth", true}, {"provisioningState", value.provisioningState},
            {"provisioningErrors", errors.empty() ? Json() : errors}, {"isAttachedCompute", false}, {"computeLocation", value.location}, {"createdOn", orNull(toIso(value.created))},
            {"modifiedOn", orNull(toIso(value.modified))}, {"resourceId", nullptr}, {"properties", inner}});
    json["location"] = value.location;
    json["tags"] = Json::object();
    return json;
}

void from_json(const Json& json, Compute& value)
{
    const Json& outer = child(json, "properties");
    const Json& inner = child(outer, "properties");
    const Json& scale = child(inner, "scaleSettings");
    const Json& counts = child(inner, "nodeStateCounts");
    value.name = text(json, "name");
    value.location = text(json, "location", text(outer, "computeLocation"));
    value.type = text(outer, "computeType", "AmlCompute");
    value.description = text(outer, "description");
    value.vmSize = text(inner, "vmSize");
    value.minNodes = count(scale, "minNodeCount");
    value.maxNodes = count(scale, "maxNodeCount", 1);
    value.idleSeconds = fromIsoDuration(text(scale, "nodeIdleTimeBeforeScaleDown", "PT2M"));  // -1: not understood
    value.provisioningState = text(outer, "provisioningState");
    value.allocationState = text(inner, "allocationState");
    value.currentNodes = count(inner, "currentNodeCount");
    value.targetNodes = count(inner, "targetNodeCount");
    value.idle = count(counts, "idleNodeCount");
    value.running = count(counts, "runningNodeCount");
    value.preparing = count(counts, "preparingNodeCount");
    value.unusable = count(counts, "unusableNodeCount");
    value.leaving = count(counts, "leavingNodeCount");
    value.errors.clear();
    for (const Json& entry : child(outer, "provisioningErrors")) {
        const Json& nested = child(entry, "error");
        value.errors.push_back(text(nested.is_null() ? entry : nested, "message"));
    }
    value.created = moment(outer, "createdOn");
    value.modified = moment(outer, "modifiedOn");
    value.meaning = text(child(inner, "propertyBag"), "runyard.meaning");
}

Json toJson(const ComputeNode& value)
{
    return Json{{"nodeId", value.id}, {"nodeState", value.state}, {"runId", orNull(value.runId)}, {"privateIpAddress", "127.0.0.1"}, {"publicIpAddress", nullptr},
        {"port", 22}, {"runyard.cpus", value.cpus}};
}

void from_json(const Json& json, ComputeNode& value)
{
    value.id = text(json, "nodeId");
    value.state = text(json, "nodeState");
    value.runId = text(json, "runId");
    value.cpus = text(json, "runyard.cpus");
}

Json toJson(const VmSize& value)
{
    return Json{{"name", value.name}, {"family", "localFamily"}, {"vCPUs", value.cores}, {"gpus", value.gpus}, {"memoryGB", value.memoryGb}, {"osVhdSizeMB", 0},
        {"maxResourceVolumeMB", 0}, {"lowPriorityCapable", false}, {"premiumIO", false}, {"supportedComputeTypes", Json::array({"AmlCompute"})},
        {"runyard.meaning", value.meaning}};
}

void from_json(const Json& json, VmSize& value)
{
    value.name = text(json, "name");
    value.cores = count(json, "vCPUs");
    value.gpus = count(json, "gpus");
    const Json& memory = child(json, "memoryGB");
    value.memoryGb = memory.is_number() ? memory.get<double>() : 0;
    value.meaning = text(json, "runyard.meaning");
}

} // namespace runyard::api
