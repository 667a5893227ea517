#include "jsonhelp.h"

namespace runyard::api {

Json toJson(const RunDetails& value)
{
    Json phases = Json::array();
    for (const Phase& phase : value.phases)
        phases.push_back(Json{{"name", phase.name}, {"start", phase.start}, {"end", phase.end}, {"note", phase.note}});
    Json error;
    if (!value.errorMessage.empty())
        error = Json{{"error", {{"code", value.errorCode}, {"message", value.errorMessage}}}};
    return Json{{"runId", value.id}, {"runNumber", value.number}, {"displayName", value.displayName}, {"experimentName", value.experimentName},
        {"experimentId", value.experimentId}, {"status", value.status}, {"target", value.target}, {"createdTimeUtc", orNull(toIso(value.created))},
        {"startTimeUtc", orNull(toIso(value.started))}, {"endTimeUtc", orNull(toIso(value.ended))}, {"error", error}, {"warnings", nullptr}, {"tags", value.tags},
        {"properties", value.properties}, {"parameters", value.parameters}, {"logFiles", value.logFiles}, {"inputs", Json::object()}, {"outputs", Json::object()},
        {"services", Json::object()}, {"runyard", {{"phases", phases}, {"logSizes", value.logSizes}, {"metricCounts", value.metricCounts}}}};
}

void from_json(const Json& json, RunDetails& value)
{
    const Json& own = child(json, "runyard");
    const Json& error = child(child(json, "error"), "error");
    value.id = text(json, "runId");
    value.number = number(json, "runNumber");
    value.displayName = text(json, "displayName");
    value.experimentName = text(json, "experimentName");
    value.experimentId = text(json, "experimentId");
    value.status = text(json, "status");
    value.target = text(json, "target");
    value.created = moment(json, "createdTimeUtc");
    value.started = moment(json, "startTimeUtc");
    value.ended = moment(json, "endTimeUtc");
    value.errorCode = text(error, "code");
    value.errorMessage = text(error, "message");
    value.tags = textMap(json, "tags");
    value.properties = textMap(json, "properties");
    value.parameters = textMap(json, "parameters");
    value.logFiles = textMap(json, "logFiles");
    value.phases.clear();
    for (const Json& phase : child(own, "phases"))
        value.phases.push_back(Phase{text(phase, "name"), number(phase, "start"), number(phase, "end"), text(phase, "note")});
    value.logSizes = numberMap(own, "logSizes");
    value.metricCounts = numberMap(own, "metricCounts");
}

Json toJson(const Experiment& value)
{
    return Json{{"experiment_id", value.id}, {"name", value.name}, {"artifact_location", value.artifactLocation}, {"lifecycle_stage", value.lifecycle}};
}

void from_json(const Json& json, Experiment& value)
{
    value.id = text(json, "experiment_id");
    value.name = text(json, "name");
    value.artifactLocation = text(json, "artifact_location");
    value.lifecycle = text(json, "lifecycle_stage", "active");
}

} // namespace runyard::api
