#include "chart.h"

#include "charttable.h"
#include "format.h"
#include "theme/paint.h"
#include "theme/tokens.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>

#include <cmath>
#include <limits>

namespace runyard {

constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();

void Chart::setCrossHair(double x)
{
    ChartView::Reading reading;
    double nearest = nowhere;
    for (const auto& line : m_lines) {
        const qsizetype at = std::isfinite(x) ? line->data.nearest(x, m_xAxis) : -1;
        if (at >= 0 && !(std::abs(line->data.x(at, m_xAxis) - x) >= std::abs(nearest - x)))
            nearest = line->data.x(at, m_xAxis);
    }
    int index = 0;
    for (const auto& line : m_lines) {
        const QColor tint = seriesColor(index++);
        const qsizetype at = std::isfinite(nearest) ? line->data.nearest(nearest, m_xAxis) : -1;
        if (at < 0)
            continue;
        const ChartPoint& point = line->data.points().at(at);
        const double drawn = line->data.smoothed(at);
        if (reading.title.isEmpty()) {
            const double since = line->data.x(at, XAxis::Relative);
            reading.title = m_xAxis == XAxis::Step ? tr("step %1 · %2").arg(xLabel(nearest, m_xAxis), formatDuration(since)) : tr("%1 · step %2").arg(xLabel(nearest, m_xAxis), xLabel(point.step, XAxis::Step));
        }
        reading.rows.append({line->name, formatMetric(point.value), tint, m_scale == YScale::Log ? std::log10(drawn) : drawn});
    }
    reading.x = m_crossHair = nearest;
    m_view->setReading(reading);
}

// To the next place, or the one before, where a line has a point; from nowhere, to the last or the first.
void Chart::stepCrossHair(int by)
{
    double next = nowhere;
    for (const auto& line : m_lines) {
        if (line->data.isEmpty())
            continue;
        const qsizetype count = line->data.points().size();
        const bool fresh = !std::isfinite(m_crossHair);
        qsizetype at = fresh ? (by > 0 ? 0 : count - 1) : line->data.nearest(m_crossHair, m_xAxis);
        while (!fresh && at >= 0 && at < count && (line->data.x(at, m_xAxis) - m_crossHair) * by <= 0)
            at += by;
        if (at < 0 || at >= count)
            continue;
        const double x = line->data.x(at, m_xAxis);
        if (!std::isfinite(next) || (next - x) * by > 0)
            next = x;
    }
    if (!std::isfinite(next))
        return;
    setCrossHair(next);
    Q_EMIT crossHairMoved(next);
}

void Chart::showTable()
{
    QVector<QVector<ChartPoint>> points;
    for (const auto& line : m_lines)
        points.append(line->data.points());
    showChartTable(m_title, new ChartTable(seriesNames(), points), this);
}

QString Chart::asTable() const
{
    QString text = QStringLiteral("series\tstep\ttime\tvalue\n");
    for (const auto& line : m_lines) {
        for (const ChartPoint& point : line->data.points())
            text += QStringLiteral("%1\t%2\t%3\t%4\n").arg(line->name).arg(point.step, 0, 'g', 15).arg(point.time, 0, 'f', 3).arg(point.value, 0, 'g', 17);
    }
    return text;
}

QImage Chart::image()
{
    QImage picture(size() * 2, QImage::Format_ARGB32_Premultiplied);
    picture.setDevicePixelRatio(2);
    picture.fill(color(Token::Surface));
    render(&picture);
    return picture;
}

void Chart::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        return QGuiApplication::clipboard()->setText(asTable());
    switch (event->key()) {
    case Qt::Key_S:
        if (m_smoothing > 0)
            m_lastSmoothing = m_smoothing;
        return setSmoothing(m_smoothing > 0 ? 0 : m_lastSmoothing);
    case Qt::Key_L: return setScale(m_scale == YScale::Log ? YScale::Linear : YScale::Log);
    case Qt::Key_X: return setXAxis(static_cast<XAxis>((static_cast<int>(m_xAxis) + 1) % 3));
    case Qt::Key_T: return showTable();
    case Qt::Key_Left: return stepCrossHair(-1);
    case Qt::Key_Right: return stepCrossHair(1);
    case Qt::Key_Escape: return resetZoom();
    default: QWidget::keyPressEvent(event);
    }
}

void Chart::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    menu.addAction(tr("Show as table"), this, &Chart::showTable);
    menu.addAction(tr("Copy as table"), this, [this] { QGuiApplication::clipboard()->setText(asTable()); });
    menu.addAction(tr("Copy picture"), this, [this] { QGuiApplication::clipboard()->setImage(image()); });
    menu.addAction(tr("Fit everything"), this, &Chart::resetZoom);
    menu.exec(event->globalPos());
}

} // namespace runyard
