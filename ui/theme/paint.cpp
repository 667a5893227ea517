#include "paint.h"

#include "tokens.h"

#include <QPolygonF>

#include <algorithm>

namespace runyard {

void paintRounded(QPainter& painter, const QRectF& rect, double radius, const QColor& fill, const QColor& stroke, double width)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const bool stroked = stroke.alpha() > 0;
    const double inset = stroked ? width / 2 : 0;
    const QRectF inner = rect.adjusted(inset, inset, -inset, -inset);
    const double held = std::max(0.0, std::min(radius, rect.height() / 2) - inset);
    painter.setPen(stroked ? QPen(stroke, width) : QPen(Qt::NoPen));
    painter.setBrush(fill.alpha() > 0 ? QBrush(fill) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(inner, held, held);
    painter.restore();
}

void paintChevron(QPainter& painter, const QRectF& rect, Qt::ArrowType direction, const QColor& tint, double size)
{
    const double half = size / 2;
    const double quarter = size / 4;
    QPolygonF line;
    switch (direction) {
    case Qt::UpArrow: line << QPointF(-half, quarter) << QPointF(0, -quarter) << QPointF(half, quarter); break;
    case Qt::LeftArrow: line << QPointF(quarter, -half) << QPointF(-quarter, 0) << QPointF(quarter, half); break;
    case Qt::RightArrow: line << QPointF(-quarter, -half) << QPointF(quarter, 0) << QPointF(-quarter, half); break;
    default: line << QPointF(-half, -quarter) << QPointF(0, quarter) << QPointF(half, -quarter); break;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(tint, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.translate(rect.center());
    painter.drawPolyline(line);
    painter.restore();
}

void paintFocus(QPainter& painter, const QRectF& rect, double radius)
{
    paintRounded(painter, rect, radius, Qt::transparent, color(Token::Accent), 2);
}

} // namespace runyard
