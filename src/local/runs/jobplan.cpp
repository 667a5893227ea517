#include "jobplan.h"

#include "api/json.h"
#include "api/names.h"
#include "api/uri.h"
#include "commandline.h"
#include "local/blobs/blobs.h"
#include "local/computes/computes.h"
#include "local/store/store.h"
#include "scheduler.h"

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

Result<> findCompute(const api::Job& job, const SchedulerParts& parts, JobPlan& plan)
{
    plan.compute = api::armName(job.computeId, "computes");
    if (plan.compute.empty())
        return failure(Error::Code::Invalid, "The job names no compute target. Choose one.", job.computeId);
    if (!parts.computes.get(plan.compute))
        return failure(Error::Code::Invalid, "There is no compute target “" + plan.compute + "” in this workspace. Create it or choose another.");
    return {};
}

Result<> findEnvironment(const api::Job& job, const SchedulerParts& parts, JobPlan& plan)
{
    plan.environment.framework.clear();
    if (job.environmentId.empty())
        return {};
    const std::string name = api::armName(job.environmentId, "environments"), version = api::armVersion(job.environmentId);
    const auto document = parts.documents.get("environment", name, version);
    if (!document)
        return failure(Error::Code::Invalid, "There is no environment “" + name + "” with version “" + version + "” in this workspace.", job.environmentId);
    const auto environment = api::read<api::EnvironmentVersion>(document->json);
    if (!environment)
        return Failure(environment.error());
    auto wanted = api::toEnvironmentRequest(*environment);
    if (!wanted)
        return Failure(wanted.error());
    plan.environment = std::move(*wanted);
    return {};
}

Result<> findCode(const api::Job& job, const SchedulerParts& parts, JobPlan& plan)
{
    if (job.codeId.empty())
        return {};
    const auto document = parts.documents.get("code", api::armName(job.codeId, "codes"), api::armVersion(job.codeId));
    const auto code = document ? api::read<api::CodeVersion>(document->json) : failure(Error::Code::Invalid, "The job's code is not in this workspace. Submit it again.", job.codeId);
    if (!code)
        return Failure(code.error());
    auto folder = parts.blobs.locateUrl(code->uri);
    if (!folder)
        return Failure(folder.error());
    std::error_code error;
    if (!fs::is_directory(*folder, error))
        return failure(Error::Code::Invalid, "The job's code is not in this workspace any more. Submit it again.", folder->string());
    plan.code = *folder;
    return {};
}

// "azureml:name:version", or the long id of a data asset → the address it stands for; anything else as it is.
Result<std::string> addressOf(const std::string& uri, const SchedulerParts& parts)
{
    const bool isAsset = uri.starts_with("azureml:") && !uri.starts_with("azureml://") && !uri.starts_with("azureml:/subscriptions");
    const bool isLong = (uri.find("/data/") != std::string::npos || uri.find("/models/") != std::string::npos) && uri.find("/versions/") != std::string::npos && (uri.starts_with("azureml:") || uri.starts_with("/subscriptions"));
    if (!isAsset && !isLong)
        return uri;
    const std::string version = api::armVersion(uri);
    for (const auto& [kind, collection, property] : {std::tuple("data", "data", "dataUri"), std::tuple("model", "models", "modelUri")}) {
        if (const auto document = parts.documents.get(kind, api::armName(uri, collection), version))
            return api::Json::parse(document->json, nullptr, false)["properties"].value(property, "");
    }
    return failure(Error::Code::Invalid, "There is neither data nor a model “" + uri + "” in this workspace.", uri);
}

Result<fs::path> locate(const std::string& given, const SchedulerParts& parts)
{
    const auto found = addressOf(given, parts);
    if (!found)
        return Failure(found.error());
    const std::string& uri = *found;
    const auto asset = api::parseAssetUri(uri);
    if (asset)
        return parts.blobs.locate(*asset);
    // A plain path of this computer is what it says.
    if (!uri.empty() && uri.front() == '/')
        return fs::path(uri);
    return Failure(asset.error());
}

Result<std::string> placeInput(const std::string& name, const api::JobInput& input, const RunFolder& folder, const SchedulerParts& parts, JobPlan& plan)
{
    if (input.type == "literal" || input.uri.empty())
        return input.value;
    if (input.mode == "Direct")
        return input.uri;
    const auto path = locate(input.uri, parts);
    if (!path)
        return Failure(path.error());
    std::error_code error;
    if (!fs::exists(*path, error))
        return failure(Error::Code::Invalid, "The input “" + name + "” names data that is not there: " + input.uri + ". Upload it or correct the path.", path->string());
    if (input.mode != "Download")
        return path->string();
    const fs::path target = folder.path() / "inputs" / name;
    const bool isFile = fs::is_regular_file(*path, error);
    plan.downloads.push_back({*path, isFile ? target / path->filename() : target});
    return plan.downloads.back().to.string();
}

Result<std::string> placeOutput(const std::string& name, const api::JobOutput& output, const api::Job& job, const RunFolder& folder, const SchedulerParts& parts, JobPlan& plan)
{
    const std::string uri = output.uri.empty() ? outputUri(job.name, name) : output.uri;
    const auto path = locate(uri, parts);
    if (!path)
        return Failure(path.error());
    const fs::path place = output.mode == "Upload" ? folder.path() / "uploads" / name : *path;
    if (output.mode == "Upload")
        plan.uploads.push_back({place, *path});
    plan.folders.push_back(output.type == "uri_file" ? place.parent_path() : place);
    return place.string();
}

} // namespace

std::string outputUri(const std::string& job, const std::string& output) { return api::datastoreUri("workspaceblobstore", "azureml/" + job + '/' + output); }

Result<JobPlan> planJob(const api::Job& job, const RunFolder& folder, const SchedulerParts& parts)
{
    JobPlan plan;
    for (const auto step : {findCompute, findEnvironment, findCode})
        if (auto found = step(job, parts, plan); !found)
            return Failure(found.error());
    std::map<std::string, std::string> values;
    for (const auto& [name, input] : job.inputs) {
        const auto value = placeInput(name, input, folder, parts, plan);
        if (!value)
            return Failure(value.error());
        values["inputs." + name] = *value;
        plan.variables["AZURE_ML_INPUT_" + name] = *value;
        plan.variables["AZUREML_DATAREFERENCE_" + name] = *value;
    }
    for (const auto& [name, output] : job.outputs) {
        const auto value = placeOutput(name, output, job, folder, parts, plan);
        if (!value)
            return Failure(value.error());
        values["outputs." + name] = *value;
        plan.variables["AZURE_ML_OUTPUT_" + name] = *value;
    }
    const auto command = expandCommand(job.command, values);
    if (!command)
        return Failure(command.error());
    if (command->find_first_not_of(" \t\n") == std::string::npos)
        return failure(Error::Code::Invalid, "The job has no command. Name the script it is to run.");
    plan.command = *command;
    return plan;
}

} // namespace runyard::local
