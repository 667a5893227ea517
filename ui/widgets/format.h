#pragma once

#include <QString>
#include <QtGlobal>

namespace runyard {

// Numbers as people read them, in the locale's way. Negative or not finite input gives "–" where it makes no sense.
QString formatBytes(double bytes);           // "25.2 MiB", "812 B"
QString formatBytesExact(qint64 bytes);      // "26,421,880 bytes", for tool tips
QString formatRate(double bytesPerSecond);   // "412 MiB/s"
QString formatDuration(double seconds);      // "0 s", "0.4 s", "01:42", "1:02:03", "2 d 03:10"
QString formatLeft(double seconds);          // "2 s left", "3 min left"
QString formatCount(qint64 count);           // "18,204"
QString formatMetric(double value);          // four significant digits: "0.9121", "1.234e-7", "NaN", "∞"
QString formatAxis(double value);            // short: "4k", "0.85", "1e-5"
QString formatTime(qint64 millisUtc);        // local "12:02:58"
QString formatDateTime(qint64 millisUtc);    // "today 12:02", "yesterday 12:02", "3 Nov 12:02"

} // namespace runyard
