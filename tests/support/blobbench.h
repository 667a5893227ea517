#pragma once

#include "core/job.h"
#include "http/client.h"
#include "local/blobs/blobroutes.h"
#include "local/server/server.h"
#include "local/store/store.h"
#include "support/runtask.h"

#include <QtGlobal>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace runyard::test {

// The blob service with a database and a folder of its own; server and client share one io thread.
class Bench {
public:
    explicit Bench(std::filesystem::path place = std::filesystem::temp_directory_path() / ("runyard-blobs-" + std::to_string(::getpid()) + "-" + std::to_string(++count)))
        : folder(std::move(place)), isOurs(!std::filesystem::exists(folder))
    {
        std::filesystem::create_directories(folder);
        store = std::make_unique<local::Store>(context, folder / "store.sqlite");
        if (auto opened = store->open(); !opened)
            qFatal("%s", opened.error().message.c_str());
        blobs = std::make_unique<local::Blobs>(context, *store, folder);
        if (auto opened = blobs->open(); !opened)
            qFatal("%s", opened.error().message.c_str());
        local::addBlobRoutes(router, local::BlobParts{*blobs, changes, sas, [this](const std::string&) { return isRunEnded; }});
        log = std::make_unique<local::AccessLog>(folder / "access.log");
        server = std::make_unique<local::Server>(context, router, tokens, *log, local::ServerSettings());
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 64) != 0 || ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            qFatal("no socket");
        base = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        server->listen(fd, local::Server::Kind::Tcp);
        client = std::make_unique<http::Client>(context);
    }
    ~Bench()
    {
        client.reset();
        detach(context, server->stop(std::chrono::milliseconds(200)));
        context.restart();
        context.run();
        server.reset();
        blobs.reset();
        store.reset();
        if (isOurs)
            std::filesystem::remove_all(folder);
    }

    http::Reply send(http::Request request)
    {
        request.headers.push_back("Authorization: Bearer " + tokens.owner());
        return plain(std::move(request));
    }
    http::Reply plain(http::Request request)
    {
        request.isRepeatable = false;
        auto reply = runTask(context, client->send(std::move(request)));
        if (!reply)
            qWarning("%s %s", reply.error().message.c_str(), reply.error().detail.c_str());
        return reply ? *reply : http::Reply();
    }
    std::string url(const std::string& blob, const std::string& container = "data") const { return local::blobUrl(base, container, blob); }
    http::Reply put(const std::string& blob, const std::string& body) { return send(http::Request::put(url(blob), body).header("x-ms-blob-type", "BlockBlob")); }
    http::Reply get(const std::string& blob) { return send(http::Request::get(url(blob))); }
    std::vector<std::string> names(const std::string& query)
    {
        const std::string xml = send(http::Request::get(url("") + "?restype=container&comp=list" + query)).body;
        std::vector<std::string> found;
        for (auto at = xml.find("<Name>"); at != std::string::npos; at = xml.find("<Name>", at + 1))
            found.push_back(xml.substr(at + 6, xml.find('<', at + 6) - at - 6));
        marker = xml.find("<NextMarker>") == std::string::npos ? "" : xml.substr(xml.find("<NextMarker>") + 12, xml.find("</NextMarker>") - xml.find("<NextMarker>") - 12);
        return found;
    }
    // Files that uploads left behind, staged blocks apart.
    std::size_t leftovers() const
    {
        std::size_t left = 0;
        std::error_code error;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "data" / ".uploads", error))
            left += entry.path().filename().string().starts_with("put-") ? 1 : 0;
        return left;
    }

    static inline int count = 0;
    std::filesystem::path folder;
    bool isOurs;
    asio::io_context context{1};
    local::Changes changes{context};
    local::Tokens tokens{"key", "ws"};
    local::Sas sas{"secret"};
    local::Router router;
    std::unique_ptr<local::Store> store;
    std::unique_ptr<local::Blobs> blobs;
    std::unique_ptr<local::AccessLog> log;
    std::unique_ptr<local::Server> server;
    std::unique_ptr<http::Client> client;
    std::string base;
    std::string marker;
    bool isRunEnded = false;
};

} // namespace runyard::test
