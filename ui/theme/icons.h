#pragma once

#include "tokens.h"

#include <QIcon>
#include <QPixmap>
#include <QString>

class QPainter;
class QRectF;

namespace runyard {

// The icon resources/icons/NAME.svg, drawn in the colour of the token (muted where disabled) in the scheme shown
// when it is painted, so that it follows a live switch. An unknown name gives a null icon.
QIcon themeIcon(const QString& name, Token tint = Token::Muted);

// Paints the icon into the square, in any colour; for paintEvent.
void paintIcon(QPainter& painter, const QRectF& square, const QString& name, const QColor& tint);

// The names that exist.
QStringList iconNames();

} // namespace runyard
