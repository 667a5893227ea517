#include "chart.h"

#include "format.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QTimerEvent>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace runyard {

constexpr int headerHeight = 34;
constexpr int mostPoints = 2000;
constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();

Chart::Chart(const QString& title, QWidget* parent) : QWidget(parent), m_title(title), m_crossHair(nowhere), m_view(new ChartView(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(px(240), px(160));
    setAccessibleName(title);
    connect(m_view, &ChartView::zoomed, this, &Chart::rebuild);
    connect(m_view, &ChartView::pointed, this, [this](double x) {
        setCrossHair(x);
        Q_EMIT crossHairMoved(x);
    });
    rebuild();
}

Chart::~Chart() = default;

void Chart::setTitle(const QString& title)
{
    m_title = title;
    setAccessibleName(title);
    update();
}

Chart::Line& Chart::line(const QString& name)
{
    const auto found = std::find_if(m_lines.begin(), m_lines.end(), [&](const auto& line) { return line->name == name; });
    if (found != m_lines.end())
        return **found;
    m_lines.push_back(std::make_unique<Line>());
    m_lines.back()->name = name;
    m_lines.back()->data.setSmoothing(m_smoothing);
    return *m_lines.back();
}

void Chart::setSeries(const QString& name, const QVector<ChartPoint>& points)
{
    line(name).data.set(points);
    later();
}

void Chart::append(const QString& name, const QVector<ChartPoint>& points)
{
    line(name).data.append(points);
    later();
}

void Chart::removeSeries(const QString& name)
{
    std::erase_if(m_lines, [&](const auto& line) { return line->name == name; });
    later();
}

void Chart::clear()
{
    m_lines.clear();
    later();
}

QStringList Chart::seriesNames() const
{
    QStringList names;
    for (const auto& line : m_lines)
        names.append(line->name);
    return names;
}

const ChartData* Chart::series(const QString& name) const
{
    const auto found = std::find_if(m_lines.begin(), m_lines.end(), [&](const auto& line) { return line->name == name; });
    return found == m_lines.end() ? nullptr : &(*found)->data;
}

void Chart::setXAxis(XAxis axis)
{
    if (axis == m_xAxis)
        return;
    m_xAxis = axis;
    m_view->resetZoom();
    Q_EMIT xAxisChanged(axis);
}

void Chart::setScale(YScale scale)
{
    if (scale == m_scale)
        return;
    m_scale = scale;
    m_view->resetZoom();
    Q_EMIT scaleChanged(scale);
}

void Chart::setSmoothing(double weight)
{
    const double held = std::clamp(weight, 0.0, 0.999);
    if (held == m_smoothing)
        return;
    m_smoothing = held;
    for (const auto& line : m_lines)
        line->data.setSmoothing(held);
    later();
    Q_EMIT smoothingChanged(held);
}

void Chart::setLegendVisible(bool visible)
{
    m_legend = visible;
    update();
}

void Chart::resetZoom()
{
    m_view->resetZoom();
}

void Chart::later()
{
    if (!m_timer.isActive() && isVisible())
        m_timer.start(m_pause, this);
}

void Chart::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_timer.timerId())
        return QWidget::timerEvent(event);
    m_timer.stop();
    QElapsedTimer cost;
    cost.start();
    rebuild();
    m_pause = static_cast<int>(std::clamp<qint64>((cost.elapsed() + m_view->paintTime()) * 6, 33, 500));
}

void Chart::showEvent(QShowEvent*)
{
    rebuild();
}

// Room above and below the extremes, so that a line does not lie on the edge.
static void pad(double& low, double& high, YScale scale)
{
    if (low > high) {
        low = 0;
        high = 1;
    } else if (scale == YScale::Log) {
        low = std::log10(low);
        high = std::log10(high);
    }
    const double span = high > low ? high - low : std::max(std::abs(high) * 0.1, 1e-3);
    const double margin = high > low ? 0.05 : 1;
    const bool touchesZero = scale == YScale::Linear && low >= 0 && low - span * margin < 0;
    low = touchesZero ? 0 : low - span * margin;
    high += span * margin;
}

// What is shown across: the zoom, else all points; a single place gets room on either side.
void Chart::setRange(ChartView::Frame& frame) const
{
    double first = std::numeric_limits<double>::infinity();
    double last = -first;
    for (const auto& line : m_lines) {
        if (line->data.isEmpty())
            continue;
        first = std::min(first, line->data.x(0, m_xAxis));
        last = std::max(last, line->data.x(line->data.points().size() - 1, m_xAxis));
    }
    const double room = m_xAxis == XAxis::Step ? 0.5 : 15;
    if (m_view->isZoomed())
        std::tie(frame.xLow, frame.xHigh) = std::pair(m_view->zoomX().first, m_view->zoomX().second);
    else if (first < last)
        std::tie(frame.xLow, frame.xHigh) = std::pair(first, last);
    else if (first == last)
        std::tie(frame.xLow, frame.xHigh) = std::pair(first - room, last + room);
}

