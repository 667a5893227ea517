#pragma once

#include "api/json.h"
#include "connection.h"

// For sources only: it brings the JSON library in.
namespace runyard::client {

// All pages of an ARM list.
template<typename T>
Task<Result<std::vector<T>>> listAll(Connection& connection, std::string path)
{
    std::vector<T> all;
    while (!path.empty()) {
        auto reply = co_await connection.ask(connection.get(path));
        if (!reply)
            co_return Failure(std::move(reply).error());
        auto page = api::read<api::Page<T>>(reply->body);
        if (!page)
            co_return Failure(std::move(page).error());
        std::move(page->value.begin(), page->value.end(), std::back_inserter(all));
        path = std::move(page->nextLink);
    }
    co_return all;
}

// Sends and reads the answer as a T.
template<typename T>
Task<Result<T>> askFor(Connection& connection, http::Request request)
{
    auto reply = co_await connection.ask(std::move(request));
    if (!reply)
        co_return Failure(std::move(reply).error());
    co_return api::read<T>(reply->body);
}

} // namespace runyard::client
