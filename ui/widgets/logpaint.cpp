#include "logview.h"

#include "format.h"
#include "logcells.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QDateTime>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

// The painting half of LogView.
namespace runyard {

namespace {

QColor inkOf(LogColor ink)
{
    switch (ink) {
    case LogColor::Red: return color(Token::Danger);
    case LogColor::Green: return color(Token::Success);
    case LogColor::Yellow: return color(Token::Warning);
    case LogColor::Blue: return color(Token::Accent);
    case LogColor::Magenta: return color(Token::Series4);
    case LogColor::Cyan: return color(Token::Series3);
    case LogColor::Gray: return color(Token::Muted);
    case LogColor::Default: break;
    }
    return color(Token::Text);
}

QColor inkOf(LogLevel level)
{
    switch (level) {
    case LogLevel::Error: return color(Token::Danger);
    case LogLevel::Warning: return color(Token::Warning);
    case LogLevel::Metric:
    case LogLevel::Plain: break;
    }
    return color(Token::Text);
}

constexpr int metricTag = 8;  // "[metric]"

// Text without a copy; valid as long as the row.
QString raw(const std::u16string& text, int begin, int end)
{
    return QString::fromRawData(reinterpret_cast<const QChar*>(text.data()) + begin, end - begin);
}

} // namespace

void LogView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), color(Token::Surface));
    painter.setFont(m_font);
    int y = px(6);
    for (qint64 line = m_top; line < m_extent.lines && y < viewport()->height(); ++line) {
        const LogRow* shown = row(line);
        if (shown)
            paintRow(painter, *shown, y);
        y += heightInRows(shown) * m_line;
    }
}

void LogView::paintRow(QPainter& painter, const LogRow& row, int top)
{
    const int left = textLeft();
    const int rows = heightInRows(&row);
    if (row.number == m_hit)
        painter.fillRect(QRect(0, top, viewport()->width(), rows * m_line), color(Token::Hover));
    painter.setPen(color(Token::Muted));
    const auto digits = std::max<qsizetype>(4, QString::number(m_extent.lines).size());
    painter.drawText(QRectF(px(10), top, static_cast<double>(digits) * m_cell + 1, m_line), Qt::AlignRight | Qt::AlignVCenter, QString::number(row.number + 1));
    if (m_times == Times::Shown && row.millis > 0) {
        const QString when = QDateTime::fromMSecsSinceEpoch(row.millis).toString(QStringLiteral("HH:mm:ss.zzz"));
        painter.drawText(QRectF(px(10) + (static_cast<double>(digits) + 1.5) * m_cell, top, 13 * m_cell, m_line), Qt::AlignVCenter, when);
    }
    painter.save();
    painter.setClipRect(QRect(left - px(2), 0, viewport()->width() - left + px(2), viewport()->height()));
    const QStringView text(row.text);
    const int shift = horizontalScrollBar()->value();
    if (m_wrap == Wrap::Off) {
        const int first = unitAt(text.left(LogRow::most), static_cast<int>(shift / m_cell));
        const int last = std::min(static_cast<int>(text.size()), first + static_cast<int>((viewport()->width() - left) / m_cell) + 3);
        const double begin = left - shift + cellCount(text.left(first)) * m_cell;
        paintMarks(painter, row, first, last, begin, top);
        paintText(painter, row, first, last, begin, top);
        if (row.cut > 0) {
            painter.setPen(color(Token::Muted));
            painter.drawText(QPointF(left - shift + (cellCount(text) + 1) * m_cell, top + m_line * 0.74), tr("… %1 more").arg(formatBytes(static_cast<double>(row.cut))));
        }
    } else {
        int unit = 0;
        for (int i = 0; i < rows; ++i) {
            const int end = i + 1 == rows ? static_cast<int>(text.size()) : unit + unitAt(text.mid(unit), columns());
            paintMarks(painter, row, unit, end, left, top + i * m_line);
            paintText(painter, row, unit, end, left, top + i * m_line);
            unit = end;
        }
    }
    painter.restore();
}

