#include "api/uri.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/job.h"
#include "http/client.h"
#include "local/blobs/blobroutes.h"
#include "local/server/server.h"
#include "local/store/store.h"
#include "support/blobbench.h"

#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>

namespace fs = std::filesystem;
namespace asio = boost::asio;
using namespace runyard;
using namespace std::chrono_literals;
using http::Reply;

using test::Bench;

namespace {

std::string read(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

void write(const fs::path& file, const std::string& text)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

using Names = std::vector<std::string>;

} // namespace

class BlobsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsFilesInPlace();
    void keepsBigFilesWhole();
    void refusesWhatArrivedDamaged();
    void takesAnyName();
    void refusesTraversal();
    void refusesFileAndFolderOfOneName();
    void overwritesOnlyWhenAllowed();
    void listsByPages();
    void tellsChangedFiles();
    void takesBlocks();
    void takesBlocksOfAnyClient_data();
    void takesBlocksOfAnyClient();
    void keepsMetadata();
    void readsRanges();
    void honoursSignatures();
    void limitsRuns();
    void showsRunsReadOnly();
    void holdsLogsUntilTheyGrow();
    void storesModelsByContent();
    void sealsSnapshotsByContent();
    void saysWhenTheDiskIsFull();
    void clearsWhatACrashLeft();
};

void BlobsTest::keepsFilesInPlace()
{
    Bench bench;
    const Reply put = bench.put("mnist/train.gz", "hello");
    QCOMPARE(put.status, 201);
    QVERIFY(!put.headers.at("etag").empty());
    const fs::path file = bench.folder / "data" / "mnist" / "train.gz";
    QCOMPARE(read(file), std::string("hello"));
    struct stat facts {};
    QCOMPARE(::stat(file.c_str(), &facts), 0);
    QCOMPARE(facts.st_mode & 0777u, 0444u);
    const Reply head = bench.send(http::Request::head(bench.url("mnist/train.gz")));
    QCOMPARE(head.status, 200);
    QCOMPARE(head.headers.at("content-length"), std::string("5"));
    QCOMPARE(head.headers.at("x-ms-meta-sha256"), sha256Hex("hello"));
    QCOMPARE(bench.get("mnist/train.gz").body, std::string("hello"));
    QCOMPARE(bench.get("mnist/nothing").status, 404);
    QCOMPARE(bench.send(http::Request::head(bench.url("mnist/"))).status, 404);
    QCOMPARE(bench.send(http::Request::remove(bench.url("mnist/train.gz"))).status, 202);
    QVERIFY(!fs::exists(bench.folder / "data" / "mnist"));
    QCOMPARE(bench.send(http::Request::remove(bench.url("mnist/train.gz"))).status, 404);
}

void BlobsTest::keepsBigFilesWhole()
{
    Bench bench;
    std::string big(21 << 20, '\0');
    for (std::size_t at = 0; at < big.size(); ++at)
        big[at] = static_cast<char>((at * 2654435761u) >> 13);
    const std::string digest = sha256Hex(big);
    QCOMPARE(bench.send(http::Request::put(bench.url("big"), big).header("x-ms-meta-sha256", digest)).status, 201);
    QCOMPARE(*sha256OfFile(bench.folder / "data" / "big"), digest);
    QCOMPARE(sha256Hex(bench.get("big").body), digest);
    QCOMPARE(bench.put("empty", "").status, 201);
    QCOMPARE(fs::file_size(bench.folder / "data" / "empty"), 0u);
    QCOMPARE(bench.get("empty").body, std::string());
}

void BlobsTest::refusesWhatArrivedDamaged()
{
    Bench bench;
    const Reply sha = bench.send(http::Request::put(bench.url("a"), "hello").header("x-ms-meta-sha256", sha256Hex("hallo")));
    QCOMPARE(sha.status, 400);
    QVERIFY(sha.body.find("<Code>Sha256Mismatch</Code>") != std::string::npos);
    const Reply md5 = bench.send(http::Request::put(bench.url("a"), "hello").header("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="));
    QCOMPARE(md5.status, 201);
    QCOMPARE(bench.send(http::Request::put(bench.url("b"), "hallo").header("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==")).status, 400);
    QCOMPARE(bench.get("b").status, 404);
    QVERIFY(!fs::exists(bench.folder / "data" / "b"));
    QCOMPARE(bench.leftovers(), std::size_t(0));
}