void Chart::setTicks(ChartView::Frame& frame) const
{
    const int rows = std::max(2, static_cast<int>(m_view->plot().height()) / px(44));
    const int columns = std::max(2, static_cast<int>(m_view->plot().width()) / px(100));
    frame.yTicks = m_scale == YScale::Log ? logTicks(frame.yLow, frame.yHigh, rows) : linearTicks(frame.yLow, frame.yHigh, rows);
    if (m_scale == YScale::Linear && frame.yTicks.size() < 3)
        frame.yTicks = linearTicks(frame.yLow, frame.yHigh, rows + 2);
    frame.xTicks = m_xAxis == XAxis::Step ? linearTicks(frame.xLow, frame.xHigh, columns, Spacing::Whole) : timeTicks(frame.xLow, frame.xHigh, columns, m_xAxis);
}

void Chart::rebuild()
{
    ChartView::Frame frame;
    setRange(frame);
    const int most = std::clamp(static_cast<int>(m_view->plot().width()), 200, mostPoints);
    double low = 1;
    double high = 0;
    const auto draw = [&](const ChartData& points, ChartData::Values values, const QColor& tint, double width) {
        const auto shape = points.reduce(values, m_xAxis, m_scale, frame.xLow, frame.xHigh, most);
        for (const auto& segment : shape.segments) {
            if (segment.size() > 1)
                frame.strokes.append({segment, tint, width});
            else if (!segment.isEmpty() && width > 1)
                frame.dots.append({segment.constFirst(), tint, points.points().size() == 1 ? formatMetric(points.points().constFirst().value) : QString()});
        }
        if (shape.low > shape.high)
            return;
        const bool any = low <= high;
        low = any ? std::min(low, shape.low) : shape.low;
        high = any ? std::max(high, shape.high) : shape.high;
    };
    int index = 0;
    for (const auto& line : m_lines) {
        const QColor tint = seriesColor(index);
        if (m_smoothing > 0)
            draw(line->data, ChartData::Values::Raw, mixed(color(Token::Surface), tint, 0.32), 1);
        for (const qsizetype hole : line->data.holes().mid(0, 200))
            frame.holes.append({line->data.x(hole, m_xAxis), static_cast<double>(index)});
        ++index;
    }
    index = 0;
    for (const auto& line : m_lines)
        draw(line->data, ChartData::Values::Smoothed, seriesColor(index++), 2);
    pad(low, high, m_scale);
    const auto zoomY = m_view->zoomY();
    frame.yLow = zoomY.first < zoomY.second ? zoomY.first : low;
    frame.yHigh = zoomY.first < zoomY.second ? zoomY.second : high;
    setTicks(frame);
    m_view->show(frame);
    update(0, 0, width(), px(headerHeight));
}

void Chart::resizeEvent(QResizeEvent*)
{
    m_view->setGeometry(0, px(headerHeight), width(), height() - px(headerHeight));
    rebuild();
}

void Chart::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        rebuild();
}

void Chart::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintHeader(painter);
    if (hasFocus())
        paintRounded(painter, QRectF(rect()).adjusted(1, 1, -1, -1), px(metrics::radiusCard) - 1, Qt::transparent, color(Token::WeakAccent), 2);
}

void Chart::paintHeader(QPainter& painter)
{
    const QRect row(px(13), px(6), width() - px(26), px(26));
    painter.setFont(roleFont(TextRole::Heading));
    painter.setPen(color(Token::Text));
    const int titleWidth = std::min(painter.fontMetrics().horizontalAdvance(m_title), row.width() / 2);
    painter.drawText(row, Qt::AlignVCenter, painter.fontMetrics().elidedText(m_title, Qt::ElideMiddle, titleWidth + 1));
    if (!m_legend)
        return;
    painter.setFont(roleFont(TextRole::Caption));
    const QFontMetrics metrics = painter.fontMetrics();
    int right = row.right();
    for (qsizetype i = static_cast<qsizetype>(m_lines.size()) - 1; i >= 0; --i) {
        const auto& line = m_lines.at(static_cast<std::size_t>(i));
        const QString last = line->data.isEmpty() ? QString() : formatMetric(line->data.points().constLast().value);
        const QString name = line->name == m_title ? QString() : metrics.elidedText(line->name, Qt::ElideMiddle, px(140));
        const QString text = QStringLiteral("%1 %2").arg(name, last).trimmed();
        const int width = metrics.horizontalAdvance(text) + px(16);
        if (right - width < row.left() + titleWidth + px(16))
            return;
        const QRect cell(right - width, row.top(), width, row.height());
        paintRounded(painter, QRectF(cell.left(), cell.center().y() - 1, px(10), 3), 1.5, seriesColor(static_cast<int>(i)));
        painter.setPen(color(Token::Muted));
        painter.drawText(cell.adjusted(px(16), 0, 0, 0), Qt::AlignVCenter, text);
        right = cell.left() - px(14);
    }
}

} // namespace runyard
