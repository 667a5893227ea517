#include "estimator.h"

#include "api/uri.h"
#include "script.h"

#include <algorithm>
#include <sstream>

namespace runyard::client {

namespace {

constexpr auto DefaultDatastore = "workspaceblobstore";
const std::string Property = "runyard.estimator.";  // what of a draft a job has no place for

// "--data-folder" → "data_folder", and another number for each that is taken.
std::string bindingName(const std::string& name, const api::Job& job)
{
    std::string plain;
    for (const char c : name) {
        const bool isWord = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (isWord || !plain.empty())
            plain += isWord ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '_';
    }
    if (plain.empty() || std::isdigit(static_cast<unsigned char>(plain.front())))
        plain = "data_" + plain;
    std::string unique = plain;
    for (int i = 2; job.inputs.contains(unique) || job.outputs.contains(unique); ++i)
        unique = plain + '_' + std::to_string(i);
    return unique;
}

std::string uriOf(const ScriptParameter& parameter)
{
    if (parameter.value.starts_with("azureml:"))
        return parameter.value;
    std::string path = parameter.value;
    while (path.starts_with('/'))
        path.erase(0, 1);
    return api::datastoreUri(parameter.datastore.empty() ? DefaultDatastore : parameter.datastore, path);
}

// What stands in the command for a data parameter.
std::string bind(const ScriptParameter& parameter, api::Job& job)
{
    const std::string name = bindingName(parameter.name, job);
    if (parameter.kind == ScriptParameter::Kind::DataUpload) {
        job.outputs[name] = api::JobOutput{"uri_folder", uriOf(parameter), "Upload"};
        return "${{outputs." + name + "}}";
    }
    job.inputs[name] = api::JobInput{"uri_folder", {}, uriOf(parameter), parameter.kind == ScriptParameter::Kind::DataDownload ? "Download" : "ReadOnlyMount"};
    return "${{inputs." + name + "}}";
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines)
        text += (text.empty() ? "" : "\n") + line;
    return text;
}

std::vector<std::string> split(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string property(const api::Job& job, const char* name)
{
    const auto found = job.properties.find(Property + name);
    return found == job.properties.end() ? std::string() : found->second;
}

ScriptParameter dataParameter(const std::string& uri, ScriptParameter::Kind kind)
{
    ScriptParameter parameter;
    parameter.kind = kind;
    parameter.value = uri;
    if (const auto place = api::parseAssetUri(uri); place && place->kind == api::AssetUri::Kind::Datastore) {
        parameter.value = place->path;
        parameter.datastore = place->owner;
    }
    return parameter;
}

// The value that a word of a command stands for.
ScriptParameter parameterOf(const std::string& word, const api::Job& job)
{
    ScriptParameter parameter;
    parameter.value = word;
    const auto dot = word.find('.');
    if (!word.starts_with("${{") || !word.ends_with("}}") || dot == std::string::npos)
        return parameter;
    std::string kind = word.substr(3, dot - 3);
    std::string name = word.substr(dot + 1, word.size() - dot - 3);
    std::erase(kind, ' ');
    std::erase(name, ' ');
    if (const auto output = job.outputs.find(name); kind == "outputs" && output != job.outputs.end())
        return dataParameter(output->second.uri, ScriptParameter::Kind::DataUpload);
    const auto input = job.inputs.find(name);
    if (kind != "inputs" || input == job.inputs.end())
        return parameter;
    if (input->second.type == "literal")
        parameter.value = input->second.value;
    else
        parameter = dataParameter(input->second.uri, input->second.mode == "Download" ? ScriptParameter::Kind::DataDownload : ScriptParameter::Kind::DataMount);
    return parameter;
}

bool isOption(const std::string& word)
{
    return word.size() > 1 && word[0] == '-' && !std::isdigit(static_cast<unsigned char>(word[1])) && word[1] != '.';
}

std::vector<ScriptParameter> parametersOf(const std::vector<std::string>& words, std::size_t from, const api::Job& job)
{
    std::vector<ScriptParameter> parameters;
    for (std::size_t i = from; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        ScriptParameter parameter;
        if (!isOption(words[i])) {
            parameter = parameterOf(words[i], job);
        } else if (words[i].starts_with("--") && equals != std::string::npos) {
            parameter = parameterOf(words[i].substr(equals + 1), job);
            parameter.name = words[i].substr(0, equals);
        } else {
            const bool hasValue = i + 1 < words.size() && !isOption(words[i + 1]);
            parameter = hasValue ? parameterOf(words[i + 1], job) : ScriptParameter();
            parameter.name = words[i];
            i += hasValue ? 1 : 0;
        }
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

// A YAML scalar in double quotes.
std::string quoted(const std::string& text)
{
    std::string yaml = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            yaml += '\\';
        if (c == '\n')
            yaml += "\\n";
        else if (c == '\t')
            yaml += "\\t";
        else
            yaml += c;
    }
    return yaml + '"';
}

// A long command with a line for each option, as YAML folds it back: `>-` makes one space of a line's end. What has white space that folding would change
// stays as it is.
std::string folded(const std::string& command)
{
    const bool isPlain = std::none_of(command.begin(), command.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }) && command.find("  ") == std::string::npos && !command.ends_with(' ');
    if (!isPlain || command.size() < 60 || command.find(" --") == std::string::npos)
        return quoted(command);
    std::string text = ">-\n  ";
    for (std::size_t at = 0; at < command.size(); ++at) {
        const bool breaks = command[at] == ' ' && command.compare(at, 3, " --") == 0;
        text += breaks ? std::string("\n  ") : std::string(1, command[at]);
    }
    return text;
}

} // namespace

api::Job Estimators::toJob(const EstimatorDraft& draft)
{
    api::Job job;
    job.displayName = draft.displayName;
    job.experimentName = draft.experiment;
    job.computeId = draft.compute;
    job.timeoutSeconds = draft.timeoutSeconds;
    job.command = "python " + shellQuoted(draft.entryScript);
    for (const ScriptParameter& parameter : draft.parameters) {
        if (!parameter.name.empty())
            job.command += ' ' + shellQuoted(parameter.name);
        if (parameter.kind != ScriptParameter::Kind::Literal)
            job.command += ' ' + bind(parameter, job);
        else if (!parameter.value.empty())
            job.command += ' ' + shellQuoted(parameter.value);
    }
    job.properties[Property + "source"] = draft.sourceFolder.string();
    job.properties[Property + "framework"] = draft.environment.framework;
    job.properties[Property + "frameworkVersion"] = draft.environment.frameworkVersion;
    job.properties[Property + "python"] = draft.environment.pythonVersion;
    job.properties[Property + "packages"] = joined(draft.environment.pipPackages);
    job.properties[Property + "gpu"] = draft.environment.useGpu ? "true" : "false";
    return job;
}

EstimatorDraft Estimators::fromJob(const api::Job& job)
{
    EstimatorDraft draft;
    const auto words = shellWords(job.command);
    std::size_t at = 0;
    if (at < words.size() && words[at].find("python") != std::string::npos)
        ++at;
    if (at < words.size() && !isOption(words[at]))
        draft.entryScript = words[at++];
    draft.parameters = parametersOf(words, at, job);
    draft.sourceFolder = property(job, "source");
    draft.environment.framework = job.properties.contains(Property + "framework") ? property(job, "framework") : draft.environment.framework;
    draft.environment.frameworkVersion = property(job, "frameworkVersion");
    draft.environment.pythonVersion = property(job, "python");
    draft.environment.pipPackages = split(property(job, "packages"));
    draft.environment.useGpu = property(job, "gpu") == "true";
    draft.compute = api::armName(job.computeId, "computes");
    draft.experiment = job.experimentName;
    draft.displayName = job.displayName == job.name ? std::string() : job.displayName;
    draft.timeoutSeconds = job.timeoutSeconds;
    return draft;
}

std::string Estimators::jobYaml(const EstimatorDraft& draft)
{
    const api::Job job = toJob(draft);
    std::ostringstream yaml;
    yaml << "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ntype: command\n";
    yaml << "code: " << quoted(draft.sourceFolder.string()) << "\ncommand: " << folded(job.command) << '\n';
    if (!job.inputs.empty())
        yaml << "inputs:\n";
    for (const auto& [name, input] : job.inputs)
        yaml << "  " << name << ":\n    type: " << input.type << "\n    path: " << quoted(input.uri) << "\n    mode: " << (input.mode == "Download" ? "download" : "ro_mount") << '\n';
    if (!job.outputs.empty())
        yaml << "outputs:\n";
    for (const auto& [name, output] : job.outputs)
        yaml << "  " << name << ":\n    type: " << output.type << "\n    path: " << quoted(output.uri) << "\n    mode: upload\n";
    const auto environment = api::toEnvironmentVersion(draft.environment, "estimator", "1");
    yaml << "environment:\n  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest\n  conda_file:\n";
    for (const std::string& line : split(environment.condaFile))
        yaml << "    " << line << '\n';
    yaml << "compute: " << quoted("azureml:" + draft.compute) << "\nexperiment_name: " << quoted(draft.experiment) << '\n';
    if (!draft.displayName.empty())
        yaml << "display_name: " << quoted(draft.displayName) << '\n';
    if (draft.timeoutSeconds > 0)
        yaml << "limits:\n  timeout: " << draft.timeoutSeconds << '\n';
    return yaml.str();
}

} // namespace runyard::client
