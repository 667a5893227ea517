#include "local/store/database.h"
#include "local/store/integrity.h"
#include "local/store/metricrows.h"
#include "local/store/rows.h"
#include "local/store/store.h"
#include "support/runtask.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <boost/asio/executor_work_guard.hpp>

#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <limits>
#include <random>
#include <set>

using namespace runyard;
using namespace runyard::local;
using runyard::test::runTask;

namespace {

std::filesystem::path folderOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

Task<Result<std::int64_t>> makeRun(Store& store, std::string id)
{
    std::function<Result<std::int64_t>(Database&)> operation = [id](Database& database) -> Result<std::int64_t> {
        RunRow run;
        run.id = id;
        return insertRun(database, run).map([](const RunRow& row) { return row.serial; });
    };
    co_return co_await store.write<std::int64_t>(std::move(operation));
}

Task<Result<std::int64_t>> log(Store& store, std::int64_t run, std::vector<MetricValue> values)
{
    std::function<Result<std::int64_t>(Database&)> operation = [run, values](Database& database) -> Result<std::int64_t> { return addMetrics(database, run, values); };
    co_return co_await store.write<std::int64_t>(std::move(operation));
}

std::vector<api::MetricPoint> pointsOf(Store& store, std::int64_t run, const std::string& key)
{
    std::vector<api::MetricPoint> points;
    followMetric(store.reader(), run, key, 0, 1'000'000'000, [&](std::int64_t, const api::MetricPoint& point) { points.push_back(point); });
    return points;
}

// Logs metrics without end into a run of its own and prints the number of the last durable one.
int writeForever(const char* folder)
{
    asio::io_context context;
    Store store(context, std::filesystem::path(folder) / "store.sqlite");
    if (!store.open())
        return 1;
    const auto found = findRun(store.reader(), "victim");
    const std::int64_t run = found ? found->serial : runTask(context, makeRun(store, "victim")).value();
    for (std::int64_t i = static_cast<std::int64_t>(pointsOf(store, run, "loss").size());; ++i) {
        if (!runTask(context, log(store, run, {{"loss", {i, i, 0.5}}})))
            return 2;
        std::printf("%lld\n", static_cast<long long>(i + 1));
        std::fflush(stdout);
    }
}

} // namespace

class StoreTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsEveryBitOfAValue();
    void passesOverAPointSentTwice();
    void undoesOnlyTheOperationThatFails();
    void groupsWhatComesTogether();
    void saysThatTheDiskIsFullAndGoesOnAfterwards();
    void keepsWhatWasAnsweredThroughKills();
    void restoresABackupOfADamagedDatabase();
    void refusesADatabaseOfANewerVersion();
    void keepsDocumentsNewestFirst();
};

void StoreTest::keepsEveryBitOfAValue()
{
    QTemporaryDir folder;
    const double payload = std::bit_cast<double>(0x7ff8dead0000beefULL);
    const std::vector<double> values{0.1, -0.0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), payload, 5e-324};
    {
        asio::io_context context;
        Store store(context, folderOf(folder) / "store.sqlite");
        QVERIFY(store.open());
        const auto run = runTask(context, makeRun(store, "r")).value();
        std::vector<MetricValue> batch;
        for (std::size_t i = 0; i < values.size(); ++i)
            batch.push_back({"x", {static_cast<std::int64_t>(i), 1, values[i]}});
        QCOMPARE(runTask(context, log(store, run, batch)).value(), 6);
    }
    asio::io_context context;
    Store store(context, folderOf(folder) / "store.sqlite");
    QVERIFY(store.open());
    const auto points = pointsOf(store, findRun(store.reader(), "r")->serial, "x");
    QCOMPARE(points.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        QCOMPARE(std::bit_cast<std::uint64_t>(points[i].value), std::bit_cast<std::uint64_t>(values[i]));
}

