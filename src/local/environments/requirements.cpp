#include "requirements.h"

#include "api/packagespec.h"
#include "core/hash.h"

#include <algorithm>
#include <array>

#include <sys/utsname.h>

namespace runyard::local {

namespace {

struct Range {
    const char* from;   // framework version, inclusive
    const char* least;  // Python, both inclusive
    const char* most;
};

// TensorFlow's table of tested builds; each row holds until the next.
constexpr std::array<Range, 10> tensorFlowRanges{{{"1.0", "3.5", "3.7"},
                                                 {"2.2", "3.5", "3.8"},
                                                 {"2.5", "3.6", "3.9"},
                                                 {"2.7", "3.7", "3.9"},
                                                 {"2.8", "3.7", "3.10"},
                                                 {"2.12", "3.8", "3.11"},
                                                 {"2.14", "3.9", "3.11"},
                                                 {"2.16", "3.9", "3.12"},
                                                 {"2.20", "3.9", "3.13"},
                                                 {"2.21", "3.10", "3.13"}}};

Range rangeFor(const std::string& version)
{
    if (version.empty())
        return tensorFlowRanges.back();
    Range result = tensorFlowRanges.front();
    for (const Range& range : tensorFlowRanges) {
        if (compareVersions(version, range.from) >= 0)
            result = range;
    }
    return result;
}

bool isExact(const std::string& version) { return std::count(version.begin(), version.end(), '.') >= 2; }

Result<std::string> frameworkLine(const api::EnvironmentRequest& request)
{
    if (request.framework.empty())
        return std::string();
    std::string name;
    if (request.framework == "tensorflow")
        name = "tensorflow";
    else if (request.framework == "pytorch")
        name = "torch";
    else if (request.framework == "scikit-learn")
        name = "scikit-learn";
    else
        return failure(Error::Code::Invalid, "“" + request.framework + "” is no framework known here: take tensorflow, pytorch, scikit-learn, or none and name its package.");
    const std::string& version = request.frameworkVersion;
    if (version.find_first_not_of("0123456789.abrc") != std::string::npos || (!version.empty() && (version.front() == '.' || version.back() == '.')))
        return failure(Error::Code::Invalid, "“" + version + "” is no version of " + request.framework + ": write one such as 2.21 or 2.21.0.");
    const bool isOld = name == "tensorflow" && !version.empty() && compareVersions(version, "2.1") < 0;
    const bool wantsCuda = name == "tensorflow" && request.useGpu && (version.empty() || compareVersions(version, "2.14") >= 0);
    if (isOld && request.useGpu)
        name = "tensorflow-gpu";
    if (wantsCuda)
        name += "[and-cuda]";
    if (version.empty())
        return name;
    return name + "==" + version + (isExact(version) ? "" : ".*");
}

} // namespace

Result<std::vector<std::string>> requirementsOf(const api::EnvironmentRequest& request)
{
    auto framework = frameworkLine(request);
    if (!framework)
        return Failure(std::move(framework).error());
    std::vector<std::string> lines;
    std::vector<std::string> names;
    const auto add = [&](const std::string& line) -> Result<> {
        const auto spec = api::parsePackageSpec(line);
        if (!spec)
            return Failure(spec.error());
        names.push_back(api::normalizedPackageName(spec->name));
        lines.push_back(line.substr(line.find_first_not_of(" \t")));
        lines.back().erase(lines.back().find_last_not_of(" \t\r\n") + 1);
        return {};
    };
    for (const auto& line : request.pipPackages) {
        if (auto added = add(line); !added)
            return Failure(std::move(added).error());
    }
    if (!framework->empty()) {
        if (auto added = add(*framework); !added)
            return Failure(std::move(added).error());
    }
    const bool hasMlflow = std::any_of(names.begin(), names.end(), [](const std::string& name) { return name == "mlflow" || name == "mlflow-skinny"; });
    if (!hasMlflow)
        lines.push_back("mlflow-skinny");
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    return lines;
}

Result<Interpreter> interpreterFor(const api::EnvironmentRequest& request, const std::vector<Interpreter>& found)
{
    if (request.framework != "tensorflow")
        return chooseInterpreter(found, request.pythonVersion, "", "", "");
    const Range range = rangeFor(request.frameworkVersion);
    const std::string what = "TensorFlow" + (request.frameworkVersion.empty() ? "" : " " + request.frameworkVersion);
    return chooseInterpreter(found, request.pythonVersion, range.least, range.most, what);
}

std::string environmentKey(const std::vector<std::string>& requirements, const Interpreter& interpreter)
{
    utsname system{};
    ::uname(&system);
    std::string text = "1\n" + interpreter.path.string() + "\n" + interpreter.version + "\n" + system.sysname + " " + system.machine + "\n";
    for (const auto& line : requirements)
        text += line + "\n";
    return sha256Hex(text).substr(0, 32);
}

} // namespace runyard::local
