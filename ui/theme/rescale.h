#pragma once

#include <QWidget>

namespace runyard {

// Brings what was measured once, when a widget was made, from one user scale to another: margins, spacings and spacers of layouts, fixed, least and most sizes,
// sections of headers. Each keeps its length at a scale of 1, so that going back and forth loses nothing.
void rescale(const QWidgetList& widgets, double before, double now);

} // namespace runyard
