#pragma once

#include <QFont>

class QWidget;

namespace runyard {

// Type by role. Display 24 semibold, Title 18 semibold, Heading 13 semibold, Body 13, Strong 13 medium,
// Caption 12 muted, Mono 12; pixels times the user's scale.
enum class TextRole { Display, Title, Heading, Body, Strong, Caption, Mono };

QFont roleFont(TextRole role);

// Gives the widget the font and text colour of the role and keeps both right when scale or scheme change.
void applyRole(QWidget* widget, TextRole role);

} // namespace runyard
