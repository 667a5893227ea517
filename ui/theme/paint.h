#pragma once

#include <QColor>
#include <QPainter>
#include <QRectF>

namespace runyard {

// A rounded rectangle with an optional stroke that lies inside the rectangle. Radii are held to half the height.
void paintRounded(QPainter& painter, const QRectF& rect, double radius, const QColor& fill, const QColor& stroke = Qt::transparent, double width = 1);

// A chevron in the middle of the rectangle.
void paintChevron(QPainter& painter, const QRectF& rect, Qt::ArrowType direction, const QColor& tint, double size = 8);

// The ring around what has the keyboard's focus.
void paintFocus(QPainter& painter, const QRectF& rect, double radius);

} // namespace runyard
