#include "chartview.h"

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QElapsedTimer>
#include <QMouseEvent>
#include <QWheelEvent>
#include <QtCharts/QChart>
#include <QtCharts/QLegend>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>

#include <algorithm>
#include <cmath>
#include <limits>

namespace runyard {

ChartView::ChartView(QWidget* parent) : QChartView(parent), m_x(new QValueAxis(this)), m_y(new QValueAxis(this))
{
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setMouseTracking(true);
    setFocusPolicy(Qt::NoFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    viewport()->setAutoFillBackground(false);
    setBackgroundBrush(Qt::NoBrush);
    chart()->setBackgroundVisible(false);
    chart()->setMargins(QMargins(0, 0, 0, 0));
    chart()->legend()->hide();
    chart()->setAnimationOptions(QChart::NoAnimation);
    for (QValueAxis* axis : {m_x, m_y})
        axis->setVisible(false);
    chart()->addAxis(m_x, Qt::AlignBottom);
    chart()->addAxis(m_y, Qt::AlignLeft);
}

QRectF ChartView::plot() const
{
    return QRectF(viewport()->rect()).adjusted(px(46), px(8), -px(12), -px(26));
}

void ChartView::show(const Frame& frame)
{
    m_frame = frame;
    m_x->setRange(frame.xLow, frame.xHigh);
    m_y->setRange(frame.yLow, frame.yHigh);
    while (m_pool.size() < frame.strokes.size()) {
        auto* series = new QLineSeries(this);
        chart()->addSeries(series);
        series->attachAxis(m_x);
        series->attachAxis(m_y);
        m_pool.append(series);
    }
    for (int i = 0; i < m_pool.size(); ++i) {
        const bool used = i < frame.strokes.size();
        m_pool.at(i)->setVisible(used);
        if (!used)
            continue;
        const Stroke& stroke = frame.strokes.at(i);
        QPen pen(stroke.color, stroke.width);
        pen.setCapStyle(Qt::SquareCap);  // with round caps Qt strokes each piece as a path: 30 times slower
        m_pool.at(i)->setPen(pen);
        m_pool.at(i)->replace(stroke.points);
    }
    viewport()->update();
}

void ChartView::setReading(const Reading& reading)
{
    m_reading = reading;
    viewport()->update();
}

QPointF ChartView::toScreen(const QPointF& value) const
{
    const QRectF area = plot();
    const double across = (value.x() - m_frame.xLow) / (m_frame.xHigh - m_frame.xLow);
    const double up = (value.y() - m_frame.yLow) / (m_frame.yHigh - m_frame.yLow);
    return {area.left() + across * area.width(), area.bottom() - up * area.height()};
}

double ChartView::xAt(double screen) const
{
    const QRectF area = plot();
    return m_frame.xLow + (screen - area.left()) / area.width() * (m_frame.xHigh - m_frame.xLow);
}

void ChartView::resizeEvent(QResizeEvent* event)
{
    QChartView::resizeEvent(event);
    chart()->setPlotArea(plot());
}

void ChartView::paintEvent(QPaintEvent* event)
{
    QElapsedTimer clock;
    clock.start();
    QChartView::paintEvent(event);
    m_paintTime = clock.elapsed();
}

void ChartView::drawBackground(QPainter* painter, const QRectF&)
{
    const QRectF area = plot();
    painter->save();
    painter->resetTransform();
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setFont(roleFont(TextRole::Caption));
    const double line = painter->fontMetrics().height();
    for (const Tick& tick : m_frame.yTicks) {
        const double y = toScreen({m_frame.xLow, tick.at}).y();
        painter->fillRect(QRectF(area.left(), std::round(y), area.width(), 1), color(Token::Stroke));
        painter->setPen(color(Token::Muted));
        painter->drawText(QRectF(0, y - line / 2, area.left() - px(8), line), Qt::AlignRight | Qt::AlignVCenter, tick.label);
    }
    double free = -1e9;
    for (const Tick& tick : m_frame.xTicks) {
        const double x = toScreen({tick.at, m_frame.yLow}).x();
        const double width = painter->fontMetrics().horizontalAdvance(tick.label) + 2;
        const double left = std::min(x - width / 2, viewport()->width() - width);
        if (left < free)
            continue;
        free = left + width + px(10);
        painter->setPen(color(Token::Muted));
        painter->drawText(QRectF(left, area.bottom() + px(7), width, line), Qt::AlignCenter, tick.label);
    }
    painter->restore();
}

void ChartView::drawForeground(QPainter* painter, const QRectF&)
{
    const QRectF area = plot();
    painter->save();
    painter->resetTransform();
    for (const QPointF& hole : m_frame.holes) {
        const double x = toScreen({hole.x(), m_frame.yLow}).x();
        if (x < area.left() || x > area.right())
            continue;
        const QPolygonF mark{{QPointF(x - 4, area.bottom() + 1), QPointF(x + 4, area.bottom() + 1), QPointF(x, area.bottom() - 6)}};
        painter->setPen(Qt::NoPen);
        painter->setBrush(seriesColor(static_cast<int>(hole.y())));
        painter->drawPolygon(mark);
    }
    paintDots(*painter);
    if (!m_reading.rows.isEmpty())
        paintReading(*painter);
    painter->restore();
}

void ChartView::paintDots(QPainter& painter)
{
    const QRectF area = plot();
    painter.setFont(roleFont(TextRole::Strong));
    const QFontMetrics metrics = painter.fontMetrics();
    for (const Frame::Dot& dot : m_frame.dots) {
        const QPointF at = toScreen(dot.at);
        if (!area.adjusted(-1, -1, 1, 1).contains(at))
            continue;
        const double radius = px(4);
        paintRounded(painter, QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius), radius, dot.color);
        const int width = metrics.horizontalAdvance(dot.label);
        const bool fits = at.x() + px(10) + width < viewport()->width();
        painter.setPen(color(Token::Text));
        painter.drawText(QPointF(fits ? at.x() + px(10) : at.x() - px(10) - width, at.y() + metrics.ascent() / 2.0 - 1), dot.label);
    }
}

void ChartView::paintReading(QPainter& painter)
{
    constexpr qsizetype most = 12;
    const QRectF area = plot();
    const double x = toScreen({m_reading.x, m_frame.yLow}).x();
    if (x < area.left() - 1 || x > area.right() + 1)
        return;
    painter.setPen(QPen(color(Token::StrongStroke), 1, Qt::DashLine));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    for (const Reading::Row& row : m_reading.rows) {
        const double y = toScreen({m_reading.x, row.y}).y();
        if (std::isfinite(y) && area.adjusted(-1, -1, 1, 1).contains(QPointF(x, y)))
            paintRounded(painter, QRectF(x - 4, y - 4, 8, 8), 4, row.color, color(Token::Surface), 1.5);
    }
    const QFontMetrics body(roleFont(TextRole::Body));
    const QFontMetrics strong(roleFont(TextRole::Heading));
    const qsizetype rows = std::min(most, m_reading.rows.size());
    double width = QFontMetrics(roleFont(TextRole::Caption)).horizontalAdvance(m_reading.title);
    for (const Reading::Row& row : m_reading.rows)
        width = std::max<double>(width, px(16) + std::min(px(180), body.horizontalAdvance(row.name)) + px(12) + strong.horizontalAdvance(row.value));
    const double line = px(18);
    const bool more = m_reading.rows.size() > most;
    QRectF box(x + px(10), area.top() + px(6), width + px(20), line * static_cast<double>(rows + 1 + (more ? 1 : 0)) + px(12));
    if (box.right() > viewport()->width() - 2)
        box.moveRight(x - px(10));
    paintRounded(painter, box, px(metrics::radiusControl), color(Token::Raised), color(Token::Stroke));
    QRectF row(box.left() + px(10), box.top() + px(6), box.width() - px(20), line);
    painter.setFont(roleFont(TextRole::Caption));
    painter.setPen(color(Token::Muted));
    painter.drawText(row, Qt::AlignVCenter, m_reading.title);
    for (qsizetype i = 0; i < rows; ++i) {
        const Reading::Row& reading = m_reading.rows.at(i);
        row.translate(0, line);
        paintRounded(painter, QRectF(row.left(), row.center().y() - 1, px(9), 3), 1.5, reading.color);
        painter.setFont(roleFont(TextRole::Body));
        painter.setPen(color(Token::Muted));
        painter.drawText(row.adjusted(px(16), 0, 0, 0), Qt::AlignVCenter, body.elidedText(reading.name, Qt::ElideMiddle, px(180)));
        painter.setFont(roleFont(TextRole::Heading));
        painter.setPen(color(Token::Text));
        painter.drawText(row, Qt::AlignVCenter | Qt::AlignRight, reading.value);
    }
    if (more) {
        row.translate(0, line);
        painter.setFont(roleFont(TextRole::Caption));
        painter.setPen(color(Token::Muted));
        painter.drawText(row, Qt::AlignVCenter, QStringLiteral("+%1").arg(m_reading.rows.size() - most));
    }
}

void ChartView::resetZoom()
{
    m_zoomed = false;
    m_zoomY = {1, 0};
    Q_EMIT zoomed();
}

void ChartView::zoomTo(double low, double high)
{
    if (!(high - low > 0) || !std::isfinite(low) || !std::isfinite(high))
        return;
    m_zoomed = true;
    m_zoomLow = low;
    m_zoomHigh = high;
    Q_EMIT zoomed();
}

void ChartView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_dragging) {
        const double by = m_grabbed - xAt(event->position().x());
        return zoomTo(m_frame.xLow + by, m_frame.xHigh + by);
    }
    const double x = event->position().x();
    Q_EMIT pointed(plot().adjusted(-4, 0, 4, 0).contains(QPointF(x, plot().center().y())) ? xAt(x) : std::numeric_limits<double>::quiet_NaN());
}

