#include "support/stallprobe.h"
#include "theme/theme.h"
#include "widgets/chart.h"
#include "widgets/charttable.h"
#include "widgets/chartview.h"
#include "widgets/ticks.h"

#include <QAbstractItemModelTester>
#include <QLineSeries>
#include <QSignalSpy>
#include <QTest>
#include <QtCharts/QChart>

#include <cmath>
#include <limits>

using namespace runyard;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

QVector<ChartPoint> ramp(int count, double from = 0)
{
    QVector<ChartPoint> points;
    for (int i = 0; i < count; ++i)
        points.append({from + i, 1e9 + from + i, std::sin((from + i) / 50) + 2});
    return points;
}

int drawnPoints(const Chart& chart)
{
    int count = 0;
    const auto all = chart.findChild<ChartView*>()->chart()->series();
    for (const auto* series : all)
        count += series->isVisible() ? static_cast<int>(qobject_cast<const QLineSeries*>(series)->count()) : 0;
    return count;
}

} // namespace

class WidgetsChartTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reducingKeepsSpikes();
    void valuesThatAreNotFiniteAreGaps();
    void appendingEqualsSetting();
    void stepsThatComeLateAreSortedIn();
    void ticksAreRound();
    void zoomStaysWhenDataCome();
    void arrowsMoveTheCrossHair();
    void aSinglePointIsADotWithinThePlot();
    void keysSwitchAxesAndSmoothing();
    void tableHoldsEveryPoint();
    void floodDoesNotStall();
};

