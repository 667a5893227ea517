#include "runvariables.h"

#include "core/files.h"
#include "local/store/runs.h"
#include "scheduler.h"

#include <array>
#include <string_view>

extern char** environ;

namespace runyard::local {

namespace {

bool isOfTheSession(std::string_view name)
{
    constexpr std::array<std::string_view, 22> names = {"HOME",        "USER",        "LOGNAME",    "SHELL",      "LANG",       "LANGUAGE",      "TZ",           "TMPDIR",
                                                        "PATH",        "http_proxy",  "https_proxy", "no_proxy",   "HTTP_PROXY", "HTTPS_PROXY",   "NO_PROXY",     "SSL_CERT_FILE",
                                                        "SSL_CERT_DIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "XDG_DATA_HOME", "REQUESTS_CA_BUNDLE", "PYTHONHASHSEED"};
    for (const std::string_view known : names)
        if (name == known)
            return true;
    for (const std::string_view start : {"LC_", "CUDA_", "NVIDIA_", "OMP_", "TF_"})
        if (name.starts_with(start))
            return true;
    return false;
}

// ".../workspaces/{w}" → w, and so on; empty where it is not there.
std::string segmentAfter(const std::string& path, const std::string& name)
{
    const auto start = path.find('/' + name + '/');
    if (start == std::string::npos)
        return {};
    const auto value = start + name.size() + 2;
    return path.substr(value, path.find('/', value) - value);
}

} // namespace

std::map<std::string, std::string> runVariables(const api::Job& job, const RunRecord& run, const JobPlan& plan, const BuiltEnvironment& python, const SchedulerParts& parts)
{
    std::map<std::string, std::string> all;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view line(*entry);
        const auto equals = line.find('=');
        if (equals != std::string_view::npos && isOfTheSession(line.substr(0, equals)))
            all[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    }
    const std::string path = all.contains("PATH") ? all["PATH"] : "/usr/local/bin:/usr/bin:/bin";
    const std::string token = parts.tokenOf(job.name);
    const std::string experiment = std::to_string(run.experiment);
    all["PATH"] = python.folder.empty() ? path : (python.folder / "bin").string() + ':' + path;
    all["VIRTUAL_ENV"] = python.folder.string();
    all["PYTHONPATH"] = (resourceFolder() / "python" / "site").string();
    all["PYTHONUNBUFFERED"] = "1";
    all["PYTHONIOENCODING"] = "utf-8:backslashreplace";
    all["RUNYARD_RUN_ID"] = job.name;
    all["MLFLOW_TRACKING_URI"] = parts.serviceUrl + "/mlflow/v1.0" + parts.workspacePath;
    all["MLFLOW_TRACKING_TOKEN"] = token;
    all["MLFLOW_RUN_ID"] = job.name;
    all["MLFLOW_EXPERIMENT_ID"] = experiment;
    all["MLFLOW_EXPERIMENT_NAME"] = job.experimentName;
    // Long enough to outlast a service that is being started again.
    all["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "10";  // the most that MLflow allows: eight minutes in all
    all["MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"] = "1";
    all["MLFLOW_HTTP_REQUEST_BACKOFF_JITTER"] = "0.3";
    all["MLFLOW_HTTP_REQUEST_TIMEOUT"] = "120";
    all["AZUREML_RUN_ID"] = job.name;
    all["AZUREML_RUN_TOKEN"] = token;
    all["AZUREML_RUN_TOKEN_EXPIRY"] = std::to_string(nowMillis() / 1000 + 30 * 86'400);
    all["AZUREML_ARM_SUBSCRIPTION"] = segmentAfter(parts.workspacePath, "subscriptions");
    all["AZUREML_ARM_RESOURCEGROUP"] = segmentAfter(parts.workspacePath, "resourceGroups");
    all["AZUREML_ARM_WORKSPACE_NAME"] = segmentAfter(parts.workspacePath, "workspaces");
    all["AZUREML_ARM_PROJECT_NAME"] = job.experimentName;
    all["AZUREML_SERVICE_ENDPOINT"] = parts.serviceUrl;
    all["AZUREML_WORKSPACE_SCOPE"] = parts.workspacePath;
    all["AZUREML_EXPERIMENT_ID"] = experiment;
    for (const auto* more : {&plan.variables, &job.environmentVariables})
        for (const auto& [name, value] : *more)
            all[name] = name == "PYTHONPATH" ? all[name] + ':' + value : value;
    return all;
}

} // namespace runyard::local
