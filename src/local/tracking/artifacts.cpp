// The artifact proxy of MLflow: files of runs, of logged and of registered models, which are blobs of the workspace too.
#include "artifactplace.h"
#include "calls.h"
#include "loggedmodels.h"

#include "api/uri.h"
#include "local/blobs/blobs.h"
#include "local/blobs/digests.h"
#include "local/blobs/settle.h"
#include "local/blobs/upload.h"
#include "local/runs/inpool.h"
#include "local/store/store.h"

#include <sys/stat.h>

#include <algorithm>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr const char* NoSuchArtifact = "No such artifact: ";

Failure invalidPath(const std::string& path) { return failure(Error::Code::Invalid, "Invalid path: " + path); }

Result<fs::path> locate(const TrackingParts& parts, const ArtifactPlace& place)
{
    return parts.blobs.locate(place.container, place.blob());
}

// A place that the one who asks may write to.
Result<ArtifactPlace> writablePlace(const TrackingParts& parts, const Request& request)
{
    const std::string path = request.params.at("path");
    auto place = findPlace(parts.store.reader(), path);
    if (!place)
        return place;
    if (place->path.empty() || path.ends_with('/'))
        return invalidPath(path);
    if (place->kind == ArtifactPlace::Kind::Registered)
        return failure(Error::Code::Forbidden, "The files of a registered model do not change; register another version.");
    if (!place->run.empty()) {
        if (auto run = writableRun(parts.store.reader(), place->run, request.who); !run)
            return Failure(run.error());
    } else if (request.who.kind == Identity::Kind::Run) {
        return failure(Error::Code::Forbidden, "The token of run “" + request.who.runId + "” may not write to a model that no run made.");
    }
    if (auto good = checkBlobName(place->blob()); !good)
        return Failure(good.error());
    return place;
}

// The body of a request into a file, which comes to its place whole or not at all.
Task<Result<>> receive(Blobs& blobs, Request& request, ArtifactPlace place, fs::path target)
{
    Upload::Plan plan;
    plan.name = place.path;
    if (request.body->left() > 1)
        plan.expected = request.body->left();
    plan.md5 = Upload::Md5::Wanted;
    auto upload = Upload::begin(blobs.shelf(), blobs.tree().uploads(place.container), std::move(plan));
    if (!upload)
        co_return Failure(upload.error());
    const auto written = co_await (*upload)->take(*request.body);
    if (!written)
        co_return Failure(written.error());
    if (place.container == "azureml")
        ::chmod(written->file.c_str(), 0644);  // the run's script may write to it again
    Settling settling;
    settling.container = place.container;
    settling.record = BlobRecord{place.blob(), written->facts, written->sha256, written->md5, {}};
    settling.file = written->file;
    settling.place = std::move(target);
    co_return co_await settle(blobs, std::move(settling));
}

Task<Response> put(TrackingParts parts, Request& request)
{
    const auto place = writablePlace(parts, request);
    if (!place)
        co_return trackingError(place.error());
    const auto target = locate(parts, *place);
    if (!target)
        co_return trackingError(target.error());
    auto done = co_await receive(parts.blobs, request, *place, *target);
    if (!done)
        co_return trackingError(done.error());
    co_return Response::json("{}");
}

Task<Response> get(TrackingParts parts, Request& request)
{
    const auto place = findPlace(parts.store.reader(), request.params["path"]);
    if (!place)
        co_return trackingError(place.error());
    const auto source = locate(parts, *place);
    if (!source)
        co_return trackingError(source.error());
    std::error_code error;
    if (!fs::is_regular_file(*source, error))
        co_return trackingError(Error{Error::Code::NotFound, NoSuchArtifact + ("'" + place->path + "'"), {}});
    Response response;
    response.file = FileBody{*source, 0, static_cast<std::int64_t>(fs::file_size(*source, error))};
    co_return std::move(response).with("Content-Type", "application/octet-stream").with("X-Content-Type-Options", "nosniff")
        .with("Content-Disposition", "attachment; filename*=UTF-8''" + api::encode(source->filename().string()));
}

Task<Response> remove(TrackingParts parts, Request& request)
{
    const auto place = writablePlace(parts, request);
    if (!place)
        co_return trackingError(place.error());
    const auto target = locate(parts, *place);
    if (!target)
        co_return trackingError(target.error());
    std::function<bool()> work = [path = *target] {
        std::error_code error;
        fs::remove_all(path, error);
        return !error;
    };
    const bool isGone = co_await inPool(parts.context, parts.blobs.pool(), std::move(work));
    if (!isGone)
        co_return trackingError(Error{Error::Code::Storage, "“" + place->path + "” could not be removed.", {}});
    co_return Response::json("{}");
}