void WidgetsChartTest::reducingKeepsSpikes()
{
    ChartData data;
    auto points = ramp(1'000'000);
    points[654'321].value = 99;
    points[123'456].value = -99;
    data.set(points);
    const auto shape = data.reduce(ChartData::Values::Raw, XAxis::Step, YScale::Linear, 0, 1e6, 2000);
    QCOMPARE(shape.segments.size(), 1);
    QVERIFY(shape.segments.constFirst().size() <= 2002);
    QVERIFY(shape.segments.constFirst().contains(QPointF(654'321, 99)));
    QVERIFY(shape.segments.constFirst().contains(QPointF(123'456, -99)));
    QCOMPARE(shape.high, 99.0);
    const auto part = data.reduce(ChartData::Values::Raw, XAxis::Step, YScale::Linear, 1000, 1100, 2000);
    QCOMPARE(part.segments.constFirst().size(), 103);  // and a neighbour on either side
    QVERIFY(std::is_sorted(shape.segments.constFirst().begin(), shape.segments.constFirst().end(), [](auto a, auto b) { return a.x() < b.x(); }));
}

void WidgetsChartTest::valuesThatAreNotFiniteAreGaps()
{
    ChartData data;
    auto points = ramp(100);
    for (const int i : {40, 41, 42, 70})
        points[i].value = i == 70 ? std::numeric_limits<double>::infinity() : notANumber;
    data.setSmoothing(0.6);
    data.set(points);
    for (const auto values : {ChartData::Values::Raw, ChartData::Values::Smoothed}) {
        const auto shape = data.reduce(values, XAxis::Step, YScale::Linear, 0, 100, 2000);
        QVector<qsizetype> sizes;
        for (const auto& segment : shape.segments)
            sizes.append(segment.size());
        QCOMPARE(sizes, (QVector<qsizetype>{40, 27, 29}));
        QCOMPARE(shape.dropped, 4);
    }
    QCOMPARE(data.holes(), (QVector<qsizetype>{40, 41, 42, 70}));
    points[10].value = -1;
    data.set(points);
    QCOMPARE(data.reduce(ChartData::Values::Raw, XAxis::Step, YScale::Log, 0, 100, 2000).dropped, 5);
}

void WidgetsChartTest::appendingEqualsSetting()
{
    ChartData whole;
    ChartData parts;
    whole.setSmoothing(0.9);
    parts.setSmoothing(0.9);
    whole.set(ramp(1000));
    for (int i = 0; i < 1000; i += 7)
        parts.append(ramp(std::min(7, 1000 - i), i));
    for (qsizetype i = 0; i < 1000; ++i)
        QCOMPARE(parts.smoothed(i), whole.smoothed(i));
    QCOMPARE(whole.smoothed(0), whole.points().constFirst().value);  // debiased: the first value is itself
    QCOMPARE(parts.reduce(ChartData::Values::Smoothed, XAxis::Step, YScale::Linear, 0, 1000, 200).segments, whole.reduce(ChartData::Values::Smoothed, XAxis::Step, YScale::Linear, 0, 1000, 200).segments);
}

void WidgetsChartTest::stepsThatComeLateAreSortedIn()
{
    ChartData data;
    data.append(ramp(10, 10));
    data.append(ramp(5));
    QCOMPARE(data.points().constFirst().step, 0.0);
    QCOMPARE(data.nearest(3.4, XAxis::Step), 3);
    QCOMPARE(data.nearest(1e9, XAxis::Step), 14);
}

void WidgetsChartTest::ticksAreRound()
{
    QStringList labels;
    for (const Tick& tick : linearTicks(0.38, 1.02, 5))
        labels.append(tick.label);
    QCOMPARE(labels, (QStringList{QStringLiteral("0.4"), QStringLiteral("0.6"), QStringLiteral("0.8"), QStringLiteral("1.0")}));
    labels.clear();
    for (const Tick& tick : linearTicks(0, 14400, 5))
        labels.append(tick.label);
    QCOMPARE(labels, (QStringList{QStringLiteral("0"), QStringLiteral("5k"), QStringLiteral("10k")}));
    labels.clear();
    for (const Tick& tick : logTicks(-5, 0, 3))
        labels.append(tick.label);
    QVERIFY(labels.contains(QStringLiteral("0.001")));
    labels.clear();
    for (const Tick& tick : linearTicks(0, 4, 11, Spacing::Whole))
        labels.append(tick.label);
    QCOMPARE(labels, (QStringList{QStringLiteral("0"), QStringLiteral("1"), QStringLiteral("2"), QStringLiteral("3"), QStringLiteral("4")}));
    for (const Tick& tick : linearTicks(0, 25, 10, Spacing::Whole))
        QCOMPARE(tick.at, std::floor(tick.at));
    QVERIFY(linearTicks(1, 1, 5).isEmpty());
    QVERIFY(linearTicks(notANumber, notANumber, 5).isEmpty());
}

void WidgetsChartTest::zoomStaysWhenDataCome()
{
    Theme theme(SchemeSetting::Light);
    Chart chart(QStringLiteral("loss"));
    chart.resize(600, 300);
    chart.setSeries(QStringLiteral("loss"), ramp(1000));
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    auto* view = chart.findChild<ChartView*>();
    const QPointF middle = view->plot().center();
    QWheelEvent wheel(middle, view->mapToGlobal(middle), {}, {0, 1200}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(view->viewport(), &wheel);
    QVERIFY(view->isZoomed());
    const auto zoom = view->zoomX();
    QVERIFY(zoom.second - zoom.first < 500);
    chart.append(QStringLiteral("loss"), ramp(1000, 1000));
    QTest::qWait(100);
    QCOMPARE(view->zoomX(), zoom);
    QTest::mouseDClick(view->viewport(), Qt::LeftButton, {}, middle.toPoint());
    QVERIFY(!view->isZoomed());
    QVERIFY(drawnPoints(chart) > 500);
}

void WidgetsChartTest::arrowsMoveTheCrossHair()
{
    Theme theme(SchemeSetting::Light);
    Chart chart(QStringLiteral("loss"));
    chart.setSeries(QStringLiteral("training"), ramp(5));
    chart.setSeries(QStringLiteral("validation"), {{0, 0, 1}, {2.5, 2, 1}});
    QSignalSpy moved(&chart, &Chart::crossHairMoved);
    QVector<double> places;
    for (const auto key : {Qt::Key_Right, Qt::Key_Right, Qt::Key_Right, Qt::Key_Right, Qt::Key_Right, Qt::Key_Right, Qt::Key_Right, Qt::Key_Left, Qt::Key_Left})
        QTest::keyClick(&chart, key);
    while (!moved.isEmpty())
        places.append(moved.takeFirst().constFirst().toDouble());
    QCOMPARE(places, (QVector<double>{0, 1, 2, 2.5, 3, 4, 3, 2.5}));  // none beyond the last
}

void WidgetsChartTest::aSinglePointIsADotWithinThePlot()
{
    Theme theme(SchemeSetting::Light);
    Chart chart(QStringLiteral("final_acc"));
    chart.resize(600, 300);
    chart.setSeries(QStringLiteral("final_acc"), {{0, 1000, 0.8665}});
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    const QImage picture = chart.grab().toImage();
    const auto* view = chart.findChild<ChartView*>();
    const QPoint middle = view->mapTo(&chart, view->plot().center().toPoint());
    QCOMPARE(picture.pixelColor(middle * picture.devicePixelRatio()).name(), seriesColor(0).name());
}

void WidgetsChartTest::keysSwitchAxesAndSmoothing()
{
    Theme theme(SchemeSetting::Light);
    Chart chart(QStringLiteral("loss"));
    chart.setSeries(QStringLiteral("loss"), ramp(100));
    QSignalSpy axis(&chart, &Chart::xAxisChanged);
    QTest::keyClick(&chart, Qt::Key_X);
    QCOMPARE(chart.xAxis(), XAxis::Time);
    QTest::keyClick(&chart, Qt::Key_X);
    QTest::keyClick(&chart, Qt::Key_X);
    QCOMPARE(chart.xAxis(), XAxis::Step);
    QCOMPARE(axis.size(), 3);
    QTest::keyClick(&chart, Qt::Key_L);
    QCOMPARE(chart.scale(), YScale::Log);
    QTest::keyClick(&chart, Qt::Key_S);
    QCOMPARE(chart.smoothing(), 0.0);
    QTest::keyClick(&chart, Qt::Key_S);
    QCOMPARE(chart.smoothing(), 0.6);
}

void WidgetsChartTest::tableHoldsEveryPoint()
{
    Chart chart(QStringLiteral("loss"));
    chart.setSeries(QStringLiteral("a"), {{1, 10, 0.5}, {2, 11, notANumber}});
    chart.setSeries(QStringLiteral("b"), {{7, 12, 0.25}});
    QCOMPARE(chart.asTable(), QStringLiteral("series\tstep\ttime\tvalue\na\t1\t10.000\t0.5\na\t2\t11.000\tnan\nb\t7\t12.000\t0.25\n"));
    ChartTable table(chart.seriesNames(), {chart.series(QStringLiteral("a"))->points(), chart.series(QStringLiteral("b"))->points()});
    const QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(table.rowCount(), 3);
    QCOMPARE(table.index(2, 0).data().toString(), QStringLiteral("b"));
    QCOMPARE(table.index(2, 3).data().toString(), QStringLiteral("0.25"));
}

// 10,000 values a second into four series, a page of four charts.
void WidgetsChartTest::floodDoesNotStall()
{
    Theme theme(SchemeSetting::Light);
    QWidget window;
    QVector<Chart*> charts;
    for (int i = 0; i < 4; ++i) {
        charts.append(new Chart(QStringLiteral("metric %1").arg(i), &window));
        charts.constLast()->setGeometry(i % 2 * 600, i / 2 * 300, 600, 300);
        charts.constLast()->setSeries(QStringLiteral("metric"), ramp(200'000));
    }
    window.resize(1200, 600);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QTest::qWait(200);
    StallProbe probe;
    int sent = 200'000;
    for (QElapsedTimer clock; !clock.isValid() || clock.elapsed() < 3000;) {
        if (!clock.isValid())
            clock.start();
        for (Chart* chart : charts)
            chart->append(QStringLiteral("metric"), ramp(50, sent));
        sent += 50;
        QTest::qWait(20);
    }
    probe.report("10,000 values/s into four charts");
    for (const Chart* chart : charts)
        QVERIFY(drawnPoints(*chart) <= 4002);
    QVERIFY2(probe.busiest() < 120 * WatchedBuildFactor, qPrintable(QString::number(probe.busiest())));
}

QTEST_MAIN(WidgetsChartTest)
#include "widgets_chart_test.moc"
