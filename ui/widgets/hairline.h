#pragma once

#include "theme/tokens.h"

#include <QPainter>
#include <QWidget>

namespace runyard {

// A line of one pixel between a row of tools and what it is for.
class Hairline final : public QWidget {
public:
    explicit Hairline(QWidget* parent = nullptr) : QWidget(parent) { setFixedHeight(1); }

protected:
    void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), color(Token::Stroke)); }
};

} // namespace runyard
