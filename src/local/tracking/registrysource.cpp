// What a model version is made from, by the uris that MLflow and Azure have for it.
#include "registry.h"

#include "loggedmodels.h"

#include "api/uri.h"
#include "local/blobs/blobs.h"
#include "local/store/store.h"

namespace runyard::local {

namespace {

std::string withoutSlashes(std::string text)
{
    text.erase(0, std::min(text.find_first_not_of('/'), text.size()));
    while (text.ends_with('/'))
        text.pop_back();
    return text;
}

Result<ModelSource> ofPlace(const TrackingParts& parts, const std::string& path)
{
    const auto place = findPlace(parts.store.reader(), path);
    if (!place)  // MLflow takes a source that is nowhere
        return place.error().code == Error::Code::NotFound ? Result<ModelSource>(ModelSource{}) : Result<ModelSource>(Failure(place.error()));
    const auto folder = parts.blobs.locate(place->container, place->blob());
    if (!folder)
        return Failure(folder.error());
    ModelSource source{*folder, place->run, {}, {}};
    if (place->kind == ArtifactPlace::Kind::LoggedModel) {
        const auto models = path.find("/models/") + std::string_view("/models/").size();
        source.modelId = path.substr(models, path.find('/', models) - models);
    }
    return source;
}

Result<ModelSource> ofVersion(const TrackingParts& parts, const std::string& name, const std::string& number)
{
    const auto version = knownVersion(parts.store.reader(), name, number);
    if (!version)
        return Failure(version.error());
    ModelSource source;
    const auto uri = api::parseAssetUri(version->model.uri);
    if (uri) {
        if (const auto folder = parts.blobs.locate(*uri))
            source.folder = *folder;
    }
    source.runId = version->model.jobName;
    const auto id = version->model.properties.find(property::ModelId);
    source.modelId = id == version->model.properties.end() ? std::string() : id->second;
    source.version = version->model.version;
    return source;
}

// "m-…", "name/3", "name/Production", "name@alias".
Result<ModelSource> ofModels(const TrackingParts& parts, const std::string& source, const std::string& rest)
{
    Database& database = parts.store.reader();
    const auto slash = rest.find('/');
    const auto at = rest.find('@');
    if (slash == std::string::npos && at == std::string::npos) {
        const auto model = findLoggedModel(database, rest);
        if (!model || model->isDeleted)
            return failure(Error::Code::Invalid, "Unable to fetch model from model URI source artifact location '" + source + "'.Error: Logged model with ID '" + rest + "' not found.");
        return ofPlace(parts, "0/models/" + rest + "/artifacts");
    }
    if (at != std::string::npos) {
        const TextMap aliases = modelAliases(database, rest.substr(0, at));
        const auto found = aliases.find(rest.substr(at + 1));
        if (found == aliases.end())
            return failure(Error::Code::Invalid, "Registered model alias " + rest.substr(at + 1) + " not found.");
        return ofVersion(parts, rest.substr(0, at), found->second);
    }
    const std::string name = rest.substr(0, slash);
    const std::string which = rest.substr(slash + 1);
    if (const auto stage = canonicalStage(which)) {
        for (const VersionRow& version : versionsOf(database, name)) {
            if (stageOf(version) == *stage)
                return ofVersion(parts, name, version.model.version);
        }
    }
    return ofVersion(parts, name, which);
}

} // namespace

Result<ModelSource> findSource(const TrackingParts& parts, const std::string& source)
{
    if (const std::string path = artifactPathOf(source); !path.empty())
        return ofPlace(parts, withoutSlashes(path));
    if (source.starts_with("runs:")) {
        const std::string rest = withoutSlashes(source.substr(5));
        const auto slash = std::min(rest.find('/'), rest.size());
        const std::string run = rest.substr(0, slash);
        auto found = ofPlace(parts, "0/" + run + "/artifacts" + rest.substr(slash));
        if (found)
            found->runId = run;
        return found;
    }
    if (source.starts_with("models:"))
        return ofModels(parts, source, withoutSlashes(source.substr(7)));
    if (source.starts_with("azureml://")) {
        const auto uri = api::parseAssetUri(source);
        if (!uri)
            return Failure(uri.error());
        const auto folder = parts.blobs.locate(*uri);
        if (!folder)
            return Failure(folder.error());
        return ModelSource{*folder, uri->kind == api::AssetUri::Kind::JobOutput ? uri->owner : std::string(), {}, {}};
    }
    return ModelSource{};
}

} // namespace runyard::local
