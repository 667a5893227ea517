#include "core/hash.h"
#include "core/time.h"
#include "api/uri.h"
#include "local/blobs/sas.h"
#include "local/blobs/sastext.h"
#include "local/blobs/sharedkey.h"
#include "local/server/accesslog.h"
#include "local/server/guard.h"

#include <QTest>

#include <unistd.h>

#include <fstream>

namespace fs = std::filesystem;
using namespace runyard;

namespace {

const std::string key = "0123456789abcdef0123456789abcdef";

local::Request request(const std::string& query, const std::string& base = "http://127.0.0.1:1234")
{
    auto made = local::toRequest("GET", "/runyard/data/x?" + query);
    made.base = base;
    made.headers["host"] = "localhost:1234";
    return made;
}

// Azure's code for what the query may not do; empty where it may.
std::string code(const std::string& query, const local::SasNeed& need, const std::string& base = "http://127.0.0.1:1234")
{
    const auto checked = local::Sas(key).check(request(query, base), need);
    return checked ? std::string() : checked.error().detail;
}

std::string stamp(int minutes, const char* form = "%Y-%m-%dT%H:%M:%SZ")
{
    const std::time_t moment = std::time(nullptr) + minutes * 60;
    std::tm parts{};
    char text[64];
    std::strftime(text, sizeof text, form, ::gmtime_r(&moment, &parts));
    return text;
}

using Values = std::map<std::string, std::string>;

std::string queryOf(const Values& values)
{
    std::string query;
    for (const auto& [name, value] : values)
        query += (query.empty() ? "" : "&") + name + '=' + api::encode(value);
    return query;
}

} // namespace

class SignaturesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesWhatAzuresClientsSigned_data();
    void takesWhatAzuresClientsSigned();
    void refusesWhatIsChanged();
    void refusesByTimeProtocolAndAddress();
    void refusesOtherOperations();
    void knowsFolders();
    void delegates();
    void checksSharedKey();
    void ordersHeadersAsTheService();
    void keepsSignaturesOutOfTheLog();
};

// Made by azure-storage-blob 12.3.2, 12.8.1 and 12.31.1 with the key above.
void SignaturesTest::takesWhatAzuresClientsSigned_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("blob");
    QTest::newRow("blob 2019-07-07") << "se=2099-01-02T03%3A04%3A05Z&sp=r&sv=2019-07-07&sr=b&sig=RNaIl/e9oQlh8r7W/0/PTfMDPdqpr9oLtEyZBtE3A6Q%3D" << "folder/a b.txt";
    QTest::newRow("container 2019-07-07") << "st=2020-01-01T00%3A00%3A00Z&se=2099-01-02T03%3A04%3A05Z&sp=rl&sv=2019-07-07&sr=c&sig=XmXDCwGFgjgcxnOewOM2eknL3YeLdBKq54I%2B22T95Vo%3D" << "any";
    QTest::newRow("account 2019-07-07") << "se=2099-01-02T03%3A04%3A05Z&sp=rwl&sv=2019-07-07&ss=b&srt=sco&sig=nCYEZHxhatbKAba8vPOZcmyfdkg1QUbnSmY/LRTbI%2BI%3D" << "any";
    QTest::newRow("blob 2020-06-12") << "se=2099-01-02T03%3A04%3A05Z&sp=r&sv=2020-06-12&sr=b&sig=Wvo/eZA5Hp3R98w9preupba9LduQdW/dIRlDET1/d74%3D" << "folder/a b.txt";
    QTest::newRow("account 2020-06-12") << "se=2099-01-02T03%3A04%3A05Z&sp=rwl&sv=2020-06-12&ss=b&srt=sco&sig=KBD3/0fGV2eqv/67IqD0YX%2B5dU7HoXFf3bq53y4ClYE%3D" << "any";
    QTest::newRow("blob 2026-10-06") << "se=2099-01-02T03%3A04%3A05Z&sp=r&sv=2026-10-06&sr=b&sig=Ei3G5jKRJ5l3w/Jcx3hGDuqYSoSxo9nxYveC6Q/aHBc%3D" << "folder/a b.txt";
    QTest::newRow("container 2026-10-06") << "st=2020-01-01T00%3A00%3A00Z&se=2099-01-02T03%3A04%3A05Z&sp=rl&sv=2026-10-06&sr=c&sig=m92ytG6hJ7HYYWzSknk1iLfAPMP24E1LZgzEIRlNSt8%3D" << "any";
    QTest::newRow("account 2026-10-06") << "se=2099-01-02T03%3A04%3A05Z&sp=rwl&sv=2026-10-06&ss=b&srt=sco&sig=PaUXEOMZmoD%2BJ0owx0ylgIZ0OYbRgyLJlRLbHoXg%2Bds%3D" << "any";
    QTest::newRow("blob of localhost:1234/runyard, https from loopback") << "se=2099-01-02T03%3A04%3A05Z&sp=rw&sip=127.0.0.0-127.0.0.9&spr=https&sv=2026-10-06&sr=b&rsct=text/plain&sig=WXPzdUOhfyuK4teshki8S%2BK9Zg2Td07izTsVEQA6cmM%3D" << "folder/a b.txt";
}

