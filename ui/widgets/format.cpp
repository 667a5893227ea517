#include "format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <array>
#include <cmath>

namespace runyard {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("runyard::format", text);
}

const QString none = QStringLiteral("–");

QString twoDigits(qint64 number)
{
    return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
}

// The shortest text of so many significant digits, in the locale's way.
QString general(double value, int digits)
{
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    QString text = locale.toString(value, 'g', digits).toLower();
    text.replace(QStringLiteral("e+0"), QStringLiteral("e")).replace(QStringLiteral("e-0"), QStringLiteral("e-")).replace(QStringLiteral("e+"), QStringLiteral("e"));
    return text;
}

} // namespace

QString formatBytes(double bytes)
{
    if (!std::isfinite(bytes) || bytes < 0)
        return none;
    static const std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    while (bytes >= 1023.95 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    const int decimals = unit == 0 || bytes >= 99.95 ? 0 : unit >= 3 && bytes < 9.995 ? 2 : 1;
    return QStringLiteral("%1 %2").arg(QLocale().toString(bytes, 'f', decimals), QLatin1String(units.at(unit)));
}

QString formatBytesExact(qint64 bytes)
{
    return tr("%1 bytes").arg(QLocale().toString(bytes));
}

QString formatRate(double bytesPerSecond)
{
    return std::isfinite(bytesPerSecond) && bytesPerSecond >= 0 ? formatBytes(bytesPerSecond) + QStringLiteral("/s") : none;
}

QString formatDuration(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0)
        return none;
    if (seconds < 0.05)
        return tr("0 s");
    if (seconds < 9.95)
        return tr("%1 s").arg(QLocale().toString(seconds, 'f', 1));
    const auto whole = static_cast<qint64>(seconds);
    const qint64 hours = whole / 3600;
    const QString minutes = twoDigits(whole / 60 % 60);
    if (hours >= 48)
        return tr("%1 d %2:%3").arg(hours / 24).arg(twoDigits(hours % 24), minutes);
    if (hours > 0)
        return QStringLiteral("%1:%2:%3").arg(hours).arg(minutes, twoDigits(whole % 60));
    return QStringLiteral("%1:%2").arg(minutes, twoDigits(whole % 60));
}

QString formatLeft(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0)
        return {};
    if (seconds < 90)
        return tr("%1 s left").arg(std::max<qint64>(1, std::llround(seconds)));
    if (seconds < 90 * 60)
        return tr("%1 min left").arg(std::llround(seconds / 60));
    return tr("%1 h left").arg(QLocale().toString(seconds / 3600, 'f', 1));
}

QString formatCount(qint64 count)
{
    return QLocale().toString(count);
}

QString formatMetric(double value)
{
    if (std::isnan(value))
        return QStringLiteral("NaN");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("∞") : QStringLiteral("-∞");
    const double size = std::abs(value);
    if (size >= 1000 && size < 1e9 && value == std::floor(value)) {
        QLocale locale;
        return locale.toString(static_cast<qint64>(value));
    }
    if (value == 0 || (size >= 1e-3 && size < 10))
        return QLocale().toString(value, 'f', 4);
    if (size >= 10 && size < 1e6)
        return QLocale().toString(value, 'f', size < 100 ? 3 : size < 1000 ? 2 : 1);
    return general(value, 4);
}

QString formatAxis(double value)
{
    const double size = std::abs(value);
    if (value == 0)
        return QStringLiteral("0");
    if (size >= 1e12 || size < 1e-4)
        return general(value, 3);
    if (size >= 1e9)
        return general(value / 1e9, 4) + QLatin1Char('G');
    if (size >= 1e6)
        return general(value / 1e6, 4) + QLatin1Char('M');
    if (size >= 1e3)
        return general(value / 1e3, 4) + QLatin1Char('k');
    return general(value, 4);
}

QString formatTime(qint64 millisUtc)
{
    return QDateTime::fromMSecsSinceEpoch(millisUtc).toString(QStringLiteral("HH:mm:ss"));
}

QString formatDateTime(qint64 millisUtc)
{
    const QDateTime when = QDateTime::fromMSecsSinceEpoch(millisUtc);
    const qint64 days = when.date().daysTo(QDate::currentDate());
    const QString clock = when.toString(QStringLiteral("HH:mm"));
    if (days == 0)
        return tr("today %1").arg(clock);
    if (days == 1)
        return tr("yesterday %1").arg(clock);
    return QStringLiteral("%1 %2").arg(QLocale().toString(when.date(), when.date().year() == QDate::currentDate().year() ? QStringLiteral("d MMM") : QStringLiteral("d MMM yyyy")), clock);
}

} // namespace runyard
