#include "condafile.h"
#include "jsonhelp.h"
#include "uri.h"

#include <algorithm>
#include <cctype>
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

bool isPlainVersion(const std::string& version)
{
    return std::all_of(version.begin(), version.end(), [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '+' || c == '*'; });
}

// True where the line names a framework, and nothing more about it than a version; then the request holds it.
bool takesFramework(const std::string& line, EnvironmentRequest& request)
{
    for (const char* name : {"tensorflow", "torch", "scikit-learn"}) {
        if (!request.framework.empty() || !isPackage(line, name) || !isPlainVersion(versionOf(line, name)))
            continue;
        request.framework = std::string_view(name) == "torch" ? "pytorch" : name;
        request.frameworkVersion = versionOf(line, name);
        return true;
    }
    return false;
}

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "“" : i + 1 == names.size() ? " and “" : ", “") + names[i] + "”";
    return text;
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
        std::string version = image.substr(from, image.find_first_not_of("0123456789.", from) - from);
        version.erase(version.find_last_not_of('.') + 1);
        request.frameworkVersion = version;
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
        yaml << "      - " << Json(line).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    environment.condaFile = yaml.str();
    return environment;
}

Result<EnvironmentRequest> toEnvironmentRequest(const EnvironmentVersion& version)
{
    EnvironmentRequest request;
    request.framework.clear();
    if (!version.condaFile.empty()) {
        auto file = readCondaFile(version.condaFile);
        if (!file)
            return Failure(file.error());
        if (!file->condaOnly.empty())
            return failure(Error::Code::Invalid, "The conda file asks for " + listed(file->condaOnly) + ", which only conda installs. Leave it out, or list what replaces it under “pip:”.");
        request.pythonVersion = file->python;
        for (std::string& line : file->packages)
            if (!takesFramework(line, request))
                request.pipPackages.push_back(std::move(line));
    }
    readImage(version.image, request);
    const bool isKnown = !version.condaFile.empty() || !request.framework.empty() || version.image.starts_with("runyard.local/");
    if (!isKnown)
        return failure(Error::Code::Invalid, "The image “" + version.image + "” needs a container engine, and this workspace has none. Add a conda file that names the packages, or take a curated TensorFlow or PyTorch image.");
    return request;
}

} // namespace runyard::api