void SignaturesTest::takesWhatAzuresClientsSigned()
{
    QFETCH(QString, query);
    QFETCH(QString, blob);
    const local::SasNeed need{"data", blob.toStdString(), "r"};
    const std::string text = query.toStdString();
    QCOMPARE(code(text, need, "https://localhost:1234"), std::string());
    const bool isForAll = blob == "any" && text.find("srt=") != std::string::npos;
    QCOMPARE(code(text, {"models", need.blob, "r"}, "https://localhost:1234"), isForAll ? std::string() : std::string("AuthenticationFailed"));
    QCOMPARE(code(text, {"data", need.blob, "d"}, "https://localhost:1234"), std::string("AuthorizationPermissionMismatch"));
}

void SignaturesTest::refusesWhatIsChanged()
{
    const std::string good = local::Sas(key).sign("data", "a", "r");
    const local::SasNeed need{"data", "a", "r"};
    QCOMPARE(code(good, need), std::string());
    QCOMPARE(code(good, {"data", "b", "r"}), std::string("AuthenticationFailed"));
    QCOMPARE(code(good, {"data", "", "r"}), std::string("AuthenticationFailed"));
    QCOMPARE(code(good, {"", "", "r"}), std::string("AuthenticationFailed"));
    QCOMPARE(code(good + "&rsct=text/html", need), std::string("AuthenticationFailed"));
    auto wider = good;
    wider.replace(wider.find("sp=r"), 4, "sp=rwd");
    QCOMPARE(code(wider, need), std::string("AuthenticationFailed"));
    QCOMPARE(code(good + "&si=policy", need), std::string("AuthenticationFailed"));
    QCOMPARE(code(good.substr(0, good.find("sig=")), need), std::string("AuthenticationFailed"));
    const auto sig = good.find("sig=") + 4;
    for (std::size_t at = sig; at < sig + 20; ++at) {
        auto other = good;
        other[at] = other[at] == 'A' ? 'B' : 'A';
        QVERIFY(other == good || code(other, need) == "AuthenticationFailed");
    }
    const auto other = local::Sas("another key").sign("data", "a", "r");
    QCOMPARE(code(other, need), std::string("AuthenticationFailed"));
    const auto refusal = local::Sas(key).check(request(wider), need);
    QVERIFY(refusal.error().message.find(good.substr(sig, 10)) == std::string::npos);
}

void SignaturesTest::refusesByTimeProtocolAndAddress()
{
    const auto made = [](Values values) {
        values.insert({{"sv", "2024-05-04"}, {"sr", "b"}, {"sp", "r"}, {"se", stamp(5)}});
        values["sig"] = toBase64(hmacSha256(key, local::serviceSasText(values, "/blob/runyard/data/a")));
        return queryOf(values);
    };
    const local::SasNeed need{"data", "a", "r"};
    QCOMPARE(code(made({}), need), std::string());
    QCOMPARE(code(made({{"se", stamp(5, "%Y-%m-%dT%H:%MZ")}}), need), std::string());
    QCOMPARE(code(made({{"se", stamp(3000, "%Y-%m-%d")}}), need), std::string());
    QCOMPARE(code(made({{"se", stamp(-1)}}), need), std::string("AuthenticationFailed"));
    QCOMPARE(code(made({{"se", "soon"}}), need), std::string("AuthenticationFailed"));
    QCOMPARE(code(made({{"st", stamp(2)}}), need), std::string("AuthenticationFailed"));
    QCOMPARE(code(made({{"st", "once"}}), need), std::string("AuthenticationFailed"));
    QCOMPARE(code(made({{"sv", "2015-04-05"}}), need), std::string("AuthenticationFailed"));
    QCOMPARE(code(made({{"spr", "https"}}), need), std::string("AuthorizationProtocolMismatch"));
    QCOMPARE(code(made({{"spr", "https"}}), need, "https://localhost:1"), std::string());
    QCOMPARE(code(made({{"spr", "https,http"}}), need), std::string());
    QCOMPARE(code(made({{"sip", "10.0.0.1-10.0.0.9"}}), need), std::string("AuthorizationSourceIPMismatch"));
    QCOMPARE(code(made({{"sip", "127.0.0.1"}}), need), std::string());
}

