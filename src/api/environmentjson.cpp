#include "jsonhelp.h"
#include "uri.h"

#include <sstream>

namespace runyard::api {

Json toJson(const EnvironmentVersion& value, const std::string& scope)
{
    return resource(scope, "environments/" + value.name + "/versions", value.version,
        Json{{"image", orNull(value.image)}, {"condaFile", orNull(value.condaFile)}, {"description", orNull(value.description)}, {"tags", value.tags},
            {"isAnonymous", value.isAnonymous}, {"isArchived", false}, {"osType", "Linux"}, {"environmentType", "UserCreated"}, {"autoRebuild", "Disabled"},
            {"properties", Json::object()}, {"provisioningState", "Succeeded"}});
}

void from_json(const Json& json, EnvironmentVersion& value)
{
    const Json& properties = child(json, "properties");
    value.name = armName(text(json, "id"), "environments");
    value.version = text(json, "name");
    value.image = text(properties, "image");
    value.condaFile = text(properties, "condaFile");
    value.description = text(properties, "description");
    value.tags = textMap(properties, "tags");
    value.isAnonymous = flag(properties, "isAnonymous");
}

namespace {

std::string packageLine(const EnvironmentRequest& request)
{
    std::string name = request.framework == "pytorch" ? "torch" : request.framework;
    if (name.empty() || request.frameworkVersion.empty())
        return name;
    const bool isWhole = request.frameworkVersion.find('.') != request.frameworkVersion.rfind('.');  // x.y.z
    return name + "==" + request.frameworkVersion + (isWhole ? "" : ".*");
}

std::string trimmed(std::string_view line)
{
    const auto from = line.find_first_not_of(" \t\r-");
    const auto to = line.find_last_not_of(" \t\r");
    if (from == std::string_view::npos)
        return {};
    std::string word(line.substr(from, to - from + 1));
    if (word.size() > 1 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front())
        word = word.substr(1, word.size() - 2);
    return word;
}

std::string versionOf(const std::string& line, std::string_view name)
{
    if (!line.starts_with(name))
        return {};
    const auto from = line.find_first_not_of("=", name.size());
    std::string version = from == std::string::npos ? std::string() : line.substr(from);
    if (version.ends_with(".*"))
        version.resize(version.size() - 2);
    return version;
}

bool isPackage(const std::string& line, std::string_view name)
{
    return line == name || line.starts_with(std::string(name) + "==");
}

// True where the line names a framework; then the request holds it.
bool takesFramework(const std::string& line, EnvironmentRequest& request)
{
    for (const char* name : {"tensorflow", "torch", "scikit-learn"}) {
        if (!request.framework.empty() || !isPackage(line, name))
            continue;
        request.framework = std::string_view(name) == "torch" ? "pytorch" : name;
        request.frameworkVersion = versionOf(line, name);
        return true;
    }
    return false;
}

// "…/curated/tensorflow-2.16-cuda12:3" → tensorflow 2.16
void readImage(const std::string& image, EnvironmentRequest& request)
{
    for (const char* name : {"tensorflow", "pytorch"}) {
        const auto at = image.find(std::string(name) + '-');
        if (at == std::string::npos || !request.framework.empty())
            continue;
        request.framework = name;
        const auto from = at + std::string_view(name).size() + 1;
        request.frameworkVersion = image.substr(from, image.find_first_not_of("0123456789.", from) - from);
    }
    request.useGpu = image.find("cuda") != std::string::npos;
}

} // namespace

EnvironmentVersion toEnvironmentVersion(const EnvironmentRequest& request, const std::string& name, const std::string& version)
{
    EnvironmentVersion environment;
    environment.name = name;
    environment.version = version;
    environment.isAnonymous = true;
    environment.image = request.useGpu ? "runyard.local/uv-cuda" : "runyard.local/uv";
    std::ostringstream yaml;
    yaml << "name: " << name << "\nchannels:\n  - conda-forge\ndependencies:\n  - python" << (request.pythonVersion.empty() ? "" : "=" + request.pythonVersion) << "\n  - pip\n  - pip:\n";
    if (const std::string line = packageLine(request); !line.empty())
        yaml << "      - " << line << '\n';
    for (const std::string& line : request.pipPackages)
        yaml << "      - " << Json(line).dump() << '\n';
    environment.condaFile = yaml.str();
    return environment;
}

EnvironmentRequest toEnvironmentRequest(const EnvironmentVersion& version)
{
    EnvironmentRequest request;
    request.framework.clear();
    std::istringstream yaml(version.condaFile);
    bool isInPip = false;
    for (std::string line; std::getline(yaml, line);) {
        if (line.find_first_not_of(" \t") == std::string::npos || line[line.find_first_not_of(" \t")] != '-')
            continue;
        const std::string word = trimmed(line);
        if (word == "pip:") {
            isInPip = true;
        } else if (!isInPip) {
            if (isPackage(word, "python") || word.starts_with("python="))
                request.pythonVersion = versionOf(word, "python");
        } else if (!word.empty() && !takesFramework(word, request)) {
            request.pipPackages.push_back(word);
        }
    }
    readImage(version.image, request);
    return request;
}

} // namespace runyard::api
