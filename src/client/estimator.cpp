#include "estimator.h"

#include "api/names.h"
#include "api/uri.h"
#include "blobs.h"
#include "core/files.h"
#include "lists.h"
#include "script.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace runyard::client {

namespace fs = std::filesystem;

namespace {

constexpr auto LookLimit = std::chrono::milliseconds(1500);  // a form must not wait for a service that is away
constexpr std::int64_t LargeFolder = 300ll << 20;            // Azure's limit for a snapshot

using Level = Check::Level;
using Field = Check::Field;

void say(EstimatorReport& report, Level level, Field field, std::string sentence, int row = -1)
{
    report.checks.push_back(Check{level, field, std::move(sentence), row});
}

void checkFolder(const EstimatorDraft& draft, const FolderLook& folder, EstimatorReport& report)
{
    report.scripts = folder.scripts;
    report.files = folder.files;
    report.bytes = folder.bytes;
    if (draft.sourceFolder.empty())
        return say(report, Level::Error, Field::Source, "Choose the folder that holds the training script.");
    if (!folder.exists)
        return say(report, Level::Error, Field::Source, "“" + draft.sourceFolder.string() + "” is no folder; choose the one that holds the training script.");
    if (!folder.fault.empty())
        return say(report, Level::Error, Field::Source, folder.fault);
    if (!folder.isWhole)
        say(report, Level::Warning, Field::Source, "The folder holds more than " + std::to_string(folder.files) + " files; each run keeps a copy. Put data into a datastore, or list what is not needed in .amlignore.");
    else if (folder.bytes > LargeFolder)
        say(report, Level::Warning, Field::Source, "The folder holds " + std::to_string(folder.bytes >> 20) + " MB; each run keeps a copy. Put data into a datastore, or list what is not needed in .amlignore.");
    else
        say(report, Level::Ok, Field::Source, std::to_string(folder.files) + (folder.files == 1 ? " file" : " files") + " will be kept with the run.");
}

// Whether there is a script to look into.
bool checkScript(const EstimatorDraft& draft, EstimatorReport& report)
{
    const fs::path script = draft.sourceFolder / draft.entryScript;
    std::error_code fault;
    if (draft.entryScript.empty())
        say(report, Level::Error, Field::Script, report.scripts.empty() ? "The folder holds no Python script." : "Choose the script that starts the training.");
    else if (fs::path(draft.entryScript).is_absolute() || !isInside(draft.sourceFolder, script))
        say(report, Level::Error, Field::Script, "“" + draft.entryScript + "” lies outside the source folder; move it in or choose another folder.");
    else if (!fs::exists(script, fault))
        say(report, Level::Error, Field::Script, "There is no “" + draft.entryScript + "” in the source folder.");
    else if (!fs::is_regular_file(script, fault))
        say(report, Level::Error, Field::Script, "“" + draft.entryScript + "” is no file.");
    else
        return true;
    return false;
}

void checkLook(const EstimatorDraft& draft, const ScriptLook& script, EstimatorReport& report)
{
    for (const ScriptLook::Option& known : script.options)
        report.options.push_back(known.option);
    if (!script.isKnown)
        say(report, Level::Warning, Field::Script, "The script could not be looked into: there is no python3 on this computer. Its options are not checked.");
    for (const std::string& error : script.errors)
        say(report, Level::Error, Field::Script, error);
    if (script.isKnown && script.errors.empty())
        say(report, Level::Ok, Field::Script, script.options.empty() ? "The script declares no options." : "The script declares " + std::to_string(script.options.size()) + " options.");
    for (Check& check : checkParameters(draft.parameters, script))
        report.checks.push_back(std::move(check));
}

void checkWords(const EstimatorDraft& draft, EstimatorReport& report)
{
    const auto& packages = draft.environment.pipPackages;
    for (std::size_t i = 0; i < packages.size(); ++i) {
        if (auto fault = packageFault(packages[i]); !fault.empty())
            say(report, Level::Error, Field::Packages, std::move(fault), static_cast<int>(i));
    }
    const auto isVersion = [](const std::string& text) { return text.find_first_not_of("0123456789.*abrcdevpost") == std::string::npos && text.find_first_not_of("abcdeoprstv.*") != std::string::npos; };
    if (!draft.environment.frameworkVersion.empty() && !isVersion(draft.environment.frameworkVersion))
        say(report, Level::Error, Field::Environment, "“" + draft.environment.frameworkVersion + "” is no version; write it like 2.21.");
    if (!draft.environment.pythonVersion.empty() && !isVersion(draft.environment.pythonVersion))
        say(report, Level::Error, Field::Environment, "“" + draft.environment.pythonVersion + "” is no version of Python; write it like 3.11.");
    if (draft.experiment.empty())
        say(report, Level::Error, Field::Experiment, "Give the experiment a name.");
    else if (auto name = api::checkExperimentName(draft.experiment); !name)
        say(report, Level::Error, Field::Experiment, name.error().message);
}

Task<Result<http::Reply>> quickly(Connection& connection, http::Request request)
{
    request.deadline = LookLimit;
    return connection.sendOnce(std::move(request));
}

Task<> checkCompute(Connection& connection, std::string name, std::shared_ptr<EstimatorReport> report)
{
    if (name.empty()) {
        say(*report, Level::Error, Field::Compute, "Choose where the run is to be computed.");
        co_return;
    }
    auto reply = co_await quickly(connection, connection.get(connection.arm("computes/" + api::encode(name))));
    if (!reply)
        say(*report, Level::Error, Field::Compute, reply.error().message);
    else if (reply->status == 404)
        say(*report, Level::Error, Field::Compute, "There is no compute “" + name + "”; create it or choose another.");
    else if (reply->status / 100 != 2)
        say(*report, Level::Error, Field::Compute, Connection::errorOf(*reply, "GET computes").message);
    else if (const auto compute = api::read<api::Compute>(reply->body); compute && compute->provisioningState == "Failed")
        say(*report, Level::Error, Field::Compute, "The compute “" + name + "” is broken" + (compute->errors.empty() ? "." : ": " + compute->errors.front()));
    else
        say(*report, Level::Ok, Field::Compute, "“" + name + "” is there.");
}

// What a datastore has under a name: a file, a folder of files, or nothing.
struct Holding {
    int files = 0;
    std::int64_t bytes = 0;
    bool isWhole = true;  // false: there is more than was counted
};

std::string sizeText(std::int64_t bytes)
{
    const std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    auto size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= 1023.95 && unit + 1 < units.size(); ++unit)
        size /= 1024;
    char text[32];
    std::snprintf(text, sizeof text, unit == 0 || size >= 99.95 ? "%.0f %s" : "%.1f %s", size, units.at(unit));
    return text;
}

