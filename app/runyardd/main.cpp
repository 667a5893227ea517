#include "keeper.h"
#include "upkeep.h"
#include "worker.h"

#include <cstdio>

int main(int count, char** words)
{
    using namespace runyard;
    const auto options = parseOptions(std::vector<std::string>(words + 1, words + count));
    if (!options) {
        std::fprintf(stderr, "runyardd: %s\n%s", options.error().message.c_str(), usage);
        return ExitUsage;
    }
    switch (options->mode) {
    case Options::Mode::Help: std::fputs(usage, stdout); return ExitDone;
    case Options::Mode::Version: std::puts("runyardd " RUNYARD_VERSION); return ExitDone;
    case Options::Mode::Routes: return printRoutes();
    case Options::Mode::Backup: return backUp(*options);
    case Options::Mode::Check: return check(*options);
    case Options::Mode::Work: return serveWorkspace(*options);
    case Options::Mode::Serve: break;
    }
    return keepServing(*options);
}
