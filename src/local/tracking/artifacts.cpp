// The artifact proxy of MLflow: files of a run, which are the same as its blobs in the container "azureml".
#include "calls.h"

#include "api/uri.h"
#include "local/blobs/blobs.h"
#include "local/blobs/digests.h"
#include "local/blobs/upload.h"
#include "local/runs/inpool.h"
#include "local/store/store.h"

#include <sys/stat.h>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

struct Place {
    std::string run;
    std::string path;  // from the run's artifact root
};

Failure invalidPath(const std::string& path) { return failure(Error::Code::Invalid, "Invalid path: " + path); }

// "{experiment}/{run}/artifacts/{path}", refused where it leaves the run.
Result<Place> placeOf(const std::string& path)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= path.size();) {
        const auto slash = std::min(path.find('/', at), path.size());
        parts.push_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    const bool isOfRun = parts.size() >= 3 && parts[2] == "artifacts";
    const std::string plain = api::decode(path);
    if (!isOfRun || plain.find("..") != std::string::npos || plain.find('\\') != std::string::npos || plain.find(':') != std::string::npos || path.starts_with('/'))
        return invalidPath(path);
    Place place{parts[1], {}};
    for (std::size_t i = 3; i < parts.size(); ++i)
        place.path += (place.path.empty() ? "" : "/") + parts[i];
    return place;
}

// MLflow's artifact root is the run's outputs/; the other parts of the run are reached by their names.
std::string rootOf(const Place& place)
{
    const std::string root = "ExperimentRun/dcid." + place.run + "/";
    const std::string first = place.path.substr(0, place.path.find('/'));
    const bool isNamed = first == "outputs" || first == "logs" || first == "user_logs" || first == "system_logs";
    return isNamed ? root : root + "outputs/";
}

Result<fs::path> locate(const TrackingParts& parts, const Place& place)
{
    if (auto run = knownRun(parts.store.reader(), place.run); !run)
        return Failure(run.error());
    return parts.blobs.locate("azureml", rootOf(place) + place.path);
}

// Writes and digests beside the run, then moves into it. Scripts may write to the file again: it stays writable.
Task<Response> put(TrackingParts parts, Request& request)
{
    const auto place = placeOf(request.params["path"]);
    if (!place)
        co_return trackingError(place.error());
    if (auto run = writableRun(parts.store.reader(), place->run, request.who); !run)
        co_return trackingError(run.error());
    const auto target = locate(parts, *place);
    if (!target || place->path.empty())
        co_return trackingError(target ? invalidPath(place->path).value() : target.error());
    auto& blobs = parts.blobs;
    Upload::Plan plan;
    plan.name = place->path;
    plan.expected = request.body->left() > 1 ? request.body->left() : -1;
    plan.md5 = Upload::Md5::Wanted;
    auto upload = Upload::begin(blobs.shelf(), blobs.tree().uploads("azureml"), plan);
    if (!upload)
        co_return Response::mlflow(upload.error());
    auto written = co_await (*upload)->take(*request.body);
    if (!written)
        co_return Response::mlflow(written.error());
    std::vector<BlobRecord> records(1, BlobRecord{rootOf(*place) + place->path, written->facts, written->sha256, written->md5, {}});
    const auto noted = co_await blobs.digests().put("azureml", std::move(records));
    if (!noted)
        co_return Response::mlflow(noted.error());
    std::function<Result<>()> work = [root = blobs.tree().root("azureml"), file = written->file, target = *target] {
        ::chmod(file.c_str(), 0644);
        return moveIntoPlace(root, file, target, Replace::Yes);
    };
    const auto moved = co_await inPool<Result<>>(blobs.context(), blobs.pool(), std::move(work));
    if (!moved)
        co_return Response::mlflow(moved.error());
    co_return Response::json("{}");
}

Task<Response> get(TrackingParts parts, Request& request)
{
    const auto place = placeOf(request.params["path"]);
    if (!place)
        co_return trackingError(place.error());
    const auto source = locate(parts, *place);
    if (!source)
        co_return trackingError(source.error());
    std::error_code error;
    if (!fs::is_regular_file(*source, error))
        co_return trackingError(Error{Error::Code::NotFound, "No such artifact: '" + place->path + "'", {}});
    Response response;
    response.file = FileBody{*source, 0, static_cast<std::int64_t>(fs::file_size(*source, error))};
    co_return std::move(response).with("Content-Type", "application/octet-stream").with("X-Content-Type-Options", "nosniff")
        .with("Content-Disposition", "attachment; filename*=UTF-8''" + api::encode(source->filename().string()));
}

Task<Response> remove(TrackingParts parts, Request& request)
{
    const auto place = placeOf(request.params["path"]);
    if (!place)
        co_return trackingError(place.error());
    if (auto run = writableRun(parts.store.reader(), place->run, request.who); !run)
        co_return trackingError(run.error());
    const auto target = locate(parts, *place);
    if (!target || place->path.empty())
        co_return trackingError(target ? invalidPath(place->path).value() : target.error());
    std::function<int()> work = [target = *target] {
        std::error_code ignored;
        fs::remove_all(target, ignored);
        return 0;
    };
    co_await inPool<int>(parts.blobs.context(), parts.blobs.pool(), std::move(work));
    co_return Response::json("{}");
}

Result<Json> listFiles(const TrackingParts& parts, const Place& place, bool isBasename)
{
    if (auto run = knownRun(parts.store.reader(), place.run); !run)
        return Failure(run.error());
    const std::string root = rootOf(place);
    const std::string prefix = root + (place.path.empty() ? "" : place.path + "/");
    Json files = Json::array();
    std::string marker;
    do {
        const auto page = parts.blobs.list("azureml", prefix, "/", marker, 5000);
        if (!page)
            return Failure(page.error());
        for (const api::Blob& blob : page->blobs) {
            std::string name = blob.name.substr((isBasename ? prefix : root).size());
            if (blob.isFolder)
                name.pop_back();
            files.push_back(blob.isFolder ? Json{{"path", name}, {"is_dir", true}} : Json{{"path", name}, {"is_dir", false}, {"file_size", blob.size}});
        }
        marker = page->nextMarker;
    } while (!marker.empty());
    return files;
}

Task<Response> list(TrackingParts parts, Request& request)
{
    const auto place = placeOf(request.queried("path"));
    if (!place)
        co_return trackingError(place.error());
    const auto files = listFiles(parts, *place, true);
    if (!files)
        co_return trackingError(files.error());
    co_return Response::json(toText(Json{{"files", *files}}));
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
    const auto place = placeOf("0/" + id + "/artifacts" + (path.empty() ? "" : "/" + path));
    if (!place || path.starts_with('/'))
        co_return invalidPath(path);
    const auto files = listFiles(parts, *place, false);
    if (!files)
        co_return Failure(files.error());
    const auto experiment = findExperiment(database, run->experiment);
    Json answer{{"root_uri", experiment ? artifactUri(*experiment, id) : ""}};
    if (!files->empty())
        answer["files"] = *files;
    co_return toText(answer);
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
