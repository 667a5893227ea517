#include "router.h"

#include "api/uri.h"
#include "core/text.h"

#include <algorithm>

namespace runyard::local {

namespace {

constexpr std::string_view workspacePattern = "/subscriptions/{sub}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{ws}";

// "/a/b/" → "a", "b", "".
std::vector<std::string_view> partsOf(std::string_view path)
{
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        parts.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

} // namespace

// One level of all patterns together.
struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>> fixed;  // in lower case
    std::unique_ptr<Node> any;                           // {name}; the names are each route's own
    std::map<std::string, const Route*> here;            // by method
    std::map<std::string, const Route*> rest;            // {name*}
};

struct Router::Search {
    const std::string& method;
    const std::vector<std::string_view>& parts;
    bool isOtherMethod = false;

    const Route* pick(const std::map<std::string, const Route*>& routes)
    {
        auto found = routes.find(method);
        if (found == routes.end() && method == "HEAD")
            found = routes.find("GET");
        isOtherMethod = isOtherMethod || (found == routes.end() && !routes.empty());
        return found == routes.end() ? nullptr : found->second;
    }

    const Route* below(const Node& node, std::size_t at)
    {
        if (at == parts.size())
            return !node.here.empty() || node.rest.empty() ? pick(node.here) : pick(node.rest);
        if (const auto child = node.fixed.find(lower(parts[at])); child != node.fixed.end()) {
            if (const Route* found = below(*child->second, at + 1))
                return found;
        }
        if (node.any && !parts[at].empty()) {
            if (const Route* found = below(*node.any, at + 1))
                return found;
        }
        return pick(node.rest);
    }
};

Router::Router() : m_root(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(std::string method, std::string pattern, std::string usedBy, Route::Access access, Handler handler)
{
    if (const auto at = pattern.find("$WS"); at != std::string::npos)
        pattern.replace(at, 3, workspacePattern);
    m_routes.push_back(std::make_unique<Route>(Route{method, std::move(pattern), std::move(handler), std::move(usedBy), access}));
    const Route* route = m_routes.back().get();
    Node* node = m_root.get();
    for (const auto part : partsOf(route->pattern)) {
        if (part.starts_with('{') && part.ends_with("*}")) {
            node->rest[method] = route;
            return;
        }
        auto& next = part.starts_with('{') ? node->any : node->fixed[lower(part)];
        if (!next)
            next = std::make_unique<Node>();
        node = next.get();
    }
    node->here[method] = route;
}

Result<std::pair<const Route*, std::map<std::string, std::string>>> Router::find(const std::string& method, const std::string& path) const
{
    const auto parts = partsOf(path);
    Search search{method, parts};
    const Route* route = search.below(*m_root, 0);
    if (!route && search.isOtherMethod)
        return failure(Error::Code::Invalid, "“" + path + "” does not understand " + method + ".");
    if (!route)
        return failure(Error::Code::NotFound, "There is nothing at “" + path + "”.");
    std::map<std::string, std::string> params;
    std::size_t at = 0;
    for (const auto part : partsOf(route->pattern)) {
        if (part.starts_with('{') && part.ends_with("*}")) {
            const auto begin = at < parts.size() ? parts[at].data() - path.data() : static_cast<std::ptrdiff_t>(path.size());
            params[std::string(part.substr(1, part.size() - 3))] = api::decode(std::string_view(path).substr(static_cast<std::size_t>(begin)));
            break;
        }
        if (part.starts_with('{'))
            params[std::string(part.substr(1, part.size() - 2))] = api::decode(parts[at]);
        ++at;
    }
    return std::pair(route, std::move(params));
}

Dialect dialectOf(const std::string& path)
{
    const std::string small = lower(path);
    if (small.starts_with("/mlflow/") || small.starts_with("/api/2.0/"))
        return Dialect::MlFlow;
    if (small == "/runyard" || small.starts_with("/runyard.blob.") || (small.starts_with("/runyard/") && !small.starts_with("/runyard/v1/")))
        return Dialect::Blob;
    return Dialect::Arm;
}

} // namespace runyard::local
