#include "loadingbar.h"

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/tokens.h"

#include <QTimerEvent>

#include <cmath>

namespace runyard {

constexpr int interval = 30;  // ms

LoadingBar::LoadingBar(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(2);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void LoadingBar::start()
{
    if (m_busy)
        return;
    m_busy = true;
    m_tick = 0;
    setAccessibleName(tr("Loading"));
    if (isVisible())
        m_timer.start(interval, this);
}

void LoadingBar::stop()
{
    m_busy = false;
    m_timer.stop();
    setAccessibleName(QString());
    update();
}

void LoadingBar::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_timer.timerId())
        return QWidget::timerEvent(event);
    ++m_tick;
    update();
}

void LoadingBar::showEvent(QShowEvent*)
{
    if (m_busy)
        m_timer.start(interval, this);
}

void LoadingBar::hideEvent(QHideEvent*)
{
    m_timer.stop();
}

void LoadingBar::paintEvent(QPaintEvent*)
{
    if (!m_busy || m_tick * interval < 120)
        return;
    QPainter painter(this);
    const double length = width() * 0.25;
    const double phase = std::fmod(m_tick * interval / 1400.0, 1.0);
    const double start = (1 - std::cos(phase * M_PI)) / 2 * (width() + length) - length;
    painter.fillRect(rect(), color(Token::Hover));
    painter.fillRect(QRectF(start, 0, length, height()), color(Token::Accent));
}

} // namespace runyard
