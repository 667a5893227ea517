#include "elidedlabel.h"

#include <QEvent>
#include <QPainter>

namespace runyard {

ElidedLabel::ElidedLabel(const QString& text, TextRole role, QWidget* parent)
    : QFrame(parent), m_text(text), m_tint(role == TextRole::Caption ? Token::Muted : Token::Text)
{
    applyRole(this, role);
    setAccessibleName(text);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ElidedLabel::setText(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    setAccessibleName(text);
    updateGeometry();
    update();
}

void ElidedLabel::setTint(Token tint)
{
    m_tint = tint;
    update();
}

void ElidedLabel::setElide(Qt::TextElideMode mode)
{
    m_mode = mode;
    update();
}

void ElidedLabel::setAlignment(Qt::Alignment alignment)
{
    m_alignment = alignment | Qt::AlignVCenter;
    update();
}

QSize ElidedLabel::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(m_text) + 2, fontMetrics().height()};
}

QSize ElidedLabel::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 3, fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(color(isEnabled() ? m_tint : Token::Disabled));
    painter.drawText(contentsRect(), static_cast<int>(m_alignment), fontMetrics().elidedText(m_text, m_mode, contentsRect().width()));
}

bool ElidedLabel::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip)
        setToolTip(fontMetrics().horizontalAdvance(m_text) > contentsRect().width() ? m_text : QString());
    return QFrame::event(event);
}

} // namespace runyard