std::string wordsFor(const std::string& path, const std::string& datastore, const Holding& holding)
{
    const std::string place = path.empty() ? datastore : "“" + path + "”";
    const std::string files = holding.files == 1 ? "1 file" : std::to_string(holding.files) + " files";
    return place + (holding.isWhole ? " holds " : " holds more than ") + files + ", " + sizeText(holding.bytes) + ".";
}

std::int64_t contentLength(const http::Reply& reply)
{
    const auto length = reply.headers.find("content-length");
    return length == reply.headers.end() ? 0 : std::strtoll(length->second.c_str(), nullptr, 10);
}

Task<Result<Holding>> lookInDatastore(Connection& connection, std::string datastore, std::string path)
{
    auto about = co_await quickly(connection, connection.get(connection.arm("datastores/" + api::encode(datastore))));
    if (!about)
        co_return Failure(about.error());
    if (about->status == 404)
        co_return failure(Error::Code::NotFound, "There is no datastore “" + datastore + "”.");
    const auto store = api::read<api::Datastore>(about->body);
    if (!store)
        co_return Failure(store.error());
    const auto container = Container::ofService(store->containerName);
    const std::string prefix = path.empty() || path.ends_with('/') ? path : path + '/';
    auto list = co_await quickly(connection, connection.get(container.itself("restype=container&comp=list&maxresults=1000&prefix=" + api::encode(prefix))));
    if (!list)
        co_return Failure(list.error());
    const auto page = readPage(list->body);
    if (!page)
        co_return Failure(page.error());
    Holding holding;
    holding.isWhole = page->nextMarker.empty();
    for (const api::Blob& blob : page->blobs) {
        ++holding.files;
        holding.bytes += blob.size;
    }
    if (holding.files > 0 || path.empty())
        co_return holding;
    auto file = co_await quickly(connection, connection.prepared(http::Request::head(container.blob(path))));
    if (!file)
        co_return Failure(file.error());
    holding.files = file->status == 200 ? 1 : 0;
    holding.bytes = file->status == 200 ? contentLength(*file) : 0;
    co_return holding;
}

