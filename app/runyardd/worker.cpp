#include "worker.h"

#include "api/json.h"
#include "core/apart.h"
#include "core/files.h"
#include "core/job.h"
#include "facts.h"
#include "local/server/server.h"
#include "local/server/tlsdoor.h"
#include "workspace.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace runyard {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// One life of a worker: from the first byte served to the end it is given.
class Life {
public:
    Life(asio::io_context& context, const Options& options, Workspace& workspace, local::Server& server)
        : m_context(context), m_options(options), m_workspace(workspace), m_server(server), m_signals(context, SIGTERM, SIGINT), m_parent(context, options.life)
    {
        detach(m_context, untilSignal());
        detach(m_context, untilParentDies());
        detach(m_context, untilIdle());
    }

private:
    Task<> untilSignal()
    {
        co_await m_signals.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await end();
    }

    // The pipe ends when the parent does. Then answers under way are given, and the next start takes up.
    Task<> untilParentDies()
    {
        char byte = 0;
        const auto space = asio::buffer(&byte, 1);
        co_await m_parent.async_read_some(space, asio::as_tuple(asio::use_awaitable));
        co_await end();
    }

    Task<> untilIdle()
    {
        using Clock = local::Server::Clock;
        while (!isUnused(Clock::now()))
            co_await sleepFor(std::min<Clock::duration>(5s, m_options.idleLimit / 4 + 100ms));
        co_await end();
    }

    bool isUnused(local::Server::Clock::time_point now)
    {
        const auto others = m_server.othersSeen();
        const bool isHeard = now - m_server.desktopSeen() < m_options.idleLimit || (others && now - *others < 24h);
        return !isHeard && m_workspace.isIdle();
    }

    Task<> end()
    {
        if (std::exchange(m_isEnding, true))
            co_return;
        m_workspace.changes().release();
        co_await m_server.stop(5s);
        m_context.stop();
    }

    asio::io_context& m_context;
    const Options& m_options;
    Workspace& m_workspace;
    local::Server& m_server;
    asio::signal_set m_signals;
    asio::posix::stream_descriptor m_parent;
    bool m_isEnding = false;
};

Result<> announce(const Options& options, const Facts& facts, const local::ServerSettings& settings, const std::string& caFile, const std::string& token)
{
    api::ServiceInfo info;
    info.pid = ::getpid();
    info.socket = options.socket;
    info.url = settings.url;
    info.tlsUrl = settings.tlsUrl;
    info.caFile = caFile;
    info.mlflowUrl = settings.url;
    info.token = token;
    info.subscriptionId = facts.subscriptionId;
    info.resourceGroup = facts.resourceGroup;
    info.workspaceName = facts.workspaceName;
    return writeFileDurably(options.folder / "service.json", api::toJson(info).dump(2) + "\n", 0600);
}

int refuse(const Error& error)
{
    std::fprintf(stderr, "runyardd: %s\n", error.message.c_str());
    if (!error.detail.empty())
        std::fprintf(stderr, "runyardd: %s\n", error.detail.c_str());
    return ExitCannotStart;
}

void prepareProcess(const Options& options)
{
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    for (const int fd : {options.tcp, options.tls, options.local, options.lock, options.life})
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 4096) {
        files.rlim_cur = std::min<rlim_t>(4096, files.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    ::mallopt(M_ARENA_MAX, 2);
}

// From now on there is nobody to read what is said, unless it is a terminal.
void speakToLog(const std::filesystem::path& file)
{
    constexpr std::uintmax_t sizeLimit = 16 << 20;
    std::error_code error;
    if (::isatty(STDERR_FILENO))
        return;
    if (std::filesystem::file_size(file, error) > sizeLimit && !error)
        std::filesystem::rename(file, file.string() + ".1", error);
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    ::dup2(fd, STDOUT_FILENO);
    ::dup2(fd, STDERR_FILENO);
    ::close(fd);
}

Result<> madeIn(const std::filesystem::path& folder)
{
    const auto made = local::ensureCertificates(folder);
    return made ? Result<>() : Result<>(Failure(made.error()));
}

} // namespace

int serveWorkspace(const Options& options)
{
    prepareProcess(options);
    auto facts = loadFacts(options.folder);
    if (!facts)
        return refuse(facts.error());
    const std::string url = "http://" + options.host + ":" + std::to_string(options.port);
    const local::Certificates certificates = local::certificatesIn(options.folder / "tls");
    if (auto made = doneApart([&] { return madeIn(options.folder / "tls"); }); !made)
        return refuse(made.error());
    asio::io_context context{1};
    Workspace workspace(context, options.folder, *facts, url);
    if (auto opened = workspace.open(); !opened)
        return refuse(opened.error());
    workspace.addRoutes();
    local::AccessLog log(options.folder / "logs" / "access.log");
    local::ServerSettings settings;
    settings.subscriptionId = facts->subscriptionId;
    settings.resourceGroup = facts->resourceGroup;
    settings.workspaceName = facts->workspaceName;
    settings.url = url;
    settings.tlsUrl = "https://localhost:" + std::to_string(options.tlsPort);
    local::Server server(context, workspace.router(), workspace.tokens(), log, settings);
    if (!options.trace.empty())
        server.traceTo(options.trace);
    server.listen(options.local, local::Server::Kind::Unix);
    server.listen(options.tcp, local::Server::Kind::Tcp);
    local::TlsDoor tlsDoor(context, server, certificates, options.tls);
    if (auto announced = announce(options, *facts, settings, certificates.trusted, workspace.tokens().owner()); !announced)
        return refuse(announced.error());
    speakToLog(options.folder / "logs" / "service.log");
    workspace.start();
    const Life life(context, options, workspace, server);
    context.run();
    log.flush();
    workspace.close();
    // Whatever still waits in a coroutine is durable on the disk or was never promised: no need to unwind it.
    std::fflush(nullptr);
    ::_exit(ExitDone);
}

int printRoutes()
{
    asio::io_context context{1};
    Workspace workspace(context, std::filesystem::temp_directory_path(), Facts(), "http://127.0.0.1");
    workspace.addRoutes();
    for (const auto& route : workspace.router().routes()) {
        const char* access = route->access == local::Route::Access::Public ? "signature" : route->access == local::Route::Access::RunToo ? "owner, run" : "owner";
        std::printf("%-6s %s  [%s; %s]\n", route->method.c_str(), route->pattern.c_str(), access, route->usedBy.c_str());
    }
    return ExitDone;
}

} // namespace runyard
