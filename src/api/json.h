#pragma once

#include "compute.h"
#include "core/result.h"
#include "datastore.h"
#include "environment.h"
#include "job.h"
#include "model.h"
#include "run.h"
#include "workspace.h"

#include <nlohmann/json.hpp>

// The JSON of the dialect, both directions. Include it in sources only: it costs seconds to compile.
// to_json writes the whole ARM resource {id,name,type,properties,systemData} given the workspace's path in `scope`;
// from_json reads answers of the local service and of Azure alike: null, missing, "Z" and "+00:00" are accepted.
namespace runyard::api {

using Json = nlohmann::json;

Json toJson(const Workspace& value);
Json toJson(const ServiceInfo& value);
Json toJson(const Datastore& value, const std::string& scope);
Json toJson(const Compute& value, const std::string& scope);
Json toJson(const ComputeNode& value);
Json toJson(const VmSize& value);
Json toJson(const EnvironmentVersion& value, const std::string& scope);
Json toJson(const Job& value, const std::string& scope);
Json toJson(const RunDetails& value);
Json toJson(const ModelContainer& value, const std::string& scope);
Json toJson(const ModelVersion& value, const std::string& scope);
Json toJson(const CodeVersion& value, const std::string& scope);
Json toJson(const PendingUpload& value);
Json toJson(const Experiment& value);

void from_json(const Json& json, Workspace& value);
void from_json(const Json& json, ServiceInfo& value);
void from_json(const Json& json, Datastore& value);
void from_json(const Json& json, Compute& value);
void from_json(const Json& json, ComputeNode& value);
void from_json(const Json& json, VmSize& value);
void from_json(const Json& json, EnvironmentVersion& value);
void from_json(const Json& json, Job& value);
void from_json(const Json& json, RunDetails& value);
void from_json(const Json& json, ModelContainer& value);
void from_json(const Json& json, ModelVersion& value);
void from_json(const Json& json, CodeVersion& value);
void from_json(const Json& json, PendingUpload& value);
void from_json(const Json& json, Experiment& value);

// Reads JSON that came from outside: discarded where it is none, and where it is nested deeper than a hundred levels, since to copy
// or to write a value recurses.
Json parse(std::string_view text);

// Reads JSON text as a T. The one place where nlohmann's exceptions are caught.
template<typename T>
Result<T> read(const std::string& text)
{
    try {
        const Json json = parse(text);
        if (json.is_discarded())
            return failure(Error::Code::Protocol, "This version does not understand what was sent.", text.substr(0, 200));
        return json.get<T>();
    } catch (const Json::exception& fault) {
        return failure(Error::Code::Protocol, "This version does not understand what was sent.", fault.what());
    }
}

// "value" of a list answer as a vector; `nextLink` where there is one.
template<typename T>
struct Page {
    std::vector<T> value;
    std::string nextLink;
};

template<typename T>
void from_json(const Json& json, Page<T>& page)
{
    for (const char* key : {"value", "nodes"}) {
        if (json.contains(key))
            page.value = json.at(key).get<std::vector<T>>();
    }
    if (json.contains("nextLink") && json.at("nextLink").is_string())
        page.nextLink = json.at("nextLink").get<std::string>();
}

// ARM's error body {"error":{code,message,details}} and back. The message of an error body, empty where it is none.
std::string errorBody(const std::string& code, const std::string& message);
std::string errorMessage(const std::string& body);

} // namespace runyard::api
