#include "core/crc64.h"
#include "core/hash.h"
#include "local/blobs/sastext.h"
#include "support/blobbench.h"

#include <QTest>

#include <fstream>

namespace fs = std::filesystem;
using namespace runyard;
using http::Reply;
using http::Request;
using test::Bench;

namespace {

std::string codeOf(const Reply& reply)
{
    const auto found = reply.headers.find("x-ms-error-code");
    return found == reply.headers.end() ? std::string() : found->second;
}

std::string headerOf(const Reply& reply, const std::string& name)
{
    const auto found = reply.headers.find(name);
    return found == reply.headers.end() ? std::string() : found->second;
}

Request putRequest(const Bench& bench, const std::string& blob, const std::string& body, const std::string& container = "data")
{
    return Request::put(bench.url(blob, container), body).header("x-ms-blob-type", "BlockBlob");
}

} // namespace

class BlobOperationsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void knowsTheCheckValueOfItsCrc();
    void makesContainers();
    void keepsTheWorkspacesContainers();
    void keepsProperties();
    void honoursConditionsWhenReading();
    void honoursConditionsWhenWriting();
    void checksAgainWhenAnUploadEnds();
    void checksCrc();
    void copies();
    void copiesWithinTheRightsOfTheCaller();
    void deletesInBatches();
    void deletesAFolderFromSeveralSides();
    void digestsRanges();
    void answersWhatItHasNot();
    void givesDelegationKeysForTokensOnly();
    void refusesContainerOperationsToContainerSignatures();
};

void BlobOperationsTest::knowsTheCheckValueOfItsCrc()
{
    Crc64 whole;
    whole.add("123456789");
    QCOMPARE(whole.value(), std::uint64_t(0xAE8B14860A799888));
    Crc64 pieces;
    for (const char* piece : {"1", "", "234567", "89"})
        pieces.add(piece);
    QCOMPARE(pieces.value(), whole.value());
}

void BlobOperationsTest::makesContainers()
{
    Bench bench;
    const std::string address = bench.url("", "mine") + "?restype=container";
    QCOMPARE(codeOf(bench.send(Request::get(address))), std::string("ContainerNotFound"));
    QCOMPARE(codeOf(bench.send(putRequest(bench, "a", "x", "mine"))), std::string("ContainerNotFound"));
    QCOMPARE(bench.send(Request::put(address, "").header("x-ms-meta-made", "here")).status, 201);
    QCOMPARE(codeOf(bench.send(Request::put(address, ""))), std::string("ContainerAlreadyExists"));
    QCOMPARE(headerOf(bench.send(Request::get(address)), "x-ms-meta-made"), std::string("here"));
    QCOMPARE(bench.send(putRequest(bench, "folder/a", "content", "mine")).status, 201);
    QVERIFY(fs::exists(bench.folder / "containers" / "mine" / "folder" / "a"));
    QCOMPARE(bench.send(Request::get(bench.url("folder/a", "mine"))).body, std::string("content"));
    QVERIFY(bench.send(Request::get(bench.base + "/runyard/?comp=list")).body.find("<Name>mine</Name>") != std::string::npos);
    QVERIFY(bench.send(Request::get(bench.base + "/runyard?comp=list&prefix=mine&include=metadata")).body.find("<made>here</made>") != std::string::npos);
    const std::string page = bench.send(Request::get(bench.base + "/runyard/?comp=list&maxresults=2")).body;
    QVERIFY(page.find("<NextMarker>code</NextMarker>") != std::string::npos && page.find("<Name>mine</Name>") == std::string::npos);
    QCOMPARE(bench.send(Request::remove(address)).status, 202);
    QVERIFY(!fs::exists(bench.folder / "containers" / "mine"));
    QCOMPARE(codeOf(bench.send(Request::get(bench.url("folder/a", "mine")))), std::string("ContainerNotFound"));
    for (const char* bad : {"Mine", "a", "double--hyphen", "-x-", "with_underscore"})
        QCOMPARE(codeOf(bench.send(Request::put(bench.url("", bad) + "?restype=container", ""))), std::string("InvalidResourceName"));
}

