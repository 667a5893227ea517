#include "intent.h"

#include "files.h"
#include "json.h"

#include <stdexcept>

namespace runyard {

namespace {

std::vector<std::string> texts(const Json& list)
{
    std::vector<std::string> all;
    for (const Json& item : list.items)
        all.push_back(item.text);
    return all;
}

} // namespace

Intent readIntent(const char* file)
{
    const auto json = readJson(readWhole(file));
    if (!json)
        throw std::runtime_error("The intent of the attempt is not valid JSON.");
    Intent intent;
    intent.runId = (*json)["runId"].text;
    intent.argv = texts((*json)["argv"]);
    const Json& environment = (*json)["env"];
    for (std::size_t i = 0; i < environment.names.size(); ++i)
        intent.environment.push_back(environment.names[i] + "=" + environment.items[i].text);
    intent.folder = (*json)["cwd"].text;
    intent.log = (*json)["log"].text;
    intent.times = (*json)["times"].text;
    for (const Json& cpu : (*json)["cpus"].items)
        intent.cpus.push_back(static_cast<int>(cpu.integer(-1)));
    intent.nice = static_cast<int>((*json)["nice"].integer(intent.nice));
    intent.timeout = (*json)["timeoutMillis"].integer(intent.timeout);
    intent.grace = (*json)["graceMillis"].integer(intent.grace);
    intent.linger = (*json)["lingerMillis"].integer(intent.linger);
    if (intent.argv.empty() || intent.folder.empty() || intent.log.empty())
        throw std::runtime_error("The intent of the attempt names no command, folder or log.");
    return intent;
}

} // namespace runyard
