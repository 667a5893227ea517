#include "ticks.h"

#include "format.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace runyard {

namespace {

double roundStep(double rough)
{
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double part : {1.0, 2.0, 2.5, 5.0}) {
        if (part * power >= rough * 0.999)
            return part * power;
    }
    return 10 * power;
}

QString tickLabel(double value, double step)
{
    const double size = std::max(std::abs(value), step);
    if (size >= 1000 || size < 1e-4)
        return formatAxis(value);
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) + (std::fmod(step / std::pow(10, std::floor(std::log10(step))), 1) > 0.4 ? 1 : 0) - 1e-9)), 0, 6);
    return QLocale().toString(value, 'f', decimals);
}

QString clock(double seconds)
{
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(seconds * 1000)).toString(QStringLiteral("HH:mm:ss"));
}

} // namespace

QVector<Tick> linearTicks(double low, double high, int about, Spacing spacing)
{
    QVector<Tick> ticks;
    if (!(high > low) || about < 1)
        return ticks;
    double step = roundStep((high - low) / about);
    if (spacing == Spacing::Whole && step != std::floor(step))
        step = step < 1 ? 1 : 2 * step;
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && ticks.size() < 50; ++i) {
        const double at = std::abs(i) < 1e-9 ? 0 : i * step;
        ticks.append({at, tickLabel(at, step)});
    }
    return ticks;
}

QVector<Tick> logTicks(double low, double high, int about)
{
    QVector<Tick> ticks;
    if (!(high > low))
        return ticks;
    const int step = std::max(1, static_cast<int>(std::ceil((high - low) / about)));
    const bool parts = high - low < 2;
    for (int decade = static_cast<int>(std::floor(low)); decade <= std::ceil(high) && ticks.size() < 50; decade += step) {
        for (const double part : {1.0, 2.0, 5.0}) {
            const double at = decade + std::log10(part);
            if ((part == 1.0 || parts) && at >= low - 1e-9 && at <= high + 1e-9)
                ticks.append({at, formatAxis(std::pow(10, at))});
        }
    }
    if (ticks.size() >= 2)
        return ticks;
    ticks = linearTicks(low, high, about);
    for (Tick& tick : ticks)
        tick.label = formatAxis(std::pow(10, tick.at));
    return ticks;
}

QVector<Tick> timeTicks(double low, double high, int about, XAxis axis)
{
    static constexpr std::array steps{1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10800.0, 21600.0, 43200.0, 86400.0};
    QVector<Tick> ticks;
    if (!(high > low))
        return ticks;
    const double rough = (high - low) / about;
    const auto found = std::find_if(steps.begin(), steps.end(), [&](double step) { return step >= rough; });
    const double step = rough < 1 ? roundStep(rough) : found != steps.end() ? *found : 86400 * std::ceil(rough / 86400);
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && ticks.size() < 50; ++i) {
        const double at = i * step;
        ticks.append({at, axis == XAxis::Time ? clock(at) : at == 0 ? QStringLiteral("0") : formatDuration(at)});
    }
    return ticks;
}

QString xLabel(double x, XAxis axis)
{
    switch (axis) {
    case XAxis::Time: return clock(x);
    case XAxis::Relative: return formatDuration(x);
    case XAxis::Step: break;
    }
    return x == std::floor(x) ? QLocale().toString(x, 'f', 0) : formatMetric(x);
}

} // namespace runyard
