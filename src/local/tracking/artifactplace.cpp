#include "artifactplace.h"

#include "api/uri.h"
#include "local/store/rows.h"
#include "loggedmodels.h"

#include <algorithm>
#include <cctype>

namespace runyard::local {

namespace {

std::vector<std::string> partsOf(const std::string& path)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= path.size();) {
        const auto slash = std::min(path.find('/', at), path.size());
        parts.push_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    return parts;
}

bool leadsOut(const std::string& path)
{
    const auto parts = partsOf(path);
    const bool isDrive = path.size() > 2 && std::isalpha(static_cast<unsigned char>(path[0])) && path[1] == ':' && path[2] == '/';
    return path.starts_with('/') || path.starts_with("file:") || isDrive || path.find('\\') != std::string::npos || path.find('\0') != std::string::npos
        || std::find(parts.begin(), parts.end(), "..") != parts.end() || path.find("//") != std::string::npos;
}

std::string joined(const std::vector<std::string>& parts, std::size_t from)
{
    std::string path;
    for (std::size_t i = from; i < parts.size(); ++i)
        path += (path.empty() ? "" : "/") + parts[i];
    while (path.ends_with('/'))
        path.pop_back();
    return path;
}

ArtifactPlace ofRun(const std::string& run, std::string path)
{
    const std::string first = path.substr(0, path.find('/'));
    const bool isNamed = first == "outputs" || first == "logs" || first == "user_logs" || first == "system_logs";
    const std::string root = "ExperimentRun/dcid." + run + "/";
    return ArtifactPlace{ArtifactPlace::Kind::Run, run, "azureml", isNamed ? root : root + "outputs/", std::move(path)};
}

ArtifactPlace ofModel(Database& database, const LoggedModelRow& model, std::string path)
{
    if (!model.sourceRun.empty() && findRun(database, model.sourceRun))
        return ArtifactPlace{ArtifactPlace::Kind::LoggedModel, model.sourceRun, "azureml", "ExperimentRun/dcid." + model.sourceRun + "/outputs/models/" + model.id + "/", std::move(path)};
    return ArtifactPlace{ArtifactPlace::Kind::LoggedModel, {}, "data", "azureml/logged-models/" + model.id + "/", std::move(path)};
}

} // namespace

Result<ArtifactPlace> findPlace(Database& database, const std::string& path)
{
    const Failure invalid = failure(Error::Code::Invalid, "Invalid path: " + path);
    const std::string once = api::decode(path);
    if (leadsOut(path) || leadsOut(once) || leadsOut(api::decode(once)))
        return invalid;
    const auto parts = partsOf(path);
    if (parts[0] == RegisteredRoot)
        return ArtifactPlace{ArtifactPlace::Kind::Registered, {}, "models", {}, joined(parts, 1)};
    // An experiment's own artifact root may be of any depth.
    const auto mark = std::find(parts.begin() + 1, parts.end(), "artifacts");
    const auto at = static_cast<std::size_t>(mark - parts.begin());
    if (mark == parts.end() || at < 2)
        return invalid;
    const std::string& owner = parts[at - 1];
    if (parts[at - 2] == "models") {
        if (const auto model = findLoggedModel(database, owner))
            return ofModel(database, *model, joined(parts, at + 1));
        return failure(Error::Code::NotFound, "Logged model with ID '" + owner + "' not found.");
    }
    if (findRun(database, owner))
        return ofRun(owner, joined(parts, at + 1));
    return failure(Error::Code::NotFound, "Run with id=" + owner + " not found");
}

std::string artifactPathOf(const std::string& uri)
{
    std::string path;
    if (uri.starts_with("mlflow-artifacts:")) {
        path = uri.substr(std::string_view("mlflow-artifacts:").size());
        if (path.starts_with("//"))
            path.erase(0, std::min(path.find('/', 2), path.size()));
    } else if (uri.starts_with("http://") || uri.starts_with("https://")) {
        constexpr std::string_view Route = "/api/2.0/mlflow-artifacts/artifacts/";
        const auto at = uri.find(Route);
        path = at == std::string::npos ? std::string() : api::decode(uri.substr(at + Route.size()));
    }
    path.erase(0, std::min(path.find_first_not_of('/'), path.size()));
    return path;
}

std::string placeOfVersion(const api::ModelVersion& model)
{
    const auto uri = api::parseAssetUri(model.uri);
    if (!uri || uri->kind != api::AssetUri::Kind::Datastore || uri->owner != "workspacemodels")
        return {};
    return "mlflow-artifacts:/" + std::string(RegisteredRoot) + "/" + uri->path;
}

} // namespace runyard::local
