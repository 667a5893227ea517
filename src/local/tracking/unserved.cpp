// What MLflow has and a workspace has not. Its clients read ENDPOINT_NOT_FOUND as "this server cannot do that" and go on, or tell the sentence.
#include "calls.h"


namespace runyard::local {

namespace {

struct Unserved {
    const char* part;  // of the path
    const char* what;
};

constexpr Unserved Known[] = {
    {"/traces", "Traces are"}, {"/assessments", "Assessments of traces are"}, {"/unified-traces", "Traces are"}, {"/scorers", "Scorers are"}, {"/datasets", "Evaluation datasets are"},
    {"/workspaces", "Several workspaces in one service are"}, {"/webhooks", "Webhooks are"}, {"/gateway", "The AI gateway is"}, {"/graphql", "GraphQL is"},
    {"/prompt-optimization", "Prompt optimization is"}, {"/presigned", "Signed addresses for artifacts are"}, {"/review-queues", "Review queues are"}, {"/label-schemas", "Label schemas are"},
    {"/issues", "Issues are"},
};

Task<Response> refuse(Request& request)
{
    std::string what = "“" + request.method + " " + request.path + "” is";
    for (const Unserved& area : Known) {
        if (request.path.find(area.part) != std::string::npos) {
            what = area.what;
            break;
        }
    }
    if (request.path.find("/mlflow-artifacts/presigned/") != std::string::npos)  // words that the client knows: it asks for the file itself then
        co_return Response::json(R"({"error_code":"NOT_IMPLEMENTED","message":"Multipart download is not supported for the current artifact repository"})", 501);
    const Json body{{"error_code", "ENDPOINT_NOT_FOUND"}, {"message", what + " not served by this workspace: it keeps experiments, runs, models and their files."}};
    co_return Response::json(toText(body), 404);
}

// MLflow 3 asks before it uses what only some servers have.
Task<Response> serverInfo(Request&)
{
    co_return Response::json(R"({"store_type":"SqlStore","workspaces_enabled":false,"trace_archival_enabled":false,"multipart_uploads_enabled":false,"multipart_downloads_enabled":false,)"
                             R"("artifact_serving_enabled":true})");
}

} // namespace

void addUnservedRoutes(Router& router)
{
    for (const char* prefix : {"/api/", "/ajax-api/", "/mlflow/v1.0$WS/api/"}) {
        for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
            for (const char* version : {"2.0/", "3.0/"})
                router.add(method, std::string(prefix) + version + "{rest*}", "mlflow", Route::Access::RunToo, refuse);
        }
        router.add("GET", std::string(prefix) + "3.0/mlflow/server-info", "mlflow 3", Route::Access::RunToo, serverInfo);
    }
}

} // namespace runyard::local
