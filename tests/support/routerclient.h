#pragma once

#include "iorun.h"
#include "local/server/router.h"

#include <nlohmann/json.hpp>

namespace runyard::test {

// Asks the routes of a service without a socket in between.
class RouterClient {
public:
    RouterClient(asio::io_context& context, const local::Router& router) : m_context(context), m_router(router) {}

    local::Identity who{local::Identity::Kind::Owner, {}};

    local::Response ask(const std::string& method, const std::string& target, std::string body = {}, std::map<std::string, std::string> headers = {})
    {
        return await(m_context, start(method, target, std::move(body), std::move(headers)));
    }
    nlohmann::json json(const std::string& method, const std::string& target, const nlohmann::json& body = nullptr)
    {
        const auto response = ask(method, target, body.is_null() ? std::string() : body.dump());
        m_status = response.status;
        return nlohmann::json::parse(response.body, nullptr, false);
    }
    int status() const { return m_status; }  // of the last json()

    Task<local::Response> start(std::string method, std::string target, std::string body, std::map<std::string, std::string> headers)
    {
        local::Request request;
        request.method = method;
        request.target = target;
        request.base = "http://127.0.0.1:1";
        request.path = target.substr(0, target.find('?'));
        request.headers = std::move(headers);
        request.headers.emplace("content-type", "application/json");
        request.query = queryOf(target);
        request.who = who;
        auto route = m_router.find(method, request.path);
        if (!route)
            co_return local::Response::arm(route.error());
        request.params = route->second;
        Whole reader(std::move(body));
        request.body = &reader;
        auto response = co_await route->first->handler(request);
        while (response.more) {
            const auto part = co_await response.more();
            if (!part || part->empty())
                break;
            response.body += *part;
        }
        co_return response;
    }

private:
    class Whole : public local::BodyReader {
    public:
        explicit Whole(std::string text) : m_text(std::move(text)) {}
        std::int64_t left() const override { return m_isRead ? 0 : static_cast<std::int64_t>(m_text.size()); }
        Task<Result<std::string_view>> next() override
        {
            std::string_view piece;
            if (!std::exchange(m_isRead, true))
                piece = m_text;
            co_return piece;
        }

    private:
        std::string m_text;
        bool m_isRead = false;
    };

    static std::map<std::string, std::string> queryOf(const std::string& target);

    asio::io_context& m_context;
    const local::Router& m_router;
    int m_status = 0;
};

inline std::map<std::string, std::string> RouterClient::queryOf(const std::string& target)
{
    std::map<std::string, std::string> query;
    for (auto at = target.find('?'); at != std::string::npos;) {
        const auto end = target.find('&', at + 1);
        const std::string pair = target.substr(at + 1, end == std::string::npos ? end : end - at - 1);
        const auto equals = pair.find('=');
        query[pair.substr(0, equals)] = equals == std::string::npos ? "" : pair.substr(equals + 1);
        at = end;
    }
    return query;
}

} // namespace runyard::test
