#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/style.h"
#include "theme/textrole.h"
#include "theme/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusVariant>
#include <QElapsedTimer>
#include <QFontInfo>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QHeaderView>
#include <QTest>

#include <array>
#include <cmath>

using namespace runyard;

namespace {

constexpr std::array schemes{Scheme::Light, Scheme::Dark};

const char* name(Scheme scheme)
{
    return scheme == Scheme::Dark ? "dark" : "light";
}

// How somebody without green cones sees a colour (Viénot, Brettel and Mollon 1999), in linear light.
std::array<double, 3> deuteranope(const QColor& of)
{
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    const double r = linear(of.redF()), g = linear(of.greenF()), b = linear(of.blueF());
    return {0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b};
}

double distance(const QColor& one, const QColor& other)
{
    const auto a = deuteranope(one);
    const auto b = deuteranope(other);
    const auto cube = [](double v) { return std::cbrt(std::max(0.0, v)); };
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i)
        sum += std::pow(cube(a.at(i)) - cube(b.at(i)), 2) * (i == 1 ? 0 : 1);
    return std::sqrt(sum);
}

} // namespace

// A settings portal on the session bus, as a desktop has it.
class Portal : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")
public:
    uint scheme = 1;
public Q_SLOTS:
    QDBusVariant Read(const QString&, const QString&) { return QDBusVariant(QVariant::fromValue(QDBusVariant(scheme))); }
Q_SIGNALS:
    void SettingChanged(const QString& space, const QString& key, const QDBusVariant& value);
};

class ThemeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textCanBeRead();
    void seriesDiffer();
    void metricsAreThoseOfTheHouse();
    void fontsAreThere();
    void scaleIsHeld();
    void settingDecidesScheme();
    void portalDoesNotHoldUpTheStart();
    void followsThePortal();
    void iconsAreTintedLive();

private:
    void livesWithThePortal();
};

void ThemeTest::textCanBeRead()
{
    using Pair = std::pair<Token, Token>;
    const QVector<Pair> pairs{
        {Token::Text, Token::Canvas}, {Token::Text, Token::Surface}, {Token::Text, Token::Raised}, {Token::Text, Token::Rail}, {Token::Text, Token::Hover}, {Token::Text, Token::Selection},
        {Token::Muted, Token::Canvas}, {Token::Muted, Token::Surface}, {Token::Muted, Token::Raised}, {Token::Muted, Token::Rail}, {Token::Muted, Token::Hover},
        {Token::Accent, Token::Surface}, {Token::OnAccent, Token::Accent},
        {Token::Success, Token::Surface}, {Token::Warning, Token::Surface}, {Token::Danger, Token::Surface},
        {Token::Text, Token::WeakSuccess}, {Token::Text, Token::WeakWarning}, {Token::Text, Token::WeakDanger}, {Token::Text, Token::WeakAccent},
    };
    for (const Scheme scheme : schemes) {
        for (const auto& [ink, paper] : pairs) {
            const double ratio = contrast(color(ink, scheme), color(paper, scheme));
            QVERIFY2(ratio >= 4.5, qPrintable(QStringLiteral("%1: token %2 on %3 has %4").arg(QLatin1String(name(scheme))).arg(int(ink)).arg(int(paper)).arg(ratio)));
        }
        // Words of chips are bold and short; these pairs are the drawings' own.
        for (const auto& [ink, paper] : {Pair{Token::Success, Token::WeakSuccess}, Pair{Token::Warning, Token::WeakWarning}, Pair{Token::Danger, Token::WeakDanger}, Pair{Token::Accent, Token::WeakAccent}}) {
            const double ratio = contrast(color(ink, scheme), color(paper, scheme));
            QVERIFY2(ratio >= 3.9, qPrintable(QStringLiteral("%1: token %2 on %3 has %4").arg(QLatin1String(name(scheme))).arg(int(ink)).arg(int(paper)).arg(ratio)));
        }
    }
}

void ThemeTest::seriesDiffer()
{
    for (const Scheme scheme : schemes) {
        for (int i = 0; i < 8; ++i) {
            const QColor one = color(static_cast<Token>(static_cast<int>(Token::Series1) + i), scheme);
            QVERIFY2(contrast(one, color(Token::Surface, scheme)) >= 3, qPrintable(QStringLiteral("%1 series %2").arg(QLatin1String(name(scheme))).arg(i + 1)));
            QVERIFY2(contrast(one, color(Token::Canvas, scheme)) >= 3, qPrintable(QStringLiteral("%1 series %2").arg(QLatin1String(name(scheme))).arg(i + 1)));
            for (int k = 0; k < i; ++k) {
                const QColor other = color(static_cast<Token>(static_cast<int>(Token::Series1) + k), scheme);
                const double apart = distance(one, other);
                QVERIFY2(apart > 0.07, qPrintable(QStringLiteral("%1: series %2 and %3 look alike (%4)").arg(QLatin1String(name(scheme))).arg(k + 1).arg(i + 1).arg(apart)));
            }
        }
    }
}

void ThemeTest::metricsAreThoseOfTheHouse()
{
    Theme theme(SchemeSetting::Light);
    const QStyle* style = QApplication::style();
    QCOMPARE(style->pixelMetric(QStyle::PM_FocusFrameHMargin), 8);
    QCOMPARE(style->pixelMetric(QStyle::PM_HeaderMargin), 8);
    QCOMPARE(style->pixelMetric(QStyle::PM_LayoutLeftMargin), 16);
    QCOMPARE(style->pixelMetric(QStyle::PM_LayoutVerticalSpacing), 8);
    QCOMPARE(QPushButton(QStringLiteral("Go")).sizeHint().height(), metrics::controlHeight);
    QCOMPARE(QLineEdit().sizeHint().height(), metrics::controlHeight);
    QTableView table;
    QCOMPARE(table.verticalHeader()->defaultSectionSize(), metrics::rowHeight);
    QCOMPARE(QApplication::palette().color(QPalette::Highlight), color(Token::Selection, Scheme::Light));
    QCOMPARE(QApplication::palette().color(QPalette::HighlightedText), color(Token::Text, Scheme::Light));
}

