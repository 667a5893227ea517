#include "models/logstore.h"
#include "support/stallprobe.h"
#include "telemetry/logindex.h"
#include "theme/theme.h"
#include "widgets/logpane.h"
#include "widgets/logview.h"
#include "widgets/searchfield.h"

#include <QClipboard>
#include <QElapsedTimer>
#include <QFile>
#include <QGuiApplication>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

using namespace runyard;

namespace {

std::string text(std::string_view bytes)
{
    return QString::fromStdU16String(logRow(bytes).text).toStdString();
}

QByteArray numbered(int first, int count)
{
    QByteArray bytes;
    for (int i = first; i < first + count; ++i)
        bytes += "line " + QByteArray::number(i) + " of a training run: loss 0.2403 accuracy 0.9121 and so on\n";
    return bytes;
}

} // namespace

class WidgetsLogTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowsAreWhatATerminalShows();
    void linesAreFoundInAnyPieces();
    void aLineWithoutEndIsCut();
    void errorsAndWarningsAreCounted();
    void findGoesAround();
    void timesBelongToLines();
    void viewFollowsAndStops();
    void barForLongLinesComesToRest();
    void viewFindsMarksAndJumps();
    void selectionIsCopied();
    void savesWhatWasWritten();
    void clearStartsAnew();
    void fiftyMegabytesWithoutNewline();
    void floodDoesNotStall();
    void diesWithQuestionsOpen();
};