void BlobOperationsTest::keepsTheWorkspacesContainers()
{
    Bench bench;
    for (const char* own : {"data", "models", "azureml", "code", "code-0a"}) {
        QCOMPARE(bench.send(Request::put(bench.url("", own) + "?restype=container", "")).status, 409);
        QCOMPARE(bench.send(Request::remove(bench.url("", own) + "?restype=container")).status, 403);
    }
    QVERIFY(fs::exists(bench.folder / "data"));
}

void BlobOperationsTest::keepsProperties()
{
    Bench bench;
    QCOMPARE(bench.send(putRequest(bench, "a", "x").header("x-ms-blob-content-type", "text/x-a").header("x-ms-blob-cache-control", "no-cache").header("x-ms-meta-m", "1")).status, 201);
    const Reply first = bench.send(Request::head(bench.url("a")));
    QCOMPARE(headerOf(first, "content-type"), std::string("text/x-a"));
    QCOMPARE(headerOf(first, "cache-control"), std::string("no-cache"));
    for (const char* name : {"x-ms-creation-time", "x-ms-lease-state", "x-ms-lease-status", "last-modified", "etag", "x-ms-version"})
        QVERIFY2(!headerOf(first, name).empty(), name);
    QCOMPARE(bench.send(Request::put(bench.url("a") + "?comp=properties", "").header("x-ms-blob-content-type", "text/x-b")).status, 200);
    const Reply second = bench.send(Request::head(bench.url("a")));
    QCOMPARE(headerOf(second, "content-type"), std::string("text/x-b"));
    QCOMPARE(headerOf(second, "cache-control"), std::string());
    QCOMPARE(headerOf(second, "x-ms-meta-m"), std::string("1"));
    QCOMPARE(headerOf(second, "x-ms-meta-sha256"), sha256Hex("x"));
    QVERIFY(headerOf(second, "etag") != headerOf(first, "etag"));
    const std::string list = bench.send(Request::get(bench.url("") + "?restype=container&comp=list&include=metadata")).body;
    QVERIFY(list.find("<Content-Type>text/x-b</Content-Type>") != std::string::npos && list.find("<m>1</m>") != std::string::npos && list.find("$properties") == std::string::npos);
    const std::string tag = headerOf(second, "etag");
    QVERIFY(list.find("<Etag>" + tag.substr(1, tag.size() - 2) + "</Etag>") != std::string::npos);
}

void BlobOperationsTest::honoursConditionsWhenReading()
{
    Bench bench;
    QCOMPARE(bench.put("a", "x").status, 201);
    const Reply head = bench.send(Request::head(bench.url("a")));
    const std::string tag = headerOf(head, "etag");
    const std::string date = headerOf(head, "last-modified");
    const auto status = [&](const char* name, const std::string& value) { return bench.send(Request::get(bench.url("a")).header(name, value)).status; };
    QCOMPARE(status("If-Match", tag), 200);
    QCOMPARE(status("If-Match", "\"x\", " + tag), 200);
    QCOMPARE(status("If-Match", tag.substr(1, tag.size() - 2)), 200);
    QCOMPARE(status("If-Match", "\"x\""), 412);
    QCOMPARE(status("If-None-Match", tag), 304);
    QCOMPARE(status("If-None-Match", "\"x\""), 200);
    QCOMPARE(status("If-Modified-Since", date), 304);
    QCOMPARE(status("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"), 200);
    QCOMPARE(status("If-Unmodified-Since", date), 200);
    QCOMPARE(status("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"), 412);
}

void BlobOperationsTest::honoursConditionsWhenWriting()
{
    Bench bench;
    const auto put = [&](const char* name, const std::string& value) { return bench.send(putRequest(bench, "a", "x").header(name, value)); };
    QCOMPARE(put("If-Match", "*").status, 412);
    QCOMPARE(put("If-None-Match", "*").status, 201);
    QCOMPARE(codeOf(put("If-None-Match", "*")), std::string("BlobAlreadyExists"));
    const std::string tag = headerOf(bench.send(Request::head(bench.url("a"))), "etag");
    QCOMPARE(put("If-None-Match", tag).status, 412);
    QCOMPARE(codeOf(put("If-Match", "\"x\"")), std::string("ConditionNotMet"));
    QCOMPARE(put("If-Match", tag).status, 201);
    QCOMPARE(put("If-Match", tag).status, 412);
    QCOMPARE(put("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT").status, 412);
    const auto change = [&](Request request) { return bench.send(std::move(request).header("If-Match", tag)).status; };
    QCOMPARE(change(Request::remove(bench.url("a"))), 412);
    QCOMPARE(change(Request::put(bench.url("a") + "?comp=metadata", "")), 412);
    QCOMPARE(change(Request::put(bench.url("a") + "?comp=properties", "")), 412);
    QCOMPARE(bench.get("a").body, std::string("x"));
}

