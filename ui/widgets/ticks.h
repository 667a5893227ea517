#pragma once

#include "chartdata.h"

#include <QString>
#include <QVector>

namespace runyard {

struct Tick {
    double at = 0;  // in the axis' own coordinate (log10 on a log axis)
    QString label;
};

enum class Spacing { Any, Whole };  // Whole: at whole numbers only, as steps are

// Round values within a range, about so many.
QVector<Tick> linearTicks(double low, double high, int about, Spacing spacing = Spacing::Any);

// Decades, or parts of them when the range is small; low and high are log10.
QVector<Tick> logTicks(double low, double high, int about);

// Round spans of time: for Time clock times, for Relative durations; both in seconds.
QVector<Tick> timeTicks(double low, double high, int about, XAxis axis);

// The x value as the tool tip of the cross hair says it.
QString xLabel(double x, XAxis axis);

} // namespace runyard
