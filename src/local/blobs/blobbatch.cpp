// Several deletions in one request, as Azure's "batch" has it: a multipart body of requests, answered by a multipart body of answers.
#include "blobbatch.h"

#include "blobroutes.h"
#include "local/server/guard.h"

#include "core/ids.h"
#include "core/text.h"

#include <boost/beast/http/status.hpp>

namespace runyard::local {

namespace {

// A body's lines, one after the other, without their ends.
class Lines {
public:
    explicit Lines(std::string_view text) : m_text(text) {}
    bool next(std::string& line)
    {
        if (m_text.empty())
            return false;
        const auto end = std::min(m_text.find('\n'), m_text.size());
        line = m_text.substr(0, end);
        if (line.ends_with('\r'))
            line.pop_back();
        m_text.remove_prefix(std::min(end + 1, m_text.size()));
        return true;
    }

private:
    std::string_view m_text;
};

// "Name: value" into a map, lower-case names; false at the line that ends them.
bool addHeader(const std::string& line, std::map<std::string, std::string>& headers)
{
    const auto colon = line.find(':');
    if (colon == std::string::npos)
        return false;
    const auto value = line.find_first_not_of(' ', colon + 1);
    headers[lower(line.substr(0, colon))] = value == std::string::npos ? std::string() : line.substr(value);
    return true;
}

std::string shown(const BatchPart& part, const Response& response)
{
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
    std::string text = "Content-Type: application/http\r\nContent-ID: " + part.id + "\r\n\r\nHTTP/1.1 " + std::to_string(response.status) + ' ' + std::string(reason.data(), reason.size()) + "\r\n";
    for (const auto& [name, value] : response.headers)
        text += name + ": " + value + "\r\n";
    return text + "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body + "\r\n";
}

std::string boundaryOf(const std::string& type)
{
    const auto mark = type.find("boundary=");
    std::string boundary = mark == std::string::npos ? std::string() : type.substr(mark + 9, type.find(';', mark) - mark - 9);
    std::erase(boundary, '"');
    return boundary;
}

} // namespace

std::vector<BatchPart> batchParts(const std::string& text, const std::string& boundary, const Request& whole)
{
    std::vector<BatchPart> parts;
    Lines lines(text);
    std::string line;
    while (parts.size() <= batchLimit && lines.next(line)) {
        if (line != "--" + boundary)
            continue;
        std::map<std::string, std::string> outer;
        while (lines.next(line) && addHeader(line, outer)) {}
        while (line.empty() && lines.next(line)) {}
        const auto first = line.find(' ');
        const auto second = line.find(' ', first + 1);
        if (first == 0 || first == std::string::npos || second == std::string::npos)
            return {};
        BatchPart part{outer["content-id"], toRequest(line.substr(0, first), line.substr(first + 1, second - first - 1))};
        while (lines.next(line) && addHeader(line, part.request.headers)) {}
        // A carriage return in the name would end a line of the answer.
        if (!part.request.path.starts_with('/') || part.id.find('\r') != std::string::npos)
            return {};
        part.request.base = whole.base;
        part.request.headers["host"] = whole.header("host");
        parts.push_back(std::move(part));
    }
    return parts;
}

Task<Response> batch(BlobCall call)
{
    const auto text = co_await call.request.text(4 << 20);
    if (!text)
        co_return blobError(call.request, text.error());
    auto parts = batchParts(*text, boundaryOf(call.request.header("content-type")), call.request);
    if (parts.empty() || parts.size() > batchLimit)
        co_return blobError(call.request, 400, "InvalidInput", "A batch is a multipart body of 1 to 256 requests.");
    const std::string own = "batchresponse_" + newGuid();
    Response answer = Response::empty(202).with("Content-Type", "multipart/mixed; boundary=" + own);
    const bool isByToken = call.request.who.kind == Identity::Kind::Owner || call.request.who.kind == Identity::Kind::Run;
    for (auto& part : parts) {
        // Clients leave the account out here, also those that have it in all other paths.
        setPlace(part.request, belowAccount(part.request.path).value_or(std::string_view(part.request.path).substr(1)));
        // A token holds for the parts too; keys and signatures are each part's own.
        if (isByToken)
            part.request.who = call.request.who;
        Response response = blobError(part.request, 400, "InvalidInput", "Of the requests of a batch only deletions are understood here.");
        if (part.request.method == "DELETE" && !part.request.params["blob"].empty()) {
            BlobCall inner{call.parts, part.request, part.request.params["container"], part.request.params["blob"]};
            response = co_await performBlob(std::move(inner));
        }
        answer.body += "--" + own + "\r\n" + shown(part, response);
    }
    answer.body += "--" + own + "--\r\n";
    co_return answer;
}

} // namespace runyard::local
