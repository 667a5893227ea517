#include "api/condafile.h"
#include "api/json.h"
#include "api/names.h"
#include "api/uri.h"

#include <QTest>

using namespace runyard;
using namespace runyard::api;

namespace {
const std::string Scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

template<typename T>
T again(const T& value)
{
    return read<T>(toJson(value, Scope).dump()).value();
}
} // namespace

class ApiTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void jobKeepsEverything()
    {
        Job job;
        job.name = "calm_otter_1";
        job.experimentName = "tf-mnist";
        job.command = "python train.py --data ${{inputs.data}}";
        job.computeId = Scope + "/computes/cpu-cluster";
        job.inputs["data"] = JobInput{"uri_folder", "", "azureml://datastores/workspaceblobstore/paths/mnist", "Download"};
        job.inputs["rate"] = JobInput{"literal", "0.01", "", "ReadOnlyMount"};
        job.outputs["model"] = JobOutput{"uri_folder", "azureml://datastores/workspaceblobstore/paths/out", "Upload"};
        job.timeoutSeconds = 3720;
        job.tags["a"] = "ü \"quoted\"";
        job.created = 1'764'000'000'123;
        const Job back = again(job);
        QCOMPARE(back.name, job.name);
        QCOMPARE(back.command, job.command);
        QCOMPARE(back.inputs.at("data").uri, job.inputs.at("data").uri);
        QCOMPARE(back.inputs.at("data").mode, std::string("Download"));
        QCOMPARE(back.inputs.at("rate").value, std::string("0.01"));
        QCOMPARE(back.outputs.at("model").mode, std::string("Upload"));
        QCOMPARE(back.timeoutSeconds, job.timeoutSeconds);
        QCOMPARE(back.tags, job.tags);
        QCOMPARE(back.created, job.created);
    }

    void computeReadsAzuresAnswer()
    {
        const auto compute = read<Compute>(R"({"id":"/x/computes/cpu","name":"cpu","location":"eastus","properties":{"computeType":"AmlCompute","description":"",
            "provisioningState":"Succeeded","provisioningErrors":null,"createdOn":"2022-08-30T19:56:28.2261097+00:00","properties":{"vmSize":"STANDARD_DS3_V2",
            "scaleSettings":{"minNodeCount":0,"maxNodeCount":4,"nodeIdleTimeBeforeScaleDown":"PT2M"},"allocationState":null,"currentNodeCount":null,"nodeStateCounts":null}}})");
        QVERIFY(compute.has_value());
        QCOMPARE(compute->maxNodes, 4);
        QCOMPARE(compute->idleSeconds, std::int64_t(120));
        QCOMPARE(toIso(compute->created), std::string("2022-08-30T19:56:28.2260000+00:00"));
        Compute changed = *compute;
        changed.errors = {"No cores are left."};
        changed.idleSeconds = 90;
        const Compute back = again(changed);
        QCOMPARE(back.errors, changed.errors);
        QCOMPARE(back.idleSeconds, std::int64_t(90));
    }

    void refusesNonsense()
    {
        QVERIFY(!read<Job>("{").has_value());
        QCOMPARE(read<Job>("[1,2").error().code, Error::Code::Protocol);
    }

    void detailsCarryPhasesAndSizes()
    {
        RunDetails run;
        run.id = "r";
        run.status = "Failed";
        run.errorCode = "UserError";
        run.errorMessage = "The script ended with exit code 3.";
        run.phases = {Phase{"Queued", 1000, 2000, ""}, Phase{"Preparing", 2000, 0, "cached"}};
        run.logSizes["user_logs/std_log.txt"] = 5'000'000'000;
        run.metricCounts["loss"] = 7;
        const auto back = read<RunDetails>(toJson(run).dump()).value();
        QCOMPARE(back.errorMessage, run.errorMessage);
        QCOMPARE(back.phases.size(), std::size_t(2));
        QCOMPARE(back.phases[1].note, std::string("cached"));
        QCOMPARE(back.logSizes, run.logSizes);
        QCOMPARE(back.metricCounts, run.metricCounts);
    }

    void environmentsTravelAsCondaFiles()
    {
        EnvironmentRequest request;
        request.frameworkVersion = "2.21";
        request.pythonVersion = "3.11";
        request.pipPackages = {"matplotlib>=3.8", "pandas[excel]==2.2.*"};
        const auto version = again(toEnvironmentVersion(request, "e", "1"));
        QVERIFY(version.condaFile.find("tensorflow==2.21.*") != std::string::npos);
        const auto back = *toEnvironmentRequest(version);
        QCOMPARE(back.framework, request.framework);
        QCOMPARE(back.frameworkVersion, request.frameworkVersion);
        QCOMPARE(back.pythonVersion, request.pythonVersion);
        QCOMPARE(back.pipPackages, request.pipPackages);

        EnvironmentVersion curated;
        curated.image = "mcr.microsoft.com/azureml/curated/tensorflow-2.16-cuda12:3";
        QCOMPARE(toEnvironmentRequest(curated)->framework, std::string("tensorflow"));
        QCOMPARE(toEnvironmentRequest(curated)->frameworkVersion, std::string("2.16"));
        curated.image = "docker.io/library/ubuntu:22.04";
        QVERIFY(toEnvironmentRequest(curated).error().message.find("container engine") != std::string::npos);
    }

    void readsCondaFiles()
    {
        const auto file = readCondaFile("name: e\nchannels: [conda-forge]\ndependencies:\n- python=3.10\n- conda-forge::numpy=1.26=py310_0\n- pandas>=2\n- pytorch==2.3.1\n- pip=23\n- cudatoolkit=11\n- pip:\n  - six\n  - azureml-mlflow==1.57\n");
        QVERIFY(file);
        QCOMPARE(file->python, std::string("3.10"));
        QCOMPARE(file->packages, (std::vector<std::string>{"numpy==1.26.*", "pandas>=2", "torch==2.3.1", "six", "azureml-mlflow==1.57"}));
        QCOMPARE(file->condaOnly, (std::vector<std::string>{"cudatoolkit"}));
        QCOMPARE(readCondaFile(R"({"dependencies": ["python=3.11", {"pip": ["six"]}]})")->packages, (std::vector<std::string>{"six"}));
        QVERIFY(!readCondaFile("a: [b"));
        QVERIFY(!readCondaFile("name: e\n"));
        EnvironmentVersion environment;
        environment.condaFile = "dependencies: [cudatoolkit, mkl]";
        QVERIFY(toEnvironmentRequest(environment).error().message.find("“cudatoolkit” and “mkl”") != std::string::npos);
    }

    void readsAssetUris_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("owner");
        QTest::addColumn<QString>("path");
        QTest::newRow("short") << "azureml://datastores/ds/paths/a/b c" << "ds" << "a/b c";
        QTest::newRow("long") << "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/ds/paths/a/" << "ds" << "a";
        QTest::newRow("artifacts") << "azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.r" << "workspaceartifactstore" << "ExperimentRun/dcid.r";
        QTest::newRow("job") << "azureml://jobs/j/outputs/artifacts/paths/outputs/model" << "j" << "outputs/model";
        QTest::newRow("nothing") << "https://x/y" << "" << "";
    }
    void readsAssetUris()
    {
        QFETCH(QString, text);
        QFETCH(QString, owner);
        QFETCH(QString, path);
        const auto uri = parseAssetUri(text.toStdString());
        QCOMPARE(uri.has_value(), !owner.isEmpty());
        if (uri) {
            QCOMPARE(QString::fromStdString(uri->owner), owner);
            QVERIFY2(QString::fromStdString(uri->path).startsWith(path), uri->path.c_str());
        }
    }

    void armIds()
    {
        QCOMPARE(armName(Scope + "/Computes/cpu-cluster", "computes"), std::string("cpu-cluster"));
        QCOMPARE(armName("azureml:env:3", "environments"), std::string("env"));
        QCOMPARE(armVersion("azureml:env:3"), std::string("3"));
        QCOMPARE(armVersion(Scope + "/models/m/versions/12"), std::string("12"));
        QCOMPARE(armName("this-computer", "computes"), std::string("this-computer"));
        QCOMPARE(decode(encodePath("a b/ü+%.txt")), std::string("a b/ü+%.txt"));
    }

    void namesFollowAzuresRules()
    {
        QVERIFY(checkComputeName("cpu-cluster").has_value());
        for (const char* bad : {"a", "", "cpu-cluster-seventeen", "9lives", "cpu_cluster", "cpu-", "über"})
            QVERIFY2(!checkComputeName(bad).has_value(), bad);
        QVERIFY(checkModelName("tf-mnist").has_value());
        QVERIFY(!checkModelName("tf mnist").has_value());
        QVERIFY(!checkExperimentName("").has_value());
    }

    void errorBodies()
    {
        QCOMPARE(errorMessage(errorBody("UserError", "No such thing.")), std::string("No such thing."));
        QCOMPARE(errorMessage("<?xml version=\"1.0\"?><Error><Code>X</Code><Message>Not here.\nRequestId:1</Message></Error>"), std::string("Not here."));
        QCOMPARE(errorMessage(R"({"error_code":"X","message":"Bad."})"), std::string("Bad."));
        QCOMPARE(errorMessage("plain"), std::string());
    }
};

QTEST_GUILESS_MAIN(ApiTest)
#include "api_test.moc"