void ThemeTest::fontsAreThere()
{
    Theme theme(SchemeSetting::Light);
    QCOMPARE(QFontInfo(roleFont(TextRole::Body)).family(), QStringLiteral("Inter"));
    QCOMPARE(QFontInfo(roleFont(TextRole::Mono)).family(), QStringLiteral("JetBrains Mono"));
    QVERIFY(QFontInfo(roleFont(TextRole::Mono)).fixedPitch());
    QCOMPARE(roleFont(TextRole::Title).pixelSize(), 18);
}

void ThemeTest::scaleIsHeld()
{
    Theme theme(SchemeSetting::Light, 3.0);
    QCOMPARE(theme.scale(), 1.25);
    QSignalSpy changed(&theme, &Theme::changed);
    theme.setScale(0.5);
    QCOMPARE(theme.scale(), 0.9);
    QCOMPARE(px(30), 27);
    QCOMPARE(changed.size(), 1);
}

void ThemeTest::settingDecidesScheme()
{
    Theme theme(SchemeSetting::Dark);
    QCOMPARE(theme.scheme(), Scheme::Dark);
    QCOMPARE(QApplication::palette().window().color(), color(Token::Canvas, Scheme::Dark));
    theme.setSetting(SchemeSetting::Light);
    QCOMPARE(color(Token::Text), color(Token::Text, Scheme::Light));
    QCOMPARE(QApplication::palette().window().color(), color(Token::Canvas, Scheme::Light));
}

// A bus that takes the connection and never says a word: the window must not wait for it.
void ThemeTest::portalDoesNotHoldUpTheStart()
{
    const QByteArray before = qgetenv("DBUS_SESSION_BUS_ADDRESS");
    QProcess silent;
    silent.start(QStringLiteral("python3"), {QStringLiteral("-c"), QStringLiteral("import socket,sys,time\ns=socket.socket(socket.AF_UNIX)\ns.bind('\\0runyard-theme-test')\ns.listen(5)\nprint('up',flush=True)\ntime.sleep(20)")});
    QVERIFY(silent.waitForReadyRead(5000));
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=runyard-theme-test");
    QElapsedTimer clock;
    clock.start();
    auto theme = std::make_unique<Theme>(SchemeSetting::System);
    QVERIFY2(clock.elapsed() < 100, qPrintable(QString::number(clock.elapsed())));
    QCoreApplication::processEvents();
    QVERIFY(clock.elapsed() < 300);
    silent.kill();
    silent.waitForFinished();
    theme.reset();
    qputenv("DBUS_SESSION_BUS_ADDRESS", before);
}

void ThemeTest::followsThePortal()
{
    if (qEnvironmentVariableIsSet("RUNYARD_TEST_PORTAL"))
        return livesWithThePortal();
    QProcess bus;
    bus.start(QStringLiteral("dbus-daemon"), {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
    if (!bus.waitForStarted(3000))
        QSKIP("There is no dbus-daemon on this machine.");
    QVERIFY(bus.waitForReadyRead(5000));
    // The bus library reads the address once per process.
    QProcess child;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), QString::fromLatin1(bus.readAllStandardOutput().trimmed().split('\n').constFirst()));
    environment.insert(QStringLiteral("RUNYARD_TEST_PORTAL"), QStringLiteral("1"));
    child.setProcessEnvironment(environment);
    child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("followsThePortal")});
    QVERIFY(child.waitForFinished(20'000));
    bus.kill();
    bus.waitForFinished();
    QVERIFY2(child.exitCode() == 0, child.readAllStandardOutput().constData());
}

void ThemeTest::livesWithThePortal()
{
    QDBusConnection here = QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("theme-test"));
    QVERIFY(here.isConnected());
    Portal portal;
    QVERIFY(here.registerService(QStringLiteral("org.freedesktop.portal.Desktop")));
    QVERIFY(here.registerObject(QStringLiteral("/org/freedesktop/portal/desktop"), &portal, QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
    Theme theme(SchemeSetting::System);
    QTRY_COMPARE(theme.scheme(), Scheme::Dark);
    Q_EMIT portal.SettingChanged(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme"), QDBusVariant(2u));
    QTRY_COMPARE(theme.scheme(), Scheme::Light);
    Q_EMIT portal.SettingChanged(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("contrast"), QDBusVariant(1u));
    theme.setSetting(SchemeSetting::Dark);
    QCOMPARE(theme.scheme(), Scheme::Dark);
    QDBusConnection::disconnectFromBus(QStringLiteral("theme-test"));
}

void ThemeTest::iconsAreTintedLive()
{
    Theme theme(SchemeSetting::Light);
    const QIcon plus = themeIcon(QStringLiteral("plus"), Token::Accent);
    const auto ink = [&] { return plus.pixmap(32, 32).toImage().pixelColor(16, 16); };
    QCOMPARE(ink().rgb(), color(Token::Accent, Scheme::Light).rgb());
    theme.setSetting(SchemeSetting::Dark);
    QCOMPARE(ink().rgb(), color(Token::Accent, Scheme::Dark).rgb());
}

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