void SignaturesTest::refusesOtherOperations()
{
    const auto made = [](const std::string& services, const std::string& types, const std::string& permissions) {
        Values values{{"sv", "2024-05-04"}, {"ss", services}, {"srt", types}, {"sp", permissions}, {"se", stamp(5)}};
        values["sig"] = toBase64(hmacSha256(key, local::accountSasText(values, "runyard")));
        return queryOf(values);
    };
    QCOMPARE(code(made("bf", "sco", "rl"), {"", "", "l"}), std::string());
    QCOMPARE(code(made("f", "sco", "rl"), {"", "", "l"}), std::string("AuthorizationServiceMismatch"));
    QCOMPARE(code(made("b", "o", "rl"), {"", "", "l"}), std::string("AuthorizationResourceTypeMismatch"));
    QCOMPARE(code(made("b", "o", "rl"), {"data", "", "l"}), std::string("AuthorizationResourceTypeMismatch"));
    QCOMPARE(code(made("b", "c", "rl"), {"data", "a", "r"}), std::string("AuthorizationResourceTypeMismatch"));
    QCOMPARE(code(made("b", "o", "rl"), {"data", "a", "r"}), std::string());
    QCOMPARE(code(made("b", "o", "rl"), {"data", "a", "wc"}), std::string("AuthorizationPermissionMismatch"));
    QCOMPARE(code(made("b", "o", "c"), {"data", "a", "wc"}), std::string());
}

void SignaturesTest::knowsFolders()
{
    Values values{{"sv", "2024-05-04"}, {"sr", "d"}, {"sdd", "2"}, {"sp", "rl"}, {"se", stamp(5)}};
    values["sig"] = toBase64(hmacSha256(key, local::serviceSasText(values, "/blob/runyard/data/a/b")));
    const std::string query = queryOf(values);
    QCOMPARE(code(query, {"data", "a/b/c/d", "r"}), std::string());
    QCOMPARE(code(query, {"data", "a/bc/d", "r"}), std::string("AuthenticationFailed"));
    QCOMPARE(code(query, {"data", "a", "r"}), std::string("AuthenticationFailed"));
    QCOMPARE(code(query, {"data", "", "l"}), std::string("AuthenticationFailed"));
    QCOMPARE(code(query + "&prefix=a/b/", {"data", "", "l"}), std::string());
    QCOMPARE(code(query + "&prefix=a/b", {"data", "", "l"}), std::string("AuthenticationFailed"));
}

void SignaturesTest::delegates()
{
    const auto made = [](Values values) {
        values.insert({{"sv", "2021-10-04"}, {"sr", "b"}, {"sp", "r"}, {"se", stamp(5)}, {"skoid", "o"}, {"sktid", "t"}, {"skt", stamp(-1)}, {"ske", stamp(60)}, {"sks", "b"}, {"skv", "2021-10-04"}});
        values["sig"] = toBase64(hmacSha256(local::Sas(key).delegationKey(values), local::delegatedSasText(request(queryOf(values)), "/blob/runyard/data/a")));
        return queryOf(values);
    };
    const local::SasNeed need{"data", "a", "r"};
    for (const char* version : {"2018-11-09", "2020-02-10", "2020-12-06", "2025-07-05", "2026-10-06"})
        QCOMPARE(code(made({{"sv", version}}), need), std::string());
    QCOMPARE(code(made({{"skt", stamp(10)}}), need), std::string("AuthenticationFailed"));
    QCOMPARE(code(made({{"ske", stamp(-1)}}), need), std::string("AuthenticationFailed"));
    QCOMPARE(code(made({{"ske", stamp(8 * 24 * 60)}}), need), std::string("AuthenticationFailed"));
    auto longer = made({});
    longer.replace(longer.find("ske=") + 4, 4, "2098");
    QCOMPARE(code(longer, need), std::string("AuthenticationFailed"));
    const auto bound = made({{"sv", "2026-10-06"}, {"srh", "Host"}});
    QCOMPARE(code(bound, need), std::string());
    auto elsewhere = request(bound);
    elsewhere.headers["host"] = "localhost:99";
    QVERIFY(!local::Sas(key).check(elsewhere, need));
}