// Two uploads began when the condition held for both: the second to end must not win over the first.
void BlobOperationsTest::checksAgainWhenAnUploadEnds()
{
    Bench bench;
    QCOMPARE(bench.put("a", "old").status, 201);
    const std::string tag = headerOf(bench.send(Request::head(bench.url("a"))), "etag");
    std::vector<int> statuses;
    const auto write = [&](const std::string body) -> Task<> {
        auto request = putRequest(bench, "a", body).header("If-Match", tag).header("Authorization", "Bearer " + bench.tokens.owner());
        request.isRepeatable = false;
        const auto reply = co_await bench.client->send(std::move(request));
        statuses.push_back(reply ? reply->status : 0);
    };
    for (int writer = 0; writer < 6; ++writer)
        detach(bench.context, write(std::string(3'000'000, static_cast<char>('a' + writer))));
    while (statuses.size() < 6 && bench.context.run_one() > 0) {}
    std::ranges::sort(statuses);
    QCOMPARE(statuses, (std::vector<int>{201, 412, 412, 412, 412, 412}));
}

void BlobOperationsTest::checksCrc()
{
    Bench bench;
    const auto crc = [](const std::string& text) {
        Crc64 digest;
        digest.add(text);
        return toBase64(digest.bytes());
    };
    QCOMPARE(bench.send(putRequest(bench, "a", "hello").header("x-ms-content-crc64", crc("hello"))).status, 201);
    QCOMPARE(codeOf(bench.send(putRequest(bench, "a", "hallo").header("x-ms-content-crc64", crc("hello")))), std::string("Crc64Mismatch"));
    QCOMPARE(bench.get("a").body, std::string("hello"));
    const std::string block = bench.url("b") + "?comp=block&blockid=QUFB";
    QCOMPARE(codeOf(bench.send(Request::put(block, "hallo").header("x-ms-content-crc64", crc("hello")))), std::string("Crc64Mismatch"));
    QCOMPARE(bench.send(Request::put(bench.url("b") + "?comp=blocklist", "<BlockList><Latest>QUFB</Latest></BlockList>")).status, 400);
    QCOMPARE(bench.send(Request::put(block, "hello").header("x-ms-content-crc64", crc("hello"))).status, 201);
    QCOMPARE(bench.leftovers(), std::size_t(0));
}

void BlobOperationsTest::copies()
{
    Bench bench;
    const std::string content(3'500'000, 'c');
    QCOMPARE(bench.send(putRequest(bench, "from", content).header("x-ms-meta-m", "1").header("x-ms-blob-content-type", "x/y")).status, 201);
    const Reply copied = bench.send(Request::put(bench.url("to"), "").header("x-ms-copy-source", bench.url("from")));
    QCOMPARE(copied.status, 202);
    QCOMPARE(headerOf(copied, "x-ms-copy-status"), std::string("success"));
    const Reply head = bench.send(Request::head(bench.url("to")));
    QCOMPARE(headerOf(head, "x-ms-meta-m"), std::string("1"));
    QCOMPARE(headerOf(head, "content-type"), std::string("x/y"));
    QCOMPARE(headerOf(head, "x-ms-copy-id"), headerOf(copied, "x-ms-copy-id"));
    QCOMPARE(bench.get("to").body, content);
    QCOMPARE(bench.send(Request::put(bench.url("part") + "?comp=block&blockid=QUFB", "").header("x-ms-copy-source", bench.url("from")).header("x-ms-source-range", "bytes=10-19")).status, 201);
    QCOMPARE(bench.send(Request::put(bench.url("part") + "?comp=blocklist", "<BlockList><Latest>QUFB</Latest></BlockList>")).status, 201);
    QCOMPARE(bench.get("part").body, content.substr(10, 10));
    QCOMPARE(bench.send(putRequest(bench, "put", "").header("x-ms-copy-source", bench.url("from"))).status, 201);
    QCOMPARE(bench.get("put").body, content);
    const auto code = [&](const std::string& source, const char* name = "x-ms-x", const char* value = "") { return codeOf(bench.send(Request::put(bench.url("other"), "").header("x-ms-copy-source", source).header(name, value))); };
    QCOMPARE(code(bench.url("missing")), std::string("BlobNotFound"));
    QCOMPARE(code("https://example.com/runyard/data/from"), std::string("CannotVerifyCopySource"));
    QCOMPARE(code("nonsense"), std::string("CannotVerifyCopySource"));
    QCOMPARE(code(bench.url("from"), "x-ms-source-if-match", "\"x\""), std::string("SourceConditionNotMet"));
    QCOMPARE(bench.get("other").status, 404);
}

