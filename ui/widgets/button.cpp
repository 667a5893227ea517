#include "button.h"

#include "theme/icons.h"
#include "theme/textrole.h"

namespace runyard {

Button::Button(const QString& text, Kind kind, QWidget* parent) : QPushButton(text, parent), m_kind(kind)
{
    setProperty("buttonKind", static_cast<int>(kind));
    applyRole(this, TextRole::Strong);
    setAutoDefault(false);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
}

Button* Button::withIcon(const QString& iconName, const QString& text, QWidget* parent)
{
    auto* button = new Button(QString(), Ghost, parent);
    button->setIconName(iconName);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

void Button::setKind(Kind kind)
{
    m_kind = kind;
    setProperty("buttonKind", static_cast<int>(kind));
    update();
}

void Button::setIconName(const QString& name)
{
    const Token tint = m_kind == Primary ? Token::OnAccent : m_kind == Danger ? Token::Danger : m_kind == Ghost ? Token::Muted : Token::Text;
    setIcon(themeIcon(name, tint));
}

} // namespace runyard