void BlobsTest::takesAnyName()
{
    Bench bench;
    const std::string longest(255, 'n');
    for (const std::string& name : {std::string("with space/ü 漢字 🐎.txt"), longest, std::string("a&b<c>\"d'%20+;#?"), std::string("back\\slash"), std::string(".hidden"), std::string("CON")}) {
        QCOMPARE(bench.put(name, name).status, 201);
        QCOMPARE(read(bench.folder / "data" / name), name);
        QCOMPARE(bench.get(name).body, name);
    }
    const auto listed = bench.names("");
    QVERIFY(std::ranges::find(listed, "with space/ü 漢字 🐎.txt") != listed.end());
    QVERIFY(std::ranges::find(listed, "a&amp;b&lt;c&gt;\"d'%20+;#?") != listed.end());
    const Reply tooLong = bench.put("x/" + longest + "n", "x");
    QCOMPARE(tooLong.status, 400);
    QVERIFY(tooLong.body.find("255 bytes") != std::string::npos);
    QCOMPARE(bench.send(http::Request::put(bench.base + "/runyard/data/%ff%fe", "x")).status, 400);
}

void BlobsTest::refusesTraversal()
{
    Bench bench;
    write(bench.folder / "secret", "secret");
    for (const char* path : {"..%2fsecret", "%2e%2e/secret", "a/..%2f..%2fsecret", "%2fetc%2fpasswd", "a%00b", "a//b", "%2e%2fa", ".uploads/x"}) {
        const std::string url = bench.base + "/runyard/data/" + path;
        QVERIFY2(bench.send(http::Request::get(url)).status >= 400, path);
        QVERIFY2(bench.send(http::Request::put(url, "evil")).status >= 400, path);
    }
    QCOMPARE(read(bench.folder / "secret"), std::string("secret"));
    fs::create_symlink(bench.folder / "secret", bench.folder / "data" / "link");
    fs::create_symlink(bench.folder, bench.folder / "data" / "dir");
    QCOMPARE(bench.get("link").status, 404);
    QCOMPARE(bench.get("dir/secret").status, 404);
    QCOMPARE(bench.put("dir/new", "evil").status, 404);
    QVERIFY(bench.names("").empty());
}

void BlobsTest::refusesFileAndFolderOfOneName()
{
    Bench bench;
    QCOMPARE(bench.put("a", "file").status, 201);
    const Reply below = bench.put("a/b", "x");
    QCOMPARE(below.status, 409);
    QVERIFY(below.body.find("“a” is a file") != std::string::npos);
    QCOMPARE(bench.put("c/d", "x").status, 201);
    const Reply above = bench.put("c", "x");
    QCOMPARE(above.status, 409);
    QVERIFY(above.body.find("“c” is a folder") != std::string::npos);
    QCOMPARE(bench.get("a").body, std::string("file"));
    QCOMPARE(bench.leftovers(), std::size_t(0));
}

void BlobsTest::overwritesOnlyWhenAllowed()
{
    Bench bench;
    QCOMPARE(bench.put("a", "one").status, 201);
    const Reply refused = bench.send(http::Request::put(bench.url("a"), "two").header("If-None-Match", "*"));
    QCOMPARE(refused.status, 409);
    QCOMPARE(refused.headers.at("x-ms-error-code"), std::string("BlobAlreadyExists"));
    QCOMPARE(bench.get("a").body, std::string("one"));
    QCOMPARE(bench.put("a", "three").status, 201);
    QCOMPARE(bench.get("a").body, std::string("three"));
    QCOMPARE(bench.send(http::Request::put(bench.url("b"), "new").header("If-None-Match", "*")).status, 201);
}

