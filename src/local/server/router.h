#pragma once

#include "http.h"

namespace runyard::local {

// The table of routes. Each area adds its own; the server only asks.
class Router {
public:
    void add(std::string method, std::string pattern, std::string usedBy, Route::Access access, Handler handler);

    // The route for a request and the values of its {names}, or an error: NotFound, or Invalid for a method the path does not have.
    Result<std::pair<const Route*, std::map<std::string, std::string>>> find(const std::string& method, const std::string& path) const;
    const std::vector<Route>& routes() const { return m_routes; }

private:
    std::vector<Route> m_routes;
};

} // namespace runyard::local
