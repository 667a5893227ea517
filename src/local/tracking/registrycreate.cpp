// A new version of a registered model. Its files are copied into the workspace, so that it outlives the run, and the window can hand it out
// with its digest.
#include "registry.h"

#include "loggedmodels.h"

#include "api/uri.h"
#include "core/ids.h"
#include "local/blobs/blobs.h"
#include "local/server/changes.h"
#include "local/store/store.h"

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

struct Wanted {
    std::string name;
    std::string source;
    std::string runId;
    std::string modelId;
    std::string runLink;
    std::string description;
    std::vector<std::pair<std::string, std::string>> tags;
    bool isPrompt = false;
    bool hasRun = false;
    bool hasModel = false;
};

Result<Wanted> readWanted(const Json& body)
{
    Fields fields(body);
    Wanted wanted;
    wanted.name = fields.needText("name");
    wanted.source = fields.needText("source");
    wanted.runId = fields.text("run_id");
    wanted.hasRun = fields.has("run_id");
    wanted.tags = tagsOf(fields);
    wanted.runLink = fields.text("run_link");
    wanted.description = fields.text("description");
    wanted.modelId = fields.text("model_id");
    wanted.hasModel = fields.has("model_id");
    for (const auto& [key, value] : wanted.tags)
        wanted.isPrompt = wanted.isPrompt || (key == PromptTag && value == "true");
    if (auto fault = fields.error())
        return Failure(*fault);
    if (auto good = checkRegisteredName(wanted.name); !good)
        return Failure(good.error());
    return wanted;
}

Failure invalidSource(const std::string& source, const std::string& why)
{
    return failure(Error::Code::Invalid, "Invalid model version source: '" + source + "'." + why);
}

Failure notOfIt(const Wanted& wanted, const char* parameter)
{
    return invalidSource(wanted.source, " The " + std::string(parameter) + " request parameter must identify the resource that contains the source.");
}

std::string schemeOf(const std::string& source)
{
    const auto colon = source.find(':');
    return colon == std::string::npos || source.find('/') < colon ? std::string() : source.substr(0, colon);
}

// As MLflow: no way out of the source's root, no path on this machine.
Result<> checkSource(const Wanted& wanted)
{
    if (wanted.isPrompt)
        return {};
    const std::string scheme = schemeOf(wanted.source);
    const std::string plain = api::decode(api::decode(wanted.source));
    for (std::size_t at = 0; at <= plain.size();) {
        const auto slash = std::min(plain.find('/', at), plain.size());
        if (plain.substr(at, slash - at) == "..")
            return invalidSource(wanted.source, " If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided"
                                                " without relative path references present. Please provide an absolute path.");
        at = slash + 1;
    }
    if (scheme.empty() || scheme == "file")
        return invalidSource(wanted.source, " To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within"
                                            " the artifact directory of the run specified by the run_id.");
    return {};
}

// The source must belong to the run or the model that the request names.
Result<> checkOwner(const Wanted& wanted, const ModelSource& source)
{
    const bool isOfRun = wanted.source.starts_with("runs:") || (!artifactPathOf(wanted.source).empty() && source.modelId.empty());
    const bool isOfModel = !source.modelId.empty();
    if (!wanted.modelId.empty() && (isOfRun || (isOfModel && source.modelId != wanted.modelId)))
        return notOfIt(wanted, "model_id");
    if (isOfRun && !wanted.runId.empty() && source.runId != wanted.runId)
        return notOfIt(wanted, "run_id");
    return {};
}

Task<Result<std::string>> reserve(TrackingParts parts, std::string name)
{
    RegistryWork work = [name](Database& database) -> Result<std::string> {
        const auto model = knownModel(database, name);
        if (!model)
            return Failure(model.error());
        database.run("UPDATE models SET lastVersion = lastVersion + 1 WHERE name = ?", name);
        return std::to_string(database.number("SELECT lastVersion FROM models WHERE name = ?", name).value_or(1));
    };
    co_return co_await parts.store.write<std::string>(std::move(work));
}

// Copies the files; a place that something else has taken meanwhile is stepped over.
Task<Result<>> keepFiles(TrackingParts parts, ModelSource source, api::ModelVersion& model)
{
    // The folder keeps its name, as clients of Azure expect to find it again after a download.
    const std::string last = source.modelId.empty() ? source.folder.filename().string() : "model";
    std::string place = model.name + "/" + model.version + "/" + last;
    auto stored = co_await parts.blobs.store(source.folder, "models", place);
    if (!stored && stored.error().code == Error::Code::Conflict) {
        place = model.name + "/" + model.version + "-" + randomHex(4) + "/" + last;
        stored = co_await parts.blobs.store(source.folder, "models", place);
    }
    if (!stored)
        co_return Failure(stored.error());
    std::error_code error;
    if (fs::exists(source.folder / "MLmodel", error))
        model.type = "mlflow_model";
    model.uri = api::datastoreUri("workspacemodels", place);
    model.properties["runyard.sha256"] = stored->sha256;
    model.properties["runyard.size"] = std::to_string(stored->size);
    model.properties["runyard.files"] = std::to_string(stored->files);
    co_return Result<>();
}