Task<> checkData(Connection& connection, ScriptParameter parameter, int row, std::shared_ptr<EstimatorReport> report)
{
    if (parameter.value.empty())
        co_return;  // said by the parameters' own check, or below
    std::string datastore = parameter.datastore.empty() ? "workspaceblobstore" : parameter.datastore;
    std::string path = parameter.value;
    if (path.starts_with("azureml:")) {
        const auto uri = api::parseAssetUri(path);
        if (!uri) {
            say(*report, Level::Error, Field::Data, uri.error().message, row);
            co_return;
        }
        if (uri->kind != api::AssetUri::Kind::Datastore)
            co_return;  // outputs of a run: known when the run starts
        datastore = uri->owner;
        path = uri->path;
    }
    if (parameter.kind == ScriptParameter::Kind::DataUpload)
        co_return;
    const auto found = co_await lookInDatastore(connection, datastore, path);
    if (!found)
        say(*report, Level::Error, Field::Data, found.error().message, row);
    else if (found->files > 0 || path.empty())
        say(*report, Level::Ok, Field::Data, wordsFor(path, datastore, *found), row);
    else
        say(*report, Level::Error, Field::Data, "There is nothing at “" + path + "” in " + datastore + "; upload it on the Data page first.", row);
}

} // namespace

Estimators::Estimators(Connection& connection) : m_connection(connection), m_scripts(std::make_unique<ScriptReader>()) {}

Estimators::~Estimators() = default;

Task<Result<EstimatorReport>> Estimators::check(EstimatorDraft draft)
{
    const auto report = std::make_shared<EstimatorReport>();
    const std::function<FolderLook(const Wanted&)> work = [folder = draft.sourceFolder](const Wanted& wanted) { return lookAtFolder(folder, wanted); };
    const auto folder = co_await m_connection.workers().run<FolderLook>(work);
    checkFolder(draft, folder, *report);
    ScriptLook script;
    const bool hasScript = folder.exists && checkScript(draft, *report);
    if (hasScript) {
        script = co_await m_scripts->look(draft.sourceFolder / draft.entryScript, folder.fingerprint);
        checkLook(draft, script, *report);
    }
    checkWords(draft, *report);
    co_await checkPlaces(draft, report);
    report->commandLine = toJob(draft).command;
    report->canSubmit = std::none_of(report->checks.begin(), report->checks.end(), [](const Check& check) { return check.level == Level::Error; });
    co_return std::move(*report);
}

Task<> Estimators::checkPlaces(EstimatorDraft draft, std::shared_ptr<EstimatorReport> report)
{
    co_await checkCompute(m_connection, draft.compute, report);
    for (std::size_t i = 0; i < draft.parameters.size(); ++i) {
        if (draft.parameters[i].kind == ScriptParameter::Kind::Literal)
            continue;
        if (draft.parameters[i].value.empty())
            say(*report, Level::Error, Field::Data, "Choose the place in the datastore.", static_cast<int>(i));
        co_await checkData(m_connection, draft.parameters[i], static_cast<int>(i), report);
    }
    const auto version = api::toEnvironmentVersion(draft.environment, "estimator", "1");
    http::Request probe = m_connection.post("/runyard/v1/environments/probe", api::toJson(version, m_connection.scope()).dump());
    auto reply = co_await quickly(m_connection, std::move(probe));
    if (!reply || reply->status != 200)
        co_return;
    const auto answer = api::read<api::Json>(reply->body);
    report->isEnvironmentBuilt = answer && answer->contains("isBuilt") && answer->at("isBuilt").is_boolean() && answer->at("isBuilt").get<bool>();
    const bool isWrong = std::any_of(report->checks.begin(), report->checks.end(), [](const Check& check) { return check.level == Level::Error && (check.field == Field::Packages || check.field == Field::Environment); });
    if (!isWrong)
        say(*report, Level::Ok, Field::Environment, report->isEnvironmentBuilt ? "The environment is cached; the run starts at once." : "The environment will be built once, before the run starts.");
}

} // namespace runyard::client