void BlobOperationsTest::copiesWithinTheRightsOfTheCaller()
{
    Bench bench;
    QCOMPARE(bench.put("from", "secret").status, 201);
    const std::string target = bench.url("to") + "?" + bench.sas.sign("data", "to", "w");
    const auto copy = [&](const std::string& source) { return bench.plain(Request::put(target, "").header("x-ms-copy-source", source)).status; };
    QCOMPARE(copy(bench.url("from")), 403);
    QCOMPARE(copy(bench.url("from") + "?" + bench.sas.sign("data", "from", "w")), 403);
    QCOMPARE(copy(bench.url("from") + "?" + bench.sas.sign("data", "from", "r")), 202);
}

void BlobOperationsTest::deletesInBatches()
{
    Bench bench;
    for (const char* name : {"a", "b"})
        QCOMPARE(bench.put(name, "x").status, 201);
    std::string body;
    for (const auto& [id, line] : {std::pair("0", "DELETE /runyard/data/a HTTP/1.1"), std::pair("1", "DELETE /runyard/data/missing HTTP/1.1"), std::pair("2", "GET /runyard/data/b HTTP/1.1")})
        body += std::string("--batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: ") + id + "\r\n\r\n" + line + "\r\nx-ms-version: 2021-10-04\r\nContent-Length: 0\r\n\r\n\r\n";
    body += "--batch_1--\r\n";
    const Reply reply = bench.send(Request::post(bench.base + "/runyard/?comp=batch", body).header("Content-Type", "multipart/mixed; boundary=batch_1"));
    QCOMPARE(reply.status, 202);
    QVERIFY(reply.body.find("Content-ID: 0\r\n\r\nHTTP/1.1 202 Accepted") != std::string::npos);
    QVERIFY(reply.body.find("Content-ID: 1\r\n\r\nHTTP/1.1 404 Not Found") != std::string::npos);
    QVERIFY(reply.body.find("Content-ID: 2\r\n\r\nHTTP/1.1 400 Bad Request") != std::string::npos);
    QCOMPARE(bench.get("a").status, 404);
    QCOMPARE(bench.get("b").status, 200);
    QCOMPARE(bench.send(Request::post(bench.base + "/runyard/?comp=batch", "junk")).status, 400);
}

// Whoever removes the last file takes the folder too, while others still look after it.
void BlobOperationsTest::deletesAFolderFromSeveralSides()
{
    Bench bench;
    for (int round = 0; round < 20; ++round) {
        std::vector<int> statuses;
        const auto remove = [&](const std::string name) -> Task<> {
            auto request = Request::remove(bench.url(name)).header("Authorization", "Bearer " + bench.tokens.owner());
            request.isRepeatable = false;
            const auto reply = co_await bench.client->send(std::move(request));
            statuses.push_back(reply ? reply->status : 0);
        };
        for (int file = 0; file < 4; ++file)
            QCOMPARE(bench.put("deep/er/" + std::to_string(file), "x").status, 201);
        for (int file = 0; file < 4; ++file)
            detach(bench.context, remove("deep/er/" + std::to_string(file)));
        while (statuses.size() < 4 && bench.context.run_one() > 0) {}
        QCOMPARE(statuses, std::vector<int>(4, 202));
        QVERIFY(!fs::exists(bench.folder / "data" / "deep"));
    }
}