api::ModelVersion versionOf(const Wanted& wanted, const std::string& number)
{
    api::ModelVersion model;
    model.name = wanted.name;
    model.version = number;
    model.uri = wanted.source;
    model.jobName = wanted.runId;
    model.description = wanted.description;
    for (const auto& [key, value] : wanted.tags)
        model.tags[key] = value;
    model.properties[property::Source] = wanted.source;
    if (!wanted.runLink.empty())
        model.properties[property::RunLink] = wanted.runLink;
    if (!wanted.modelId.empty())
        model.properties[property::ModelId] = wanted.modelId;
    return model;
}

// A logged model tells in a tag which versions were made of it.
Result<> noteRegistration(Database& database, const std::string& id, const std::string& name, const std::string& version)
{
    const auto model = findLoggedModel(database, id);
    if (!model)
        return {};
    const auto old = database.text("SELECT value FROM loggedModelTags WHERE model = ? AND key = 'mlflow.modelVersions'", model->serial);
    auto list = parseLenient(old.value_or("[]")).value_or(Json::array());
    list.push_back(Json{{"name", name}, {"version", version}});
    database.run("INSERT OR REPLACE INTO loggedModelTags(model, key, value) VALUES(?, 'mlflow.modelVersions', ?)", model->serial, toText(list));
    return keepLoggedModel(database, id);
}

Task<Result<std::string>> save(TrackingParts parts, api::ModelVersion model, std::string loggedModel)
{
    RegistryWork work = [model, loggedModel, scope = parts.workspacePath](Database& database) -> Result<std::string> {
        if (!findModel(database, model.name))
            return failure(Error::Code::NotFound, "Registered Model with name=" + model.name + " not found");
        if (auto kept = putVersion(database, model, scope); !kept)
            return Failure(kept.error());
        touchModel(database, model.name);
        if (auto kept = keepRegisteredModel(database, model.name); !kept)
            return Failure(kept.error());
        if (auto kept = noteRegistration(database, loggedModel, model.name, model.version); !kept)
            return Failure(kept.error());
        const auto made = findVersion(database, model.name, model.version);
        if (!made)
            return failure(Error::Code::Server, "The version could not be kept.");
        return toText(Json{{"model_version", versionJson(database, *made)}});
    };
    const auto answer = co_await writeRegistry(parts, std::move(work));
    if (answer && !model.jobName.empty())
        parts.changes.touch("run/" + model.jobName);
    co_return answer;
}

// Fills in what the source itself tells of its run and its model.
Result<ModelSource> resolve(const TrackingParts& parts, Wanted& wanted)
{
    if (wanted.isPrompt)
        return ModelSource{};
    const auto source = findSource(parts, wanted.source);
    if (!source)
        return source;
    if (!source->version.empty()) {  // a copy of another version
        const bool differs = (wanted.hasRun && wanted.runId != source->runId) || (wanted.hasModel && wanted.modelId != source->modelId);
        if (differs)
            return invalidSource(wanted.source, " The run_id and model_id request parameters must match the referenced model version.");
        wanted.runId = source->runId;
        wanted.modelId = source->modelId;
        return source;
    }
    if (auto good = checkOwner(wanted, *source); !good)
        return Failure(good.error());
    if (wanted.modelId.empty())
        wanted.modelId = source->modelId;
    if (wanted.runId.empty())
        wanted.runId = source->runId;
    return source;
}

Task<Result<std::string>> create(TrackingParts parts, Asked asked)
{
    auto wanted = readWanted(asked.fields);
    if (!wanted)
        co_return Failure(wanted.error());
    if (auto good = checkSource(*wanted); !good)
        co_return Failure(good.error());
    const auto source = resolve(parts, *wanted);
    if (!source)
        co_return Failure(source.error());
    const auto number = co_await reserve(parts, wanted->name);
    if (!number)
        co_return Failure(number.error());
    api::ModelVersion model = versionOf(*wanted, *number);
    std::error_code error;
    if (!source->folder.empty() && fs::exists(source->folder, error)) {
        const auto kept = co_await keepFiles(parts, *source, model);
        if (!kept)
            co_return Failure(kept.error());
    }
    co_return co_await save(parts, std::move(model), wanted->modelId);
}

} // namespace

void addVersionCreation(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "POST", "model-versions/create", create);
}

} // namespace runyard::local