void SignaturesTest::checksSharedKey()
{
    const auto made = [](const std::string& date, const std::string& account = "runyard") {
        auto asked = local::toRequest("PUT", "/runyard/data/a%20b?comp=block&blockid=QQ%3D%3D");
        asked.headers = {{"host", "localhost:1234"}, {"x-ms-date", date}, {"x-ms-version", "2026-10-06"}, {"content-length", "3"}, {"if-match", "*"}};
        asked.headers["authorization"] = "SharedKey " + account + ":" + toBase64(hmacSha256(key, local::sharedKeyText(asked, account, local::HeaderOrder::Service)));
        return asked;
    };
    const std::string now = stamp(0, "%a, %d %b %Y %H:%M:%S GMT");
    QCOMPARE(local::sharedKeyText(made("D"), "runyard", local::HeaderOrder::Service),
        std::string("PUT\n\n\n3\n\n\n\n\n*\n\n\n\nx-ms-date:D\nx-ms-version:2026-10-06\n/runyard/runyard/data/a%20b\nblockid:QQ==\ncomp:block"));
    QVERIFY(local::checkSharedKey(made(now), key).has_value());
    QVERIFY(local::checkSharedKey(made(now, "runyard.blob.core.windows.net"), key).has_value());
    QVERIFY(local::checkSharedKey(made(now, "localhost:1234/runyard"), key).has_value());
    QVERIFY(!local::checkSharedKey(made(now, "other"), key));
    QVERIFY(!local::checkSharedKey(made(now), "other key"));
    QVERIFY(!local::checkSharedKey(made(stamp(-16, "%a, %d %b %Y %H:%M:%S GMT")), key));
    QVERIFY(!local::checkSharedKey(made(stamp(16, "%a, %d %b %Y %H:%M:%S GMT")), key));
    QVERIFY(!local::checkSharedKey(made("yesterday"), key));
    auto changed = made(now);
    changed.headers["content-length"] = "4";
    QCOMPARE(local::checkSharedKey(changed, key).error().detail, std::string("AuthenticationFailed"));
    auto other = made(now);
    other.target += "&x=1";
    QVERIFY(!local::checkSharedKey(other, key));
}

void SignaturesTest::ordersHeadersAsTheService()
{
    auto asked = local::toRequest("GET", "/runyard/data/a");
    for (const char* name : {"x-ms-meta-a1", "x-ms-meta-a_b", "x-ms-meta-ab", "x-ms-meta-a", "x-ms-blob-type", "x-ms-meta-a-b"})
        asked.headers[name] = "";
    const auto text = local::sharedKeyText(asked, "runyard", local::HeaderOrder::Service);
    const auto at = [&](const std::string& name) { return text.find(name + ":\n"); };
    QVERIFY(at("x-ms-blob-type") < at("x-ms-meta-a"));
    QVERIFY(at("x-ms-meta-a") < at("x-ms-meta-a_b"));
    QVERIFY(at("x-ms-meta-a_b") < at("x-ms-meta-a1"));
    QVERIFY(at("x-ms-meta-a1") < at("x-ms-meta-ab"));
}

void SignaturesTest::keepsSignaturesOutOfTheLog()
{
    const fs::path file = fs::temp_directory_path() / ("runyard-access-" + std::to_string(::getpid()));
    {
        local::AccessLog log(file);
        for (const char* query : {"a?sig=SECRET", "a?x=1&sig=SECRET&y=2", "a?%73ig=SECRET", "a?Sig=SECRET&sig=SECRET"})
            log.add({"GET", std::string("/runyard/data/") + query, 200, {}, 0, "id", "sas", {}});
        log.flush();
    }
    std::ifstream stream(file);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    fs::remove(file);
    QVERIFY(text.find("SECRET") == std::string::npos);
    QVERIFY(text.find("x=1&sig=*&y=2") != std::string::npos);
}

QTEST_GUILESS_MAIN(SignaturesTest)
#include "signatures_test.moc"
