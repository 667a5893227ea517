#include "widgets/format.h"

#include <QLocale>
#include <QTest>

#include <limits>

using namespace runyard;

class WidgetsFormatTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void bytes()
    {
        QCOMPARE(formatBytes(0), QStringLiteral("0 B"));
        QCOMPARE(formatBytes(812), QStringLiteral("812 B"));
        QCOMPARE(formatBytes(1024), QStringLiteral("1.0 KiB"));
        QCOMPARE(formatBytes(26'421'880), QStringLiteral("25.2 MiB"));
        QCOMPARE(formatBytes(432e6), QStringLiteral("412 MiB"));
        QCOMPARE(formatBytes(1023.99 * 1024), QStringLiteral("1.0 MiB"));
        QCOMPARE(formatBytes(2'040'000'000), QStringLiteral("1.90 GiB"));
        QCOMPARE(formatBytes(-1), QStringLiteral("–"));
        QCOMPARE(formatBytes(std::numeric_limits<double>::infinity()), QStringLiteral("–"));
        QCOMPARE(formatBytesExact(26'421'880), QStringLiteral("26,421,880 bytes"));
        QCOMPARE(formatRate(432e6), QStringLiteral("412 MiB/s"));
    }

    void times()
    {
        QCOMPARE(formatDuration(0.42), QStringLiteral("0.4 s"));
        QCOMPARE(formatDuration(1.1), QStringLiteral("1.1 s"));
        QCOMPARE(formatDuration(9.96), QStringLiteral("00:09"));
        QCOMPARE(formatDuration(102), QStringLiteral("01:42"));
        QCOMPARE(formatDuration(3723), QStringLiteral("1:02:03"));
        QCOMPARE(formatDuration(3 * 86400 + 600), QStringLiteral("3 d 00:10"));
        QCOMPARE(formatDuration(-1), QStringLiteral("–"));
        QCOMPARE(formatLeft(0.2), QStringLiteral("1 s left"));
        QCOMPARE(formatLeft(2.2), QStringLiteral("2 s left"));
        QCOMPARE(formatLeft(200), QStringLiteral("3 min left"));
        QCOMPARE(formatLeft(std::numeric_limits<double>::infinity()), QString());
        QVERIFY(formatDateTime(QDateTime::currentMSecsSinceEpoch()).startsWith(QStringLiteral("today ")));
    }

    void values()
    {
        QCOMPARE(formatMetric(0.91214), QStringLiteral("0.9121"));
        QCOMPARE(formatMetric(12.3456), QStringLiteral("12.346"));
        QCOMPARE(formatMetric(18204), QStringLiteral("18,204"));
        QCOMPARE(formatMetric(1.2341e-7), QStringLiteral("1.234e-7"));
        QCOMPARE(formatMetric(std::numeric_limits<double>::quiet_NaN()), QStringLiteral("NaN"));
        QCOMPARE(formatMetric(-std::numeric_limits<double>::infinity()), QStringLiteral("-∞"));
        QCOMPARE(formatAxis(4000), QStringLiteral("4k"));
        QCOMPARE(formatAxis(0.85), QStringLiteral("0.85"));
        QCOMPARE(formatCount(18204), QStringLiteral("18,204"));
    }

    void followsTheLocale()
    {
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        QCOMPARE(formatBytes(26'421'880), QStringLiteral("25,2 MiB"));
        QCOMPARE(formatCount(18204), QStringLiteral("18.204"));
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    }
};

QTEST_GUILESS_MAIN(WidgetsFormatTest)
#include "widgets_format_test.moc"