void BlobsTest::listsByPages()
{
    Bench bench;
    for (const char* name : {"a-b", "a/1", "a/2/x", "a/2/y", "a/3", "b", "c/d/e"})
        QCOMPARE(bench.put(name, name).status, 201);
    const Names all{"a-b", "a/1", "a/2/x", "a/2/y", "a/3", "b", "c/d/e"};
    QCOMPARE(bench.names(""), all);
    QCOMPARE(bench.names("&prefix=a/"), (Names{"a/1", "a/2/x", "a/2/y", "a/3"}));
    QCOMPARE(bench.names("&prefix=a"), (Names{"a-b", "a/1", "a/2/x", "a/2/y", "a/3"}));
    QCOMPARE(bench.names("&prefix=a/2"), (Names{"a/2/x", "a/2/y"}));
    QCOMPARE(bench.names("&delimiter=/"), (Names{"a-b", "a/", "b", "c/"}));
    QCOMPARE(bench.names("&delimiter=/&prefix=a/"), (Names{"a/1", "a/2/", "a/3"}));
    QCOMPARE(bench.names("&delimiter=/&prefix=a"), (Names{"a-b", "a/"}));
    QVERIFY(bench.names("&prefix=nothing/").empty());
    for (const char* delimiter : {"", "&delimiter=/"}) {
        const auto whole = bench.names(delimiter);
        Names paged;
        std::string marker;
        do {
            for (const auto& name : bench.names(std::string(delimiter) + "&maxresults=1&marker=" + marker))
                paged.push_back(name);
            marker = bench.marker;
        } while (!marker.empty());
        QCOMPARE(paged, whole);
    }
}

void BlobsTest::tellsChangedFiles()
{
    Bench bench;
    QCOMPARE(bench.put("a", "hello").status, 201);
    QVERIFY(bench.send(http::Request::get(bench.url("") + "?restype=container&comp=list&include=metadata")).body.find("<sha256>" + sha256Hex("hello") + "</sha256></Metadata>") != std::string::npos);
    fs::remove(bench.folder / "data" / "a");
    write(bench.folder / "data" / "a", "hallo");
    const Reply head = bench.send(http::Request::head(bench.url("a")));
    QCOMPARE(head.headers.at("x-ms-meta-changed"), std::string("true"));
    QCOMPARE(bench.put("a", "again").status, 201);
    QVERIFY(!bench.send(http::Request::head(bench.url("a"))).headers.contains("x-ms-meta-changed"));
    write(bench.folder / "data" / "own", "never uploaded");
    QVERIFY(!bench.send(http::Request::head(bench.url("own"))).headers.contains("x-ms-meta-changed"));
    QCOMPARE(bench.get("own").body, std::string("never uploaded"));
}

void BlobsTest::takesBlocks()
{
    Bench bench;
    const auto block = [&](const std::string& id, const std::string& body) { return bench.send(http::Request::put(bench.url("b") + "?comp=block&blockid=" + id, body)).status; };
    QCOMPARE(block("QQ%3D%3D", "one,"), 201);
    QCOMPARE(block("Qg%3D%3D", "two,"), 201);
    QCOMPARE(block("Qw%3D%3D", "three"), 201);
    QCOMPARE(bench.get("b").status, 404);
    QVERIFY(bench.names("").empty());
    QVERIFY(bench.send(http::Request::get(bench.url("b") + "?comp=blocklist&blocklisttype=all")).body.find("<Name>Qg==</Name><Size>4</Size>") != std::string::npos);
    const auto list = [&](const std::string& ids) { return bench.send(http::Request::put(bench.url("b") + "?comp=blocklist", "<BlockList>" + ids + "</BlockList>")); };
    QCOMPARE(list("<Latest>QQ==</Latest><Latest>WA==</Latest>").status, 400);
    QCOMPARE(list("<Latest>QQ==</Latest><Uncommitted>Qg==</Uncommitted><Latest>Qw==</Latest>").status, 201);
    QCOMPARE(bench.get("b").body, std::string("one,two,three"));
    QCOMPARE(bench.send(http::Request::head(bench.url("b"))).headers.at("x-ms-meta-sha256"), sha256Hex("one,two,three"));
    QTRY_VERIFY(fs::is_empty(bench.folder / "data" / ".uploads"));
}

// Ids as clients make them; blocks come in any order, some twice, and the list has an order of its own.
void BlobsTest::takesBlocksOfAnyClient_data()
{
    QTest::addColumn<QString>("client");
    QTest::addColumn<bool>("isShuffled");
    QTest::addColumn<bool>("isInPlace");
    QTest::newRow("ours, in order") << "number" << false << true;
    QTest::newRow("ours, by several hands") << "number" << true << true;
    QTest::newRow("Python SDK") << "offset" << true << true;
    QTest::newRow("random ids, in order") << "random" << false << true;
    QTest::newRow("random ids, shuffled") << "random" << true << false;
    QTest::newRow("misleading ids") << "reversed" << false << false;
}

