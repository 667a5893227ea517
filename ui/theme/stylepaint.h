#pragma once

#include "style.h"

#include <QStyleOption>

class QPainter;

// What Style paints itself, control by control.
namespace runyard::stylepaint {

ButtonKind kindOf(const QWidget* widget);

void button(const QStyleOption& option, QPainter& painter, const QWidget* widget);
QColor buttonText(const QStyleOption& option, const QWidget* widget);
void field(const QStyleOption& option, QPainter& painter, const QWidget* widget);
void toolButton(const QStyleOption& option, QPainter& painter);
void check(const QStyleOption& option, QPainter& painter);
void radio(const QStyleOption& option, QPainter& painter);
void itemPanel(const QStyleOption& option, QPainter& painter, const QWidget* widget);
void itemRow(const QStyleOption& option, QPainter& painter);
void tab(const QStyleOptionTab& option, QPainter& painter);
void tabLabel(const QStyleOptionTab& option, QPainter& painter);
void headerSection(const QStyleOption& option, QPainter& painter);
void headerLabel(const QStyleOptionHeader& option, QPainter& painter);
void progress(const QStyleOptionProgressBar& option, QPainter& painter);
void combo(const QStyleOptionComboBox& option, QPainter& painter, const QWidget* widget, const QRect& arrow);
void comboLabel(const QStyleOptionComboBox& option, QPainter& painter, const QRect& room);
void spin(const QStyleOptionSpinBox& option, QPainter& painter, const QWidget* widget, const QRect& up, const QRect& down);
void scrollBar(const QStyleOptionSlider& option, QPainter& painter, const QRect& slider);
void slider(const QStyleOptionSlider& option, QPainter& painter, const QRect& groove, const QRect& handle);

} // namespace runyard::stylepaint
