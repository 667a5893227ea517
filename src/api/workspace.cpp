#include "workspace.h"

namespace runyard::api {

namespace {

std::string pathOf(const std::string& subscription, const std::string& group, const std::string& workspace)
{
    return "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/Microsoft.MachineLearningServices/workspaces/" + workspace;
}

} // namespace

std::string Workspace::path() const
{
    return pathOf(subscriptionId, resourceGroup, name);
}

void Workspace::reachedAt(const std::string& url)
{
    discoveryUrl = url + "/discovery";
    trackingUri = url + "/mlflow/v1.0" + path();
}

std::string ServiceInfo::workspacePath() const
{
    return pathOf(subscriptionId, resourceGroup, workspaceName);
}

} // namespace runyard::api
