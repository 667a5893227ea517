#include "tintedlabel.h"

#include <QEvent>

namespace runyard {

TintedLabel::TintedLabel(const QString& text, Token tint, TextRole role, QWidget* parent) : QLabel(text, parent), m_tint(tint)
{
    applyRole(this, role);
    setForegroundRole(QPalette::WindowText);
    dye();
}

void TintedLabel::setTint(Token tint)
{
    m_tint = tint;
    dye();
}

void TintedLabel::changeEvent(QEvent* event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationPaletteChange)
        dye();
}

void TintedLabel::dye()
{
    const QColor wanted = color(m_tint);
    if (palette().color(QPalette::Active, QPalette::WindowText) == wanted)
        return;
    QPalette dyed = palette();
    dyed.setColor(QPalette::Active, QPalette::WindowText, wanted);
    dyed.setColor(QPalette::Inactive, QPalette::WindowText, wanted);
    setPalette(dyed);
}

} // namespace runyard