void StoreTest::passesOverAPointSentTwice()
{
    QTemporaryDir folder;
    asio::io_context context;
    Store store(context, folderOf(folder) / "store.sqlite");
    QVERIFY(store.open());
    const auto run = runTask(context, makeRun(store, "r")).value();
    const std::vector<MetricValue> batch{{"x", {3, 10, std::nan("")}}, {"x", {1, 20, 2.0}}, {"x", {1, 20, 2.0}}, {"y", {0, 0, 1}}};
    QCOMPARE(runTask(context, log(store, run, batch)).value(), 3);
    QCOMPARE(runTask(context, log(store, run, batch)).value(), 0);
    QCOMPARE(runTask(context, log(store, run, {{"x", {1, 20, 2.5}}})).value(), 1);
    const auto points = pointsOf(store, run, "x");
    QCOMPARE(points.size(), std::size_t(3));
    QCOMPARE(points[0].step, 3);  // order of arrival
    const auto metrics = metricsOf(store.reader(), run);
    QCOMPARE(metrics.size(), std::size_t(2));
    QCOMPARE(metrics[0].points, 3);
    QCOMPARE(metrics[0].latest.step, 3);  // the greatest step, though it is not the last time
    QVERIFY(std::isnan(metrics[0].latest.value));
    std::vector<std::int64_t> times;
    readMetric(store.reader(), run, "x", {}, 100, [&](const api::MetricPoint& point) { times.push_back(point.time); });
    QCOMPARE(times, (std::vector<std::int64_t>{10, 20, 20}));
}

void StoreTest::undoesOnlyTheOperationThatFails()
{
    QTemporaryDir folder;
    asio::io_context context;
    Store store(context, folderOf(folder) / "store.sqlite");
    QVERIFY(store.open());
    const auto run = runTask(context, makeRun(store, "r")).value();
    int left = 3;
    const auto spawn = [&](bool isGood, const std::string& key) {
        std::function<Result<>(Database&)> operation = [=](Database& database) -> Result<> {
            addMetrics(database, run, {{key, {0, 0, 1}}});
            if (!isGood)
                return failure(Error::Code::Invalid, "no");
            return {};
        };
        asio::co_spawn(context, store.write<void>(std::move(operation)), [&left, isGood](std::exception_ptr, Result<> result) {
            QCOMPARE(result.has_value(), isGood);
            --left;
        });
    };
    spawn(true, "a");
    spawn(false, "b");
    spawn(true, "c");
    context.restart();
    const auto guard = asio::make_work_guard(context);
    while (left > 0)
        context.run_one();
    const auto metrics = metricsOf(store.reader(), run);
    QCOMPARE(metrics.size(), std::size_t(2));
    QCOMPARE(metrics[1].key, std::string("c"));
}

void StoreTest::groupsWhatComesTogether()
{
    QTemporaryDir folder;
    asio::io_context context;
    Store store(context, folderOf(folder) / "store.sqlite");
    QVERIFY(store.open());
    const auto run = runTask(context, makeRun(store, "r")).value();
    constexpr int Count = 2000;
    int left = Count;
    for (std::int64_t i = 0; i < Count; ++i) {
        asio::co_spawn(context, log(store, run, {{"x", {i, i, 1}}}), [&left](std::exception_ptr, const Result<std::int64_t>& result) {
            QCOMPARE(result.value(), 1);
            --left;
        });
    }
    const auto start = std::chrono::steady_clock::now();
    const auto guard = asio::make_work_guard(context);
    context.restart();
    while (left > 0)
        context.run_one();
    const auto took = std::chrono::steady_clock::now() - start;
    QCOMPARE(pointsOf(store, run, "x").size(), std::size_t(Count));
    QVERIFY2(took < std::chrono::seconds(5), "2000 writes that wait together took as long as one by one");
}

void StoreTest::saysThatTheDiskIsFullAndGoesOnAfterwards()
{
    QTemporaryDir folder;
    asio::io_context context;
    Store store(context, folderOf(folder) / "store.sqlite");
    QVERIFY(store.open());
    const auto run = runTask(context, makeRun(store, "r")).value();
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{512 * 1024, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    std::int64_t kept = 0;
    Result<std::int64_t> answer = 0;
    for (; answer && kept < 100'000; kept += answer.value_or(0)) {
        std::vector<MetricValue> batch;
        for (std::int64_t i = 0; i < 500; ++i)
            batch.push_back({"x", {kept + i, kept + i, 1.0}});
        answer = runTask(context, log(store, run, batch));
    }
    setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, Error::Code::Storage);
    QVERIFY2(answer.error().message.find("space") != std::string::npos, answer.error().message.c_str());
    QCOMPARE(pointsOf(store, run, "x").size(), static_cast<std::size_t>(kept));
    QCOMPARE(runTask(context, log(store, run, {{"x", {-1, 0, 1}}})).value(), 1);
}