// The models that a run made are no artifacts of the run to MLflow's clients: they list them by themselves.
bool isModelsOnly(const TrackingParts& parts, const ArtifactPlace& place)
{
    Database& database = parts.store.reader();
    const auto page = parts.blobs.list(place.container, place.root + "models/", "/", {}, 1000);
    if (!page || page->blobs.empty())
        return false;
    return std::all_of(page->blobs.begin(), page->blobs.end(), [&](const api::Blob& blob) {
        const std::string id = fs::path(blob.name.substr(0, blob.name.size() - (blob.isFolder ? 1 : 0))).filename().string();
        return blob.isFolder && findLoggedModel(database, id);
    });
}

enum class Names { Whole, Last };  // from the artifact root, or the last part only

Result<Json> listFiles(const TrackingParts& parts, const ArtifactPlace& place, Names names)
{
    const std::string prefix = place.root + (place.path.empty() ? "" : place.path + "/");
    Json files = Json::array();
    std::string marker;
    do {
        const auto page = parts.blobs.list(place.container, prefix, "/", marker, 5000);
        if (!page)
            return Failure(page.error());
        for (const api::Blob& blob : page->blobs) {
            std::string name = blob.name.substr((names == Names::Last ? prefix : place.root).size());
            if (blob.isFolder)
                name.pop_back();
            const bool isHidden = place.kind == ArtifactPlace::Kind::Run && place.path.empty() && name == "models" && isModelsOnly(parts, place);
            if (!isHidden)
                files.push_back(blob.isFolder ? Json{{"path", name}, {"is_dir", true}} : Json{{"path", name}, {"is_dir", false}, {"file_size", blob.size}});
        }
        marker = page->nextMarker;
    } while (!marker.empty());
    return files;
}

Task<Response> list(TrackingParts parts, Request& request)
{
    const auto place = findPlace(parts.store.reader(), request.queried("path"));
    if (!place)
        co_return trackingError(place.error());
    const auto files = listFiles(parts, *place, Names::Last);
    if (!files)
        co_return trackingError(files.error());
    co_return Response::json(toText(Json{{"files", *files}}));
}

Result<std::string> listBelow(const TrackingParts& parts, const std::string& owner, const std::string& path, const std::string& uri)
{
    if (path.starts_with('/'))
        return invalidPath(path);
    const auto place = findPlace(parts.store.reader(), "0/" + owner + "/artifacts" + (path.empty() ? "" : "/" + path));
    if (!place)
        return place.error().code == Error::Code::NotFound ? Failure(place.error()) : invalidPath(path);
    const auto files = listFiles(parts, *place, Names::Whole);
    if (!files)
        return Failure(files.error());
    Json answer{{"root_uri", uri}};
    if (!files->empty())
        answer["files"] = *files;
    return toText(answer);
}

Task<Result<std::string>> listOfRun(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needRunId();
    const std::string path = fields.text("path");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto run = knownRun(database, id);
    if (!run)
        co_return Failure(run.error());
    const auto experiment = findExperiment(database, run->experiment);
    co_return listBelow(parts, id, path, experiment ? artifactUri(*experiment, id) : "mlflow-artifacts:/0/" + id + "/artifacts");
}

Task<Result<std::string>> listOfModel(TrackingParts parts, Asked asked)
{
    Fields fields(asked.fields);
    const std::string id = fields.needText("model_id");
    const std::string path = fields.text("artifact_directory_path");
    if (auto fault = fields.error())
        co_return Failure(*fault);
    Database& database = parts.store.reader();
    const auto model = knownLoggedModel(database, id);
    if (!model)
        co_return Failure(model.error());
    co_return listBelow(parts, "models/" + id, path, artifactUriOf(database, *model));
}

// The words by which MLflow's client knows that it has to send a large file in one piece.
Task<Response> refuseParts(Request&)
{
    co_return Response::json(R"({"error_code":"NOT_IMPLEMENTED","message":"Multipart upload is not supported for the current artifact repository"})", 501);
}

} // namespace

void addArtifactRoutes(Router& router, const TrackingParts& parts)
{
    addCall(router, parts, "GET", "artifacts/list", listOfRun);
    addCall(router, parts, "GET", "logged-models/{model_id}/artifacts/directories", listOfModel);
    for (const std::string prefix : {"/api/2.0/mlflow-artifacts/", "/ajax-api/2.0/mlflow-artifacts/", "/mlflow/v1.0$WS/api/2.0/mlflow-artifacts/"}) {
        const auto add = [&](const char* method, const std::string& path, Task<Response> (*handler)(TrackingParts, Request&)) {
            router.add(method, prefix + path, "mlflow", Route::Access::RunToo, [parts, handler](Request& request) { return handler(parts, request); });
        };
        add("GET", "artifacts", list);
        add("GET", "artifacts/{path*}", get);
        add("PUT", "artifacts/{path*}", put);
        add("DELETE", "artifacts/{path*}", remove);
        router.add("POST", prefix + "mpu/{rest*}", "mlflow", Route::Access::RunToo, refuseParts);
    }
}

} // namespace runyard::local