void LogView::paintText(QPainter& painter, const LogRow& row, int begin, int end, double left, int top)
{
    const double base = top + m_line * 0.74;
    const auto run = [&](int from, int to, const QColor& ink, bool bold) {
        if (from >= to)
            return;
        painter.setPen(ink);
        if (bold) {
            QFont heavy = m_font;
            heavy.setWeight(QFont::Bold);
            painter.setFont(heavy);
        }
        const QStringView text(row.text);
        double x = left + cellCount(text.mid(begin, from - begin)) * m_cell;
        for (int at = from; at < to;) {
            int stop = at;
            while (stop < to && text.at(stop).unicode() < 0x80)
                ++stop;
            int cells = stop - at;
            if (stop == at) {
                const LogGlyph glyph = glyphAt(text, at);
                cells = glyph.cells;
                stop = at + glyph.units;
                while (stop < to && glyphAt(text, stop).cells == 0)
                    stop += glyphAt(text, stop).units;
                // A run of the same sign, such as the bar of a progress line, is one stroke.
                while (glyph.cells == 1 && stop < to && text.at(stop) == text.at(at)) {
                    ++stop;
                    ++cells;
                }
            }
            painter.drawText(QPointF(x, base), raw(row.text, at, stop));
            x += cells * m_cell;
            at = stop;
        }
        if (bold)
            painter.setFont(m_font);
    };
    int at = begin;
    const QColor plain = inkOf(row.level);
    if (row.level == LogLevel::Metric && at < metricTag) {
        run(at, std::min(metricTag, end), color(Token::Series3), false);
        at = std::max(at, std::min(metricTag, end));
    }
    for (const LogSpan& span : row.spans) {
        const int from = std::clamp(static_cast<int>(span.begin), at, end);
        const int to = std::clamp(static_cast<int>(span.end), at, end);
        run(at, from, plain, false);
        run(from, to, span.color == LogColor::Default ? plain : inkOf(span.color), span.bold);
        at = to;
    }
    run(at, end, plain, false);
}

void LogView::paintMarks(QPainter& painter, const LogRow& row, int begin, int end, double left, int top)
{
    const QStringView text(row.text);
    const auto mark = [&](int from, int to, const QColor& fill) {
        from = std::clamp(from, begin, end);
        to = std::clamp(to, begin, end);
        if (from < to)
            painter.fillRect(QRectF(left + cellCount(text.mid(begin, from - begin)) * m_cell, top, cellCount(text.mid(from, to - from)) * m_cell, m_line), fill);
    };
    const Place first = std::min(m_anchor, m_caret);
    const Place last = std::max(m_anchor, m_caret);
    if (first.line >= 0 && first != last && row.number >= first.line && row.number <= last.line) {
        const int from = row.number == first.line ? first.column : 0;
        const int to = row.number == last.line ? last.column : static_cast<int>(text.size());
        mark(from, to, mixed(color(Token::Selection), color(Token::Accent), 0.25));
        if (row.number < last.line && end == text.size())
            painter.fillRect(QRectF(left + cellCount(text.mid(begin, end - begin)) * m_cell, top, m_cell / 2, m_line), mixed(color(Token::Selection), color(Token::Accent), 0.25));
    }
    if (m_wanted.isEmpty())
        return;
    for (auto at = text.indexOf(m_wanted, 0, Qt::CaseInsensitive); at >= 0 && at < end; at = text.indexOf(m_wanted, at + m_wanted.size(), Qt::CaseInsensitive))
        mark(static_cast<int>(at), static_cast<int>(at + m_wanted.size()), row.number == m_hit ? mixed(color(Token::WeakWarning), color(Token::Warning), 0.35) : color(Token::WeakWarning));
}

} // namespace runyard
