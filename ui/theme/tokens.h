#pragma once

#include <QColor>

namespace runyard {

// What a colour means. Code asks for a meaning; the values of both schemes live in tokens.cpp only.
enum class Token {
    Canvas, Surface, Raised, Rail, Hover, Selection,
    Stroke, StrongStroke,
    Text, Muted, Disabled,
    Accent, OnAccent,
    Success, Warning, Danger,
    WeakSuccess, WeakWarning, WeakDanger, WeakAccent,
    Series1, Series2, Series3, Series4, Series5, Series6, Series7, Series8,
};

enum class Scheme { Light, Dark };

QColor color(Token token, Scheme scheme);

// The colour in the scheme shown now (that of the application's Theme; light if there is none). GUI thread.
QColor color(Token token);

// The colour of the n-th series of a chart; after eight the ramp repeats.
QColor seriesColor(int index);

// Contrast ratio by WCAG 2, 1 to 21.
double contrast(const QColor& one, const QColor& other);

// A colour between two, share 0 (from) to 1 (to).
QColor mixed(const QColor& from, const QColor& to, double share);

} // namespace runyard
