// Conda files, and the environments that ask for them.
#include "target.h"

#include "api/condafile.h"
#include "api/environment.h"

namespace {

using namespace runyard;
using runyard::fuzz::wanted;

std::string shown(const api::EnvironmentRequest& request)
{
    std::string text = request.framework + '|' + request.frameworkVersion + '|' + request.pythonVersion + (request.useGpu ? "|gpu" : "|");
    for (const auto& line : request.pipPackages)
        text += '\n' + line;
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    const std::string text(input.text);
    const auto file = api::readCondaFile(text);
    if (!file)
        wanted(!file.error().message.empty() && file.error().message.size() < 1000, "a refusal says why, in a sentence", file.error().message);
    std::size_t all = 0;
    if (file) {
        for (const auto* list : {&file->packages, &file->condaOnly})
            for (const auto& line : *list) {
                wanted(!line.empty(), "a package has a name");
                all += line.size();
            }
    }
    wanted(all <= 1024 * 1024 + 32 * text.size(), "a conda file does not grow when it is read");
    api::EnvironmentVersion version;
    version.image = input.choice == 'i' ? text.substr(0, text.find('\n')) : "";
    version.condaFile = text;
    const auto request = api::toEnvironmentRequest(version);
    if (!request)
        return 0;
    const auto written = api::toEnvironmentVersion(*request, "e", "1");
    const auto again = api::toEnvironmentRequest(written);
    wanted(again.has_value(), "an environment that was written can be read", written.condaFile + (again ? "" : again.error().message));
    wanted(shown(*again) == shown(*request), "an environment is read as it was written", shown(*request) + "\n--\n" + written.condaFile + "\n--\n" + shown(*again));
    return 0;
}