void StoreTest::keepsWhatWasAnsweredThroughKills()
{
    QTemporaryDir folder;
    std::mt19937 random(20261125);
    qint64 acknowledged = 0;
    for (int round = 0; round < 20; ++round) {
        QProcess writer;
        writer.start(QCoreApplication::applicationFilePath(), {"--write", folder.path()});
        QVERIFY(writer.waitForStarted());
        QVERIFY(writer.waitForReadyRead(20'000));
        QTest::qSleep(static_cast<int>(random() % 120));
        ::kill(static_cast<pid_t>(writer.processId()), SIGKILL);
        writer.waitForFinished();
        const auto lines = writer.readAllStandardOutput().split('\n');
        QVERIFY(lines.size() >= 2);
        acknowledged = lines[lines.size() - 2].toLongLong();  // the last may be cut
        asio::io_context context;
        Store store(context, folderOf(folder) / "store.sqlite");
        QVERIFY(store.open());
        QVERIFY2(store.notes().empty(), store.notes().empty() ? "" : store.notes().front().c_str());
        const auto points = pointsOf(store, findRun(store.reader(), "victim")->serial, "loss");
        QVERIFY2(static_cast<qint64>(points.size()) >= acknowledged, "a metric that was answered is gone");
        std::set<std::int64_t> steps;
        for (const auto& point : points)
            steps.insert(point.step);
        QCOMPARE(steps.size(), points.size());
        QCOMPARE(*steps.rbegin() + 1, static_cast<std::int64_t>(points.size()));
    }
    QVERIFY(acknowledged > 100);
}

void StoreTest::restoresABackupOfADamagedDatabase()
{
    QTemporaryDir folder;
    const auto file = folderOf(folder) / "store.sqlite";
    {
        asio::io_context context;
        Store store(context, file);
        QVERIFY(store.open());
        QVERIFY(runTask(context, makeRun(store, "saved")));
        QVERIFY(runTask(context, store.backup(folderOf(folder) / "backup" / "store-1.sqlite")));
        QVERIFY(runTask(context, makeRun(store, "later")));
    }
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.write("this is no database any more....", 32);
    }
    asio::io_context context;
    Store store(context, file);
    const auto opened = store.open();
    QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
    QCOMPARE(store.notes().size(), std::size_t(2));
    QVERIFY2(store.notes()[0].find("store-1.sqlite was restored") != std::string::npos, store.notes()[0].c_str());
    QVERIFY(findRun(store.reader(), "saved"));
    QVERIFY(!findRun(store.reader(), "later"));
    QVERIFY(runTask(context, makeRun(store, "again")));
    QCOMPARE(std::count_if(std::filesystem::directory_iterator(folderOf(folder)), {}, [](const auto& entry) {
        return entry.path().string().find(".corrupt-") != std::string::npos;
    }), 1);
}

void StoreTest::refusesADatabaseOfANewerVersion()
{
    QTemporaryDir folder;
    const auto file = folderOf(folder) / "store.sqlite";
    {
        auto database = Database::open(file, Database::Mode::ReadWrite);
        QVERIFY(database && (*database)->execute("PRAGMA user_version = 99"));
    }
    asio::io_context context;
    Store store(context, file);
    const auto opened = store.open();
    QVERIFY(!opened);
    QVERIFY(opened.error().message.find("newer version") != std::string::npos);
}

void StoreTest::keepsDocumentsNewestFirst()
{
    QTemporaryDir folder;
    asio::io_context context;
    Store store(context, folderOf(folder) / "store.sqlite");
    QVERIFY(store.open());
    Documents documents(store);
    QVERIFY(runTask(context, documents.put("model", "m", "1", "{}")));
    QVERIFY(runTask(context, documents.put("model", "m", "2", "{}")));
    QVERIFY(runTask(context, documents.put("model", "m", "1", "{\"a\":1}")));
    const auto all = documents.list("model", "m");
    QCOMPARE(all.size(), std::size_t(2));
    QCOMPARE(all[0].version, std::string("2"));
    QCOMPARE(documents.get("model", "m", "1")->json, std::string("{\"a\":1}"));
    QVERIFY(runTask(context, documents.remove("model", "m", "1")));
    QCOMPARE(runTask(context, documents.remove("model", "m", "1")).error().code, Error::Code::NotFound);
}

int main(int count, char** arguments)
{
    if (count == 3 && std::string_view(arguments[1]) == "--write")
        return writeForever(arguments[2]);
    QCoreApplication application(count, arguments);
    StoreTest test;
    return QTest::qExec(&test, count, arguments);
}

#include "store_test.moc"
