#pragma once

#include "widgets/format.h"

namespace runyard {

// How long a run takes as a clock shows it, "00:09", so that figures below each other line up; milliseconds in.
inline QString clockText(qint64 span)
{
    const qint64 seconds = span / 1000;
    return seconds < 10 ? QStringLiteral("00:0%1").arg(seconds) : formatDuration(static_cast<double>(seconds));
}

} // namespace runyard
