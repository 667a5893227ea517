#pragma once

#include "http.h"

#include <memory>

namespace runyard::local {

// The table of routes. Each area adds its own; the server only asks.
class Router {
public:
    Router();
    ~Router();

    // "$WS" in a pattern stands for /subscriptions/{sub}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{ws};
    // the server itself answers 404 where {sub}, {group} or {ws} are not this workspace's, and 400 where an ARM route lacks its api-version.
    // Fixed parts win over {names}, these over "{rest*}" (which also matches nothing). HEAD goes to GET where it has no route of its own.
    void add(std::string method, std::string pattern, std::string usedBy, Route::Access access, Handler handler);

    // The route for a request and the values of its {names}, or an error: NotFound, or Invalid for a method the path does not have.
    Result<std::pair<const Route*, std::map<std::string, std::string>>> find(const std::string& method, const std::string& path) const;
    const std::vector<std::unique_ptr<Route>>& routes() const { return m_routes; }

private:
    struct Node;
    struct Search;

    std::vector<std::unique_ptr<Route>> m_routes;
    std::unique_ptr<Node> m_root;
};

// How the errors of a path are written.
enum class Dialect { Arm, MlFlow, Blob };
Dialect dialectOf(const std::string& path);

} // namespace runyard::local