void ChartView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    parentWidget()->setFocus(Qt::MouseFocusReason);
    m_dragging = true;
    m_grabbed = xAt(event->position().x());
}

void ChartView::mouseReleaseEvent(QMouseEvent*)
{
    m_dragging = false;
}

void ChartView::mouseDoubleClickEvent(QMouseEvent*)
{
    resetZoom();
}

void ChartView::wheelEvent(QWheelEvent* event)
{
    const double factor = std::pow(0.999, event->angleDelta().y() + event->angleDelta().x());
    if (event->modifiers() & Qt::ShiftModifier) {
        const QRectF area = plot();
        const double at = m_frame.yHigh - (event->position().y() - area.top()) / area.height() * (m_frame.yHigh - m_frame.yLow);
        m_zoomY = {at - (at - m_frame.yLow) * factor, at + (m_frame.yHigh - at) * factor};
        zoomTo(m_frame.xLow, m_frame.xHigh);
    } else {
        const double at = xAt(event->position().x());
        zoomTo(at - (at - m_frame.xLow) * factor, at + (m_frame.xHigh - at) * factor);
    }
    event->accept();
}

void ChartView::leaveEvent(QEvent*)
{
    Q_EMIT pointed(std::numeric_limits<double>::quiet_NaN());
}

} // namespace runyard