void BlobOperationsTest::digestsRanges()
{
    Bench bench;
    QCOMPARE(bench.put("a", std::string(5 << 20, 'x') + "tail").status, 201);
    const auto part = [&](const std::string& range, const char* name) { return bench.send(Request::get(bench.url("a")).header("x-ms-range", range).header(name, "true")); };
    Digest md5(Digest::Kind::Md5);
    md5.add("tail");
    QCOMPARE(headerOf(part("bytes=5242880-", "x-ms-range-get-content-md5"), "content-md5"), toBase64(md5.finish()));
    Crc64 crc;
    crc.add("tail");
    QCOMPARE(headerOf(part("bytes=5242880-", "x-ms-range-get-content-crc64"), "x-ms-content-crc64"), toBase64(crc.bytes()));
    QCOMPARE(part("bytes=0-5242880", "x-ms-range-get-content-md5").status, 400);
    QCOMPARE(part("bytes=-5", "x-other").status, 416);
}

void BlobOperationsTest::answersWhatItHasNot()
{
    Bench bench;
    QCOMPARE(bench.put("a", "x").status, 201);
    for (const char* comp : {"lease", "snapshot", "tags", "tier", "page", "appendblock", "undelete"}) {
        const Reply reply = bench.send(Request::put(bench.url("a") + "?comp=" + comp, ""));
        QCOMPARE(reply.status, 400);
        QCOMPARE(codeOf(reply), std::string("FeatureNotSupported"));
        QVERIFY(reply.body.find("<Message>") != std::string::npos);
    }
    QCOMPARE(codeOf(bench.send(Request::get(bench.url("a") + "?comp=nonsense"))), std::string("UnsupportedQueryParameter"));
    QCOMPARE(codeOf(bench.send(Request::put(bench.url("p"), "").header("x-ms-blob-type", "PageBlob"))), std::string("BlobTypeNotSupported"));
    QCOMPARE(codeOf(bench.send(Request::get(bench.url("") + "?restype=container&comp=list&maxresults=0"))), std::string("OutOfRangeQueryParameterValue"));
}

void BlobOperationsTest::givesDelegationKeysForTokensOnly()
{
    Bench bench;
    const std::string address = bench.base + "/runyard/?restype=service&comp=userdelegationkey";
    const auto info = [](const char* begin, const char* end) { return std::string("<KeyInfo><Start>") + begin + "</Start><Expiry>" + end + "</Expiry></KeyInfo>"; };
    QCOMPARE(bench.plain(Request::post(address, info("", "2099-01-01T00:00:00Z"))).status, 401);
    QCOMPARE(bench.send(Request::post(address, info("", "2000-01-01T00:00:00Z"))).status, 400);
    QCOMPARE(bench.send(Request::post(address, info("", "2099-01-01T00:00:00Z"))).status, 400);
    QCOMPARE(bench.send(Request::post(address, "no XML")).status, 400);
    auto run = Request::post(address, info("", "2099-01-01T00:00:00Z")).header("Authorization", "Bearer " + bench.tokens.forRun("mine"));
    QCOMPARE(bench.plain(std::move(run)).status, 403);
}

void BlobOperationsTest::refusesContainerOperationsToContainerSignatures()
{
    Bench bench;
    QCOMPARE(bench.send(Request::put(bench.url("", "mine") + "?restype=container", "")).status, 201);
    const std::string signedQuery = bench.sas.sign("mine", "", "racwdl");
    QCOMPARE(codeOf(bench.plain(Request::remove(bench.url("", "mine") + "?restype=container&" + signedQuery))), std::string("AuthorizationPermissionMismatch"));
    QCOMPARE(bench.plain(Request::get(bench.url("", "mine") + "?restype=container&comp=list&" + signedQuery)).status, 200);
    QVERIFY(fs::exists(bench.folder / "containers" / "mine"));
}

QTEST_GUILESS_MAIN(BlobOperationsTest)
#include "bloboperations_test.moc"
