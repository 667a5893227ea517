#include "jsonhelp.h"

namespace runyard::api {

namespace {

Json inputsOf(const Job& job)
{
    Json inputs = Json::object();
    for (const auto& [name, input] : job.inputs) {
        if (input.type == "literal")
            inputs[name] = Json{{"jobInputType", "literal"}, {"value", input.value}};
        else
            inputs[name] = Json{{"jobInputType", input.type}, {"uri", input.uri}, {"mode", input.mode}};
    }
    return inputs;
}

Json outputsOf(const Job& job)
{
    Json outputs = Json::object();
    for (const auto& [name, output] : job.outputs)
        outputs[name] = Json{{"jobOutputType", output.type}, {"uri", orNull(output.uri)}, {"mode", output.mode}};
    return outputs;
}

} // namespace

Json toJson(const Job& value, const std::string& scope)
{
    Json properties{{"jobType", "Command"}, {"displayName", orNull(value.displayName)}, {"experimentName", value.experimentName}, {"description", orNull(value.description)},
        {"command", value.command}, {"codeId", orNull(value.codeId)}, {"environmentId", value.environmentId}, {"computeId", value.computeId}, {"tags", value.tags},
        {"properties", value.properties}, {"environmentVariables", value.environmentVariables}, {"inputs", inputsOf(value)}, {"outputs", outputsOf(value)},
        {"isArchived", value.isArchived}, {"resources", {{"instanceCount", value.instanceCount}}}, {"services", Json::object()}, {"componentId", nullptr},
        {"identity", nullptr}, {"distribution", nullptr}};
    if (!value.status.empty())
        properties["status"] = value.status;
    if (value.timeoutSeconds > 0)
        properties["limits"] = Json{{"jobLimitsType", "Command"}, {"timeout", toIsoDuration(value.timeoutSeconds)}};
    Json json = resource(scope, "jobs", value.name, std::move(properties));
    json["systemData"] = systemData(value.created, 0);
    return json;
}

void from_json(const Json& json, Job& value)
{
    const Json& properties = child(json, "properties");
    value.name = text(json, "name");
    value.displayName = text(properties, "displayName");
    value.experimentName = text(properties, "experimentName");
    value.description = text(properties, "description");
    value.command = text(properties, "command");
    value.codeId = text(properties, "codeId");
    value.environmentId = text(properties, "environmentId");
    value.computeId = text(properties, "computeId");
    value.status = text(properties, "status");
    value.tags = textMap(properties, "tags");
    value.properties = textMap(properties, "properties");
    value.environmentVariables = textMap(properties, "environmentVariables");
    value.inputs.clear();
    for (const auto& [name, input] : child(properties, "inputs").items())
        value.inputs[name] = JobInput{text(input, "jobInputType", "literal"), text(input, "value"), text(input, "uri"), text(input, "mode", "ReadOnlyMount")};
    value.outputs.clear();
    for (const auto& [name, output] : child(properties, "outputs").items())
        value.outputs[name] = JobOutput{text(output, "jobOutputType", "uri_folder"), text(output, "uri"), text(output, "mode", "ReadWriteMount")};
    value.instanceCount = count(child(properties, "resources"), "instanceCount", 1);
    const auto timeout = fromIsoDuration(text(child(properties, "limits"), "timeout"));
    value.timeoutSeconds = timeout < 0 ? 0 : timeout;
    value.isArchived = flag(properties, "isArchived");
    value.created = moment(child(json, "systemData"), "createdAt");
}

} // namespace runyard::api
