#include "toollines.h"

#include <QCoreApplication>

namespace runyard {

namespace {

QString words(const char* text) { return QCoreApplication::translate("ToolLines", text); }

// 'text' for a shell, whatever is in it.
QString quoted(const std::string& text)
{
    QString inside = QString::fromStdString(text);
    return QLatin1Char('\'') + inside.replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\'');
}

QString exported(std::initializer_list<std::pair<const char*, std::string>> variables)
{
    QString lines;
    for (const auto& [name, value] : variables)
        lines += QStringLiteral("export %1=%2\n").arg(QLatin1String(name), quoted(value));
    return lines;
}

// DefaultAzureCredential asks IDENTITY_ENDPOINT, as in Azure's App Service: no sign-in, no change of the script.
QString signIn(const api::ServiceInfo& service)
{
    return exported({{"IDENTITY_ENDPOINT", service.url + "/runyard/v1/identity"}, {"IDENTITY_HEADER", service.token}, {"REQUESTS_CA_BUNDLE", service.caFile}, {"SSL_CERT_FILE", service.caFile}});
}

ToolLines azureMl(const api::ServiceInfo& service)
{
    ToolLines lines;
    lines.tool = QStringLiteral("azure-ai-ml");
    lines.about = words("Azure's Python SDK takes this workspace for one in the cloud. The lines hold for one shell; scripts stay as they are.");
    lines.shell = exported({{"ARM_CLOUD_METADATA_URL", service.tlsUrl + "/metadata/endpoints?api-version=2022-09-01"}}) + signIn(service);
    lines.example = QStringLiteral("from azure.ai.ml import MLClient\n"
                                   "from azure.identity import DefaultAzureCredential\n\n"
                                   "ml = MLClient(DefaultAzureCredential(), \"%1\", \"%2\", \"%3\")\n"
                                   "print([job.name for job in ml.jobs.list()])\n")
                        .arg(QString::fromStdString(service.subscriptionId), QString::fromStdString(service.resourceGroup), QString::fromStdString(service.workspaceName));
    return lines;
}

ToolLines mlflow(const api::ServiceInfo& service)
{
    ToolLines lines;
    lines.tool = QStringLiteral("MLflow");
    lines.about = words("Runs on this computer are pointed here by themselves. These lines are for scripts and notebooks that you start yourself.");
    lines.shell = exported({{"MLFLOW_TRACKING_URI", service.mlflowUrl.empty() ? service.url : service.mlflowUrl}, {"MLFLOW_TRACKING_TOKEN", service.token}});
    lines.example = QStringLiteral("import mlflow\n\n"
                                   "with mlflow.start_run():\n"
                                   "    mlflow.log_metric(\"accuracy\", 0.9)\n"
                                   "print(mlflow.search_runs(search_all_experiments=True))\n");
    return lines;
}

ToolLines storage(const api::ServiceInfo& service)
{
    ToolLines lines;
    lines.tool = QStringLiteral("azure-storage-blob");
    lines.about = words("The default datastore as a container of blobs: the plain files of the workspace's data folder.");
    lines.shell = signIn(service);
    lines.example = QStringLiteral("from azure.identity import DefaultAzureCredential\n"
                                   "from azure.storage.blob import ContainerClient\n\n"
                                   "data = ContainerClient.from_container_url(\"%1/runyard/data\", DefaultAzureCredential())\n"
                                   "print([blob.name for blob in data.list_blobs()])\n")
                        .arg(QString::fromStdString(service.tlsUrl));
    return lines;
}

// azcopy signs nothing itself: its addresses carry a signature that ends with the day.
ToolLines azcopy(const api::ServiceInfo& service)
{
    ToolLines lines;
    lines.tool = QStringLiteral("azcopy");
    lines.about = words("Folders and large files in and out of the default datastore. The signature in the address holds for a day.");
    const QString secrets = quoted(service.tlsUrl + service.workspacePath() + "/datastores/workspaceblobstore/listSecrets?api-version=2023-10-01");
    lines.shell = exported({{"SSL_CERT_FILE", service.caFile}})
        + QStringLiteral("export RUNYARD_SAS=$(curl -sS --cacert %1 -H %2 -d '{\"expirableSecret\":true}' \\\n    %3 | sed -n 's/.*\"sasToken\": *\"\\([^\"]*\\)\".*/\\1/p')\n")
              .arg(quoted(service.caFile), quoted("Authorization: Bearer " + service.token), secrets);
    QString account = QString::fromStdString(service.tlsUrl);
    account.replace(QStringLiteral("//localhost"), QStringLiteral("//127.0.0.1"));  // by an address azcopy knows that the account is in the path
    lines.example = QStringLiteral("azcopy copy ./mnist \"%1/runyard/data?$RUNYARD_SAS\" --recursive --from-to LocalBlob\n"
                                   "azcopy copy \"%1/runyard/data/mnist?$RUNYARD_SAS\" . --recursive --from-to BlobLocal\n")
                        .arg(account);
    return lines;
}

ToolLines rest(const api::ServiceInfo& service)
{
    ToolLines lines;
    lines.tool = QStringLiteral("REST");
    lines.about = words("Azure Machine Learning's own REST API, over TLS, with the workspace's token.");
    lines.shell = exported({{"RUNYARD_URL", service.tlsUrl}, {"RUNYARD_CA", service.caFile}, {"RUNYARD_TOKEN", service.token}});
    lines.example = QStringLiteral("curl --cacert \"$RUNYARD_CA\" -H \"Authorization: Bearer $RUNYARD_TOKEN\" \\\n"
                                   "    \"$RUNYARD_URL%1/jobs?api-version=2025-12-01\"\n")
                        .arg(QString::fromStdString(service.workspacePath()));
    return lines;
}

} // namespace

std::vector<ToolLines> toolLines(const api::ServiceInfo& service)
{
    return {azureMl(service), mlflow(service), storage(service), azcopy(service), rest(service)};
}

QString withoutToken(QString text, const api::ServiceInfo& service)
{
    return service.token.empty() ? text : text.replace(QString::fromStdString(service.token), QStringLiteral("••••••••"));
}

} // namespace runyard