void BlobsTest::takesBlocksOfAnyClient()
{
    QFETCH(QString, client);
    QFETCH(bool, isShuffled);
    QFETCH(bool, isInPlace);
    Bench bench;
    constexpr std::size_t count = 9, size = 700'001;
    std::mt19937 dice(4711);
    std::string whole, list;
    std::vector<std::pair<std::string, std::string>> blocks;
    for (std::size_t i = 0; i < count; ++i) {
        std::string bytes(i + 1 < count ? size : 1234, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(dice());
        const auto digits = [](std::size_t number, std::size_t width) { return std::string(width - std::to_string(number).size(), '0') + std::to_string(number); };
        const std::string id = client == "number" ? toBase64(digits(i, 8)) : client == "offset" ? toBase64(api::encode(toBase64(digits(i * size, 32))))
            : client == "random" ? toBase64(digits(dice(), 10) + "x") : toBase64(digits(count - i, 8));
        whole += bytes;
        list += "<Latest>" + id + "</Latest>";
        blocks.emplace_back(id, std::move(bytes));
    }
    if (isShuffled)
        std::shuffle(blocks.begin() + 1, blocks.end() - 1, dice);
    const auto send = [&](const std::string& id, const std::string& bytes) {
        return bench.send(http::Request::put(bench.url("b") + "?comp=block&blockid=" + api::encode(id), bytes)).status;
    };
    for (const auto& [id, bytes] : blocks)
        QCOMPARE(send(id, bytes), 201);
    QCOMPARE(send(blocks[1].first, std::string(blocks[1].second.size(), 'x')), 201);
    QCOMPARE(send(blocks[1].first, blocks[1].second), 201);
    struct stat before {};
    for (const auto& entry : fs::recursive_directory_iterator(bench.folder / "data" / ".uploads")) {
        if (entry.path().filename() == "bytes")
            QCOMPARE(::stat(entry.path().c_str(), &before), 0);
    }
    const Reply done = bench.send(http::Request::put(bench.url("b") + "?comp=blocklist", "<BlockList>" + list + "</BlockList>").header("x-ms-meta-sha256", sha256Hex(whole)));
    QCOMPARE(done.status, 201);
    QVERIFY(read(bench.folder / "data" / "b") == whole);
    struct stat after {};
    QCOMPARE(::stat((bench.folder / "data" / "b").c_str(), &after), 0);
    if (isInPlace != (before.st_ino == after.st_ino))
        QFAIL(isInPlace ? "the bytes were copied" : "the bytes cannot have been in their order");
    QCOMPARE(after.st_mode & 0777u, 0444u);
    QTRY_VERIFY(fs::is_empty(bench.folder / "data" / ".uploads"));
}

void BlobsTest::keepsMetadata()
{
    Bench bench;
    QCOMPARE(bench.send(http::Request::put(bench.url("a"), "x").header("x-ms-meta-owner", "me")).status, 201);
    QCOMPARE(bench.send(http::Request::head(bench.url("a"))).headers.at("x-ms-meta-owner"), std::string("me"));
    QCOMPARE(bench.send(http::Request::put(bench.url("a") + "?comp=metadata", "").header("x-ms-meta-upload_status", "completed")).status, 200);
    const Reply head = bench.send(http::Request::head(bench.url("a")));
    QCOMPARE(head.headers.at("x-ms-meta-upload_status"), std::string("completed"));
    QCOMPARE(head.headers.at("x-ms-meta-sha256"), sha256Hex("x"));
    QVERIFY(!head.headers.contains("x-ms-meta-owner"));
}

void BlobsTest::readsRanges()
{
    Bench bench;
    QCOMPARE(bench.put("a", "0123456789").status, 201);
    const auto part = [&](const std::string& range) { return bench.send(http::Request::get(bench.url("a")).header("Range", range)); };
    QCOMPARE(part("bytes=2-4").status, 206);
    QCOMPARE(part("bytes=2-4").body, std::string("234"));
    QCOMPARE(part("bytes=7-").body, std::string("789"));
    QCOMPARE(part("bytes=8-100").headers.at("content-range"), std::string("bytes 8-9/10"));
    QCOMPARE(part("bytes=10-").status, 416);
    QCOMPARE(bench.send(http::Request::get(bench.url("a")).header("x-ms-range", "bytes=0-0")).body, std::string("0"));
    QCOMPARE(bench.send(http::Request::get(bench.url("a")).header("If-Match", "\"other\"")).status, 412);
}

void BlobsTest::honoursSignatures()
{
    Bench bench;
    QCOMPARE(bench.put("a b", "x").status, 201);
    const std::string read = bench.url("a b") + "?" + bench.sas.sign("data", "a b", "r");
    QCOMPARE(bench.plain(http::Request::get(read)).body, std::string("x"));
    QCOMPARE(bench.plain(http::Request::get(bench.url("a b"))).status, 401);
    QCOMPARE(bench.plain(http::Request::put(read, "evil")).status, 403);
    QCOMPARE(bench.plain(http::Request::get(bench.url("other") + read.substr(read.find('?')))).status, 403);
    QCOMPARE(bench.plain(http::Request::get(bench.url("a b") + "?" + bench.sas.sign("data", "a b", "r", -10s))).status, 403);
    QCOMPARE(bench.plain(http::Request::get(bench.url("a b") + "?" + local::Sas("other").sign("data", "a b", "r"))).status, 403);
    const std::string all = bench.sas.sign("data", "", "rwl");
    QCOMPARE(bench.plain(http::Request::put(bench.url("new") + "?" + all, "y")).status, 201);
    QCOMPARE(bench.plain(http::Request::get(bench.url("") + "?restype=container&comp=list&" + all)).status, 200);
    QCOMPARE(bench.plain(http::Request::remove(bench.url("new") + "?" + all)).status, 403);
}

void BlobsTest::limitsRuns()
{
    Bench bench;
    write(bench.folder / "runs" / "mine" / "user_logs" / "std_log.txt", "log");
    write(bench.folder / "runs" / "mine2" / "user_logs" / "std_log.txt", "log");
    const std::string header = "Bearer " + bench.tokens.forRun("mine");
    const auto status = [&](http::Request request) { return bench.plain(std::move(request).header("Authorization", header)).status; };
    QCOMPARE(status(http::Request::put(bench.url("data/from-run"), "x")), 201);
    QCOMPARE(status(http::Request::get(bench.url("ExperimentRun/dcid.mine/user_logs/std_log.txt", "azureml"))), 200);
    QCOMPARE(status(http::Request::get(bench.url("ExperimentRun/dcid.mine2/user_logs/std_log.txt", "azureml"))), 403);
    QCOMPARE(status(http::Request::put(bench.url("x", "models"), "x")), 403);
}

void BlobsTest::showsRunsReadOnly()
{
    Bench bench;
    const fs::path run = bench.folder / "runs" / "calm_otter";
    write(run / "work" / "outputs" / "model" / "weights", "w");
    write(run / "work" / "train.py", "code");
    write(run / "user_logs" / "std_log.txt", "line\n");
    write(run / "attempts" / "1" / "intent.json", "{}");
    const std::string prefix = "ExperimentRun/dcid.calm_otter/";
    QCOMPARE(bench.send(http::Request::get(bench.url(prefix + "outputs/model/weights", "azureml"))).body, std::string("w"));
    for (const char* hidden : {"work/train.py", "attempts/1/intent.json", "outputs/../train.py"})
        QCOMPARE(bench.send(http::Request::get(bench.url(prefix + hidden, "azureml"))).status, 404);
    QCOMPARE(bench.send(http::Request::put(bench.url(prefix + "outputs/new", "azureml"), "x")).status, 403);
    QCOMPARE(bench.send(http::Request::remove(bench.url(prefix + "outputs/model/weights", "azureml"))).status, 403);
    const std::string xml = bench.send(http::Request::get(bench.url("", "azureml") + "?restype=container&comp=list&prefix=" + prefix)).body;
    QVERIFY(xml.find("<Name>" + prefix + "outputs/model/weights</Name>") != std::string::npos);
    QVERIFY(xml.find("<Name>" + prefix + "user_logs/std_log.txt</Name>") != std::string::npos);
    QVERIFY(xml.find("train.py") == std::string::npos && xml.find("intent") == std::string::npos);
    const std::string root = bench.send(http::Request::get(bench.url("", "azureml") + "?restype=container&comp=list&delimiter=/&prefix=ExperimentRun/")).body;
    QVERIFY(root.find("<BlobPrefix><Name>" + prefix + "</Name></BlobPrefix>") != std::string::npos);
}

void BlobsTest::holdsLogsUntilTheyGrow()
{
    Bench bench;
    const fs::path log = bench.folder / "runs" / "r" / "user_logs" / "std_log.txt";
    write(log, "one\n");
    const std::string url = bench.url("ExperimentRun/dcid.r/user_logs/std_log.txt", "azureml");
    const auto follow = [&](std::int64_t have) { return bench.send(http::Request::get(url).header("Range", "bytes=" + std::to_string(have) + "-").header("Prefer", "wait=20")); };
    QCOMPARE(follow(0).body, std::string("one\n"));
    asio::steady_timer later(bench.context, 150ms);
    later.async_wait([&](const auto&) {
        std::ofstream(log, std::ios::app) << "two\n";
        bench.changes.touch("run/r");
    });
    const auto since = std::chrono::steady_clock::now();
    const Reply grown = follow(4);
    QCOMPARE(grown.status, 206);
    QCOMPARE(grown.body, std::string("two\n"));
    const auto took = std::chrono::steady_clock::now() - since;
    QVERIFY(took >= 140ms && took < 3s);
    asio::steady_timer end(bench.context, 100ms);
    end.async_wait([&](const auto&) {
        bench.isRunEnded = true;
        bench.changes.touch("run/r");
    });
    QCOMPARE(follow(8).status, 416);
    bench.isRunEnded = false;
    const Reply timedOut = bench.send(http::Request::get(url).header("Range", "bytes=8-").header("Prefer", "wait=1"));
    QCOMPARE(timedOut.status, 416);
}

void BlobsTest::storesModelsByContent()
{
    Bench bench;
    const fs::path output = bench.folder / "runs" / "r" / "work" / "outputs" / "model";
    write(output / "weights", std::string(3 << 20, 'w'));
    write(output / "assets" / "vocab", "a b c");
    const auto put = [&](const std::string& prefix) { return test::runTask(bench.context, bench.blobs->store(output, "models", prefix)); };
    const auto first = put("tf-mnist/1");
    QVERIFY(first.has_value());
    QCOMPARE(first->files, 2);
    QCOMPARE(first->size, std::int64_t((3 << 20) + 5));
    QCOMPARE(first->sha256, sha256Hex(sha256Hex("a b c") + "  assets/vocab\n" + sha256Hex(std::string(3 << 20, 'w')) + "  weights\n"));
    QVERIFY(put("tf-mnist/2").has_value());
    QVERIFY(put("tf-mnist/1").has_value());
    QVERIFY(fs::equivalent(bench.folder / "models" / "tf-mnist" / "1" / "weights", bench.folder / "models" / "tf-mnist" / "2" / "weights"));
    write(output / "weights", "other");
    const auto other = put("tf-mnist/1");
    QVERIFY(!other && other.error().code == Error::Code::Conflict);
    QCOMPARE(fs::file_size(bench.folder / "models" / "tf-mnist" / "1" / "weights"), std::uintmax_t(3 << 20));
    const auto page = bench.blobs->list("models", "tf-mnist/2/", "", "", 100);
    QVERIFY(page && page->blobs.size() == 2);
    QCOMPARE(page->blobs[0].metadata.at("sha256"), sha256Hex("a b c"));
    QVERIFY(!test::runTask(bench.context, bench.blobs->store(output / "nothing", "models", "x/1")).has_value());
    QVERIFY(!fs::exists(bench.folder / "models" / "x"));
}

void BlobsTest::sealsSnapshotsByContent()
{
    Bench bench;
    std::vector<std::string> digests;
    for (const char* container : {"code-0a", "code-0b"}) {
        fs::create_directories(bench.blobs->tree().root(container));
        QCOMPARE(bench.send(http::Request::put(bench.url("src/train.py", container), "print(1)")).status, 201);
        QCOMPARE(bench.send(http::Request::put(bench.url("src/lib/a.py", container), "")).status, 201);
        const auto sealed = test::runTask(bench.context, bench.blobs->sealSnapshot(container, "src"));
        QVERIFY(sealed.has_value());
        digests.push_back(sealed->sha256);
        QCOMPARE(bench.send(http::Request::put(bench.url("src/late.py", container), "x")).status, 404);
    }
    QCOMPARE(digests[0], digests[1]);
    QCOMPARE(read(bench.folder / "code" / digests[0] / "train.py"), std::string("print(1)"));
    QCOMPARE(*bench.blobs->locateUrl(bench.url(digests[0], "code")), bench.folder / "code" / digests[0]);
    QVERIFY(!test::runTask(bench.context, bench.blobs->sealSnapshot("data", "")).has_value());
}

void BlobsTest::saysWhenTheDiskIsFull()
{
    const fs::path small = fs::temp_directory_path() / ("runyard-small-" + std::to_string(::getpid()));
    fs::create_directories(small);
    if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=24m") != 0)
        QSKIP("A small disk needs root.");
    {
        Bench bench(small);
        const Reply reply = bench.put("big", std::string(30 << 20, 'x'));
        QCOMPARE(reply.status, 507);
        QVERIFY(reply.body.find("<Code>InsufficientStorage</Code>") != std::string::npos);
        QVERIFY(reply.body.find("no space left") != std::string::npos);
        QVERIFY2(reply.body.find("“big” could not be written") != std::string::npos, reply.body.c_str());
        QCOMPARE(bench.leftovers(), std::size_t(0));
        QVERIFY(!fs::exists(small / "data" / "big"));
        QCOMPARE(bench.put("small", "still works").status, 201);

        const auto block = [&](const char* id, std::size_t megabytes) {
            return bench.send(http::Request::put(bench.url("in/blocks") + "?comp=block&blockid=" + id, std::string(megabytes << 20, 'y')));
        };
        QCOMPARE(block("MDE%3D", 8).status, 201);
        const Reply full = block("MDI%3D", 16);
        QCOMPARE(full.status, 507);
        QVERIFY2(full.body.find("“blocks” could not be written") != std::string::npos, full.body.c_str());
        QTRY_VERIFY_WITH_TIMEOUT(fs::is_empty(small / "data" / ".uploads"), 5000);
        QCOMPARE(block("MDE%3D", 16).status, 201);  // the room of the first block is there again
    }
    ::umount2(small.c_str(), MNT_DETACH);
    fs::remove_all(small);
}

void BlobsTest::clearsWhatACrashLeft()
{
    const fs::path folder = fs::temp_directory_path() / ("runyard-crash-" + std::to_string(::getpid()));
    write(folder / "data" / ".uploads" / "put-half", "half");
    write(folder / "data" / ".uploads" / "blocks-0123456789ab-x" / "bytes", "of an earlier life of the computer");
    const auto send = [](Bench& bench, const std::string& number, const std::string& body) {
        return bench.send(http::Request::put(bench.url("b") + "?comp=block&blockid=" + api::encode(toBase64("0000000" + number)), body)).status;
    };
    {
        Bench bench(folder);
        QVERIFY(!fs::exists(folder / "data" / ".uploads" / "put-half"));
        QVERIFY(!fs::exists(folder / "data" / ".uploads" / "blocks-0123456789ab-x"));
        QCOMPARE(send(bench, "0", "from the "), 201);
        QCOMPARE(send(bench, "1", "life befo"), 201);
    }
    {
        Bench bench(folder);
        QVERIFY(bench.names("").empty());
        QCOMPARE(send(bench, "1", "first lif"), 201);
        QCOMPARE(send(bench, "2", "e"), 201);
        std::string list;
        for (const char* number : {"0", "1", "2"})
            list += "<Latest>" + toBase64("0000000" + std::string(number)) + "</Latest>";
        QCOMPARE(bench.send(http::Request::put(bench.url("b") + "?comp=blocklist", "<BlockList>" + list + "</BlockList>")).status, 201);
        QCOMPARE(bench.get("b").body, std::string("from the first life"));
        QCOMPARE(bench.send(http::Request::head(bench.url("b"))).headers.at("x-ms-meta-sha256"), sha256Hex("from the first life"));
    }
    fs::remove_all(folder);
}

QTEST_GUILESS_MAIN(BlobsTest)
#include "blobs_test.moc"