void WidgetsLogTest::rowsAreWhatATerminalShows()
{
    QCOMPARE(text("plain"), "plain");
    QCOMPARE(text("10%\r50%\r100% done"), "100% done");
    QCOMPARE(text("100%\r\x1b[K7%"), "7%");
    QCOMPARE(text("abc\b\bX"), "aXc");
    QCOMPARE(text("ends with return\r"), "ends with return");
    QCOMPARE(text("a\tb"), "a       b");
    QCOMPARE(text("\x1b[1;31mred\x1b[0m plain\x1b]0;title\x07!"), "red plain!");
    QCOMPARE(text(std::string_view("nul\0here", 8)), "nul\xEF\xBF\xBDhere");
    QCOMPARE(text("\xff\xfe\xc3"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    QCOMPARE(text("caf\xc3\xa9 \xf0\x9f\x98\x80"), "caf\xc3\xa9 \xf0\x9f\x98\x80");
    QCOMPARE(text("\x1b["), "");
    const LogRow row = logRow("ab\x1b[32mgreen\x1b[1mbold\x1b[0mx");
    QCOMPARE(row.spans.size(), std::size_t(2));
    QCOMPARE(row.spans[0].begin, 2u);
    QCOMPARE(row.spans[0].end, 7u);
    QVERIFY(row.spans[0].color == LogColor::Green);
    QVERIFY(row.spans[1].bold);
    QVERIFY(logRow("ValueError: no").level == LogLevel::Error);
    QVERIFY(logRow("WARNING:root: slow").level == LogLevel::Warning);
    QVERIFY(logRow("[metric] a = 1").level == LogLevel::Metric);
    QVERIFY(logRow("0 errors").level == LogLevel::Plain);
}

void WidgetsLogTest::linesAreFoundInAnyPieces()
{
    const QTemporaryDir folder;
    LogIndex index(folder.path().toStdString());
    const QByteArray all = numbered(0, 20'000) + "unfinished";
    for (qsizetype at = 0, size = 1; at < all.size(); at += size, size = size * 7 % 90'001 + 1)
        QVERIFY(index.append(std::string_view(all.constData() + at, static_cast<std::size_t>(std::min(size, all.size() - at)))));
    QCOMPARE(index.bytes(), all.size());
    QCOMPARE(index.lines(), 20'001);
    for (const std::int64_t line : {0, 1, 999, 1000, 12'345, 19'990}) {
        const auto rows = index.rows(line, 3);
        QCOMPARE(rows.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(rows[i].number, line + static_cast<std::int64_t>(i));
            QVERIFY(QString::fromStdU16String(rows[i].text).startsWith(QStringLiteral("line %1 of").arg(line + static_cast<std::int64_t>(i))));
        }
    }
    QCOMPARE(index.rows(20'000, 10).size(), std::size_t(1));
    QVERIFY(index.rows(20'001, 10).empty());
    QVERIFY(index.append("\n"));
    QCOMPARE(index.lines(), 20'001);
}

void WidgetsLogTest::aLineWithoutEndIsCut()
{
    const QTemporaryDir folder;
    LogIndex index(folder.path().toStdString());
    const std::string flood(8 << 20, 'x');
    QVERIFY(index.append("first\n" + flood + "\nlast\n"));
    const auto rows = index.rows(0, 3);
    QCOMPARE(rows[1].text.size(), LogRow::most);
    QCOMPARE(rows[1].cut, static_cast<std::int64_t>(flood.size() - LogRow::most));
    QVERIFY(rows[2].text == u"last");
    index.clear();
    std::string bar;
    for (int i = 0; i < 200'000; ++i)
        bar += "\r" + std::to_string(i) + "/200000 [=====]";
    QVERIFY(index.append(bar));
    QCOMPARE(QString::fromStdU16String(index.rows(0, 1)[0].text), QStringLiteral("199999/200000 [=====]"));
}

void WidgetsLogTest::errorsAndWarningsAreCounted()
{
    const QTemporaryDir folder;
    const std::string log = "fine\nERROR: one ERROR twice Error: thrice\nWARNING: w\nTraceback (most recent call last):\nfine\nKeyError: 'x'\n";
    for (std::size_t size = 1; size < log.size(); size += 3) {
        LogIndex index(folder.path().toStdString());
        for (std::size_t at = 0; at < log.size(); at += size)
            QVERIFY(index.append(std::string_view(log).substr(at, size)));
        QCOMPARE(index.errors(), 3);
        QCOMPARE(index.warnings(), 1);
    }
}

void WidgetsLogTest::findGoesAround()
{
    const QTemporaryDir folder;
    LogIndex index(folder.path().toStdString());
    std::string log;
    for (int i = 0; i < 30'000; ++i)
        log += i == 25'000 ? "KeyError: needle in the hay\n" : i == 3 ? "a NEEDLE first\n" : "hay hay hay hay hay hay hay hay hay " + std::to_string(i) + "\n";
    QVERIFY(index.append(log));
    LogIndex::Query query{.text = "needle", .from = 0, .until = index.lines() - 1};
    QCOMPARE(index.find(query, 1 << 30).line, 3);
    query.from = 4;
    QCOMPARE(index.find(query, 1 << 30).line, 25'000);
    query.from = 25'001;
    QCOMPARE(index.find(query, 1 << 30).line, -1);
    query = {.text = "needle", .backwards = true, .from = 24'999, .until = 0};
    QCOMPARE(index.find(query, 1 << 30).line, 3);
    query = {.text = "NEEDLE", .exactCase = true, .from = 0, .until = index.lines() - 1};
    QCOMPARE(index.find(query, 1 << 30).line, 3);
    query = {.text = {}, .from = 0, .until = index.lines() - 1};
    QCOMPARE(index.find(query, 1 << 30).line, 25'000);
    query = {.text = "needle", .from = 4, .until = index.lines() - 1};
    int calls = 0;
    auto hit = index.find(query, 1);
    for (; hit.line < 0 && hit.resume >= 0 && calls < 1000; ++calls) {
        query.block = hit.resume;
        hit = index.find(query, 1);
    }
    QCOMPARE(hit.line, 25'000);
    QVERIFY(calls > 5);
}

void WidgetsLogTest::timesBelongToLines()
{
    const QTemporaryDir folder;
    LogIndex index(folder.path().toStdString());
    QVERIFY(index.append("aa\nbb\ncc\n"));
    index.note(0, 1000);
    index.note(6, 2000);
    const auto rows = index.rows(0, 3);
    QCOMPARE(rows[0].millis, 1000);
    QCOMPARE(rows[1].millis, 1000);
    QCOMPARE(rows[2].millis, 2000);
}

void WidgetsLogTest::viewFollowsAndStops()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    LogStore store(folder.path());
    LogView view;
    view.resize(800, 400);
    view.setSource(&store);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    store.append(numbered(0, 1000));
    QTRY_VERIFY(view.shownText().contains(QStringLiteral("line 999 of")));
    QSignalSpy follow(&view, &LogView::followChanged);
    QTest::keyClick(&view, Qt::Key_PageUp);
    QVERIFY(!view.isFollowing());
    QCOMPARE(follow.size(), 1);
    const qint64 top = view.topLine();
    store.append(numbered(1000, 1000));
    QTest::qWait(80);
    QCOMPARE(view.topLine(), top);  // news never move what is being read
    QTest::keyClick(&view, Qt::Key_End);
    QVERIFY(view.isFollowing());
    QTRY_VERIFY(view.shownText().contains(QStringLiteral("line 1999 of")));
    QTest::keyClick(&view, Qt::Key_Home);
    QTRY_VERIFY(view.shownText().startsWith(QStringLiteral("line 0 of")));
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
    QVERIFY(view.isFollowing());
    view.setWrap(LogView::Wrap::On);
    store.append("w" + QByteArray(3000, 'w') + "\nlast after a wrapped one\n");
    QTRY_VERIFY(view.shownText().contains(QStringLiteral("last after")));
}

// A long line that is on screen only while there is no scroll bar below: whatever the height and the number of lines after it, the view comes to rest.
void WidgetsLogTest::barForLongLinesComesToRest()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    LogStore store(folder.path());
    LogView view;
    view.setSource(&store);
    view.resize(500, 200);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QByteArray shorts;
    for (int i = 0; i < 11; ++i) {
        store.append("long " + QByteArray(200, 'x') + "\n" + shorts + "end of " + QByteArray::number(i) + "\n");
        shorts += "short\n";
        for (int height = 180; height < 200; ++height) {
            QElapsedTimer clock;
            clock.start();
            view.resize(500, height);
            QTRY_VERIFY(view.shownText().contains("end of " + QByteArray::number(i)));
            QTest::qWait(5);
            QVERIFY2(clock.elapsed() < 2000, qPrintable(QStringLiteral("%1 lines, height %2").arg(i).arg(height)));
        }
    }
}

void WidgetsLogTest::viewFindsMarksAndJumps()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    LogStore store(folder.path());
    store.append(numbered(0, 5000) + "RuntimeError: out of memory\n" + numbered(5000, 5000));
    LogPane pane;
    pane.resize(900, 400);
    pane.setSource(&store);
    pane.show();
    QVERIFY(QTest::qWaitForWindowExposed(&pane));
    QTRY_VERIFY(pane.view()->shownText().contains(QStringLiteral("line 9999 of")));
    QTest::keyClick(pane.view(), Qt::Key_E);
    QTRY_VERIFY(pane.view()->shownText().contains(QStringLiteral("out of memory")));
    auto* field = pane.findChild<SearchField*>();
    QSignalSpy ended(pane.view(), &LogView::findEnded);
    QTest::keyClicks(field, QStringLiteral("LINE 777 "));
    QTRY_VERIFY(pane.view()->shownText().contains(QStringLiteral("line 777 of")));
    ended.clear();
    field->setText(QStringLiteral("not there at all"));
    QTRY_VERIFY(!ended.isEmpty() && !ended.constLast().at(0).toBool());
}

void WidgetsLogTest::selectionIsCopied()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    LogStore store(folder.path());
    store.append("\x1b[31mone\x1b[0m\ntwo\nthree\n");
    LogView view;
    view.resize(600, 300);
    view.setSource(&store);
    view.show();
    QTRY_VERIFY(view.shownText().contains(QStringLiteral("three")));
    QGuiApplication::clipboard()->setText(QStringLiteral("before"));
    view.selectAll();
    QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
    QTRY_COMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("one\ntwo\nthree"));
    view.grab();
}

void WidgetsLogTest::savesWhatWasWritten()
{
    const QTemporaryDir folder;
    LogStore store(folder.path());
    const QByteArray raw = numbered(0, 300'000) + QByteArray("\0\xff\x1b[31m", 7);
    store.append(raw);
    QSignalSpy saved(&store, &LogStore::saved);
    store.saveTo(folder.filePath(QStringLiteral("out.log")));
    QTRY_COMPARE(saved.size(), 1);
    QCOMPARE(saved.constFirst().at(1).toString(), QString());
    QFile file(folder.filePath(QStringLiteral("out.log")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll() == raw);
    store.saveTo(QStringLiteral("/no/such/folder/out.log"));
    QTRY_COMPARE(saved.size(), 2);
    QVERIFY(!saved.constLast().at(1).toString().isEmpty());
}

void WidgetsLogTest::clearStartsAnew()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    LogStore store(folder.path());
    LogView view;
    view.resize(600, 300);
    view.setSource(&store);
    view.show();
    store.append(numbered(0, 500));
    QTRY_VERIFY(view.shownText().contains(QStringLiteral("line 499 of")));
    store.clear();
    store.append("anew\n");
    QCOMPARE(store.appended(), 5);
    QTRY_COMPARE(view.shownText(), QStringLiteral("anew"));
}

void WidgetsLogTest::fiftyMegabytesWithoutNewline()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    LogStore store(folder.path());
    LogView view;
    view.resize(800, 400);
    view.setSource(&store);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    StallProbe probe;
    for (int i = 0; i < 50; ++i) {
        store.append(QByteArray(1 << 20, 'y'));
        QTest::qWait(10);
    }
    store.append("\nafter it\n");
    QTRY_VERIFY(view.shownText().contains(QStringLiteral("after it")));
    probe.report("50 MB without a newline");
    QVERIFY2(probe.busiest() < 16 * WatchedBuildFactor, qPrintable(QString::number(probe.busiest())));
}

// A quarter of a million lines a second, as many as a run can print.
void WidgetsLogTest::floodDoesNotStall()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    LogStore store(folder.path());
    LogPane pane;
    pane.resize(1100, 500);
    pane.setSource(&store);
    pane.show();
    QVERIFY(QTest::qWaitForWindowExposed(&pane));
    std::atomic<int> sent = 0;
    std::thread writer([&] {
        const QByteArray piece = numbered(0, 2500);
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 300; ++i) {
            std::this_thread::sleep_until(start + std::chrono::milliseconds(10) * i);
            store.append(piece);
            sent += 2500;
        }
    });
    StallProbe probe;
    while (sent < 300 * 2500)
        QTest::qWait(50);
    writer.join();
    probe.report("250,000 lines/s into the log view");
    QTRY_COMPARE(store.extent().lines, qint64(300 * 2500));
    QTRY_VERIFY(pane.view()->shownText().endsWith(QStringLiteral("and so on")));
    QVERIFY2(probe.busiest() < 16 * WatchedBuildFactor, qPrintable(QString::number(probe.busiest())));
}

void WidgetsLogTest::diesWithQuestionsOpen()
{
    Theme theme(SchemeSetting::Light);
    const QTemporaryDir folder;
    for (int i = 0; i < 30; ++i) {
        auto store = std::make_unique<LogStore>(folder.path());
        auto view = std::make_unique<LogView>();
        view->resize(600, 300);
        view->setSource(store.get());
        view->show();
        store->append(numbered(0, 3000 * (i % 4)));
        view->find(QStringLiteral("nowhere"));
        if (i % 3 == 0)
            QTest::qWait(i % 5);
        if (i % 2 == 0)
            view.reset();
        else
            view->setSource(nullptr);
        store.reset();
        QCoreApplication::processEvents();
    }
}

QTEST_MAIN(WidgetsLogTest)
#include "widgets_log_test.moc"
