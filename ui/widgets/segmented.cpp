#include "segmented.h"

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainterPath>
#include <QToolTip>

namespace runyard {

Segmented::Segmented(const QStringList& choices, QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::TabFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setChoices(choices);
}

void Segmented::setChoices(const QStringList& choices)
{
    m_choices = choices;
    m_why = QStringList(choices.size(), QString());
    m_current = qBound(0, m_current, static_cast<int>(choices.size()) - 1);
    setAccessibleDescription(currentText());
    updateGeometry();
    update();
}

void Segmented::setCurrent(int index)
{
    if (index == m_current || index < 0 || index >= m_choices.size())
        return;
    m_current = index;
    setAccessibleDescription(currentText());
    update();
    Q_EMIT currentChanged(index);
}

void Segmented::setChoiceEnabled(int index, bool enabled, const QString& why)
{
    m_why[index] = enabled ? QString() : why.isEmpty() ? tr("Not possible now.") : why;
    update();
}

QRect Segmented::segment(int index) const
{
    const QFontMetrics metrics(roleFont(TextRole::Heading));
    int x = 0;
    for (int i = 0; i < index; ++i)
        x += metrics.horizontalAdvance(m_choices.at(i)) + px(22);
    return {x, 0, metrics.horizontalAdvance(m_choices.at(index)) + px(22), px(26)};
}

QSize Segmented::sizeHint() const
{
    return m_choices.isEmpty() ? QSize(0, px(26)) : QSize(segment(static_cast<int>(m_choices.size()) - 1).right() + 1, px(26));
}

int Segmented::at(const QPoint& point) const
{
    for (int i = 0; i < m_choices.size(); ++i) {
        if (segment(i).contains(point))
            return i;
    }
    return -1;
}

void Segmented::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF whole(QPoint(0, 0), sizeHint());
    QPainterPath outline;
    outline.addRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), px(6), px(6));
    painter.fillPath(outline, color(Token::Surface));
    painter.setClipPath(outline);
    for (int i = 0; i < m_choices.size(); ++i) {
        const QRect rect = segment(i);
        const bool chosen = i == m_current;
        const bool possible = isEnabled() && m_why.at(i).isEmpty();
        if (chosen || (i == m_hovered && possible))
            painter.fillRect(rect, color(chosen ? Token::Selection : Token::Hover));
        if (i > 0)
            painter.fillRect(QRect(rect.left(), 0, 1, rect.height()), color(Token::Stroke));
        painter.setFont(roleFont(chosen ? TextRole::Heading : TextRole::Body));
        painter.setPen(color(!possible ? Token::Disabled : chosen ? Token::Accent : Token::Muted));
        painter.drawText(rect, Qt::AlignCenter, m_choices.at(i));
    }
    painter.setClipping(false);
    painter.setPen(color(Token::Stroke));
    painter.drawPath(outline);
    if (hasFocus())
        paintFocus(painter, whole, px(6));
}

void Segmented::mousePressEvent(QMouseEvent* event)
{
    const int index = at(event->pos());
    if (index >= 0 && m_why.at(index).isEmpty())
        setCurrent(index);
}

void Segmented::mouseMoveEvent(QMouseEvent* event)
{
    const int index = at(event->pos());
    if (index == m_hovered)
        return;
    m_hovered = index;
    update();
}

void Segmented::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void Segmented::step(int by)
{
    for (int i = m_current + by; i >= 0 && i < m_choices.size(); i += by) {
        if (m_why.at(i).isEmpty())
            return setCurrent(i);
    }
}

void Segmented::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Left)
        step(-1);
    else if (event->key() == Qt::Key_Right)
        step(1);
    else
        QWidget::keyPressEvent(event);
}

bool Segmented::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = at(help->pos());
        if (index >= 0 && !m_why.at(index).isEmpty()) {
            QToolTip::showText(help->globalPos(), m_why.at(index), this);
            return true;
        }
    }
    return QWidget::event(event);
}

} // namespace runyard
