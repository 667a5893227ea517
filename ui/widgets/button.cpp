#include "button.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/stylepaint.h"
#include "theme/textrole.h"

#include <QPainter>
#include <QStyleOptionButton>

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

void Button::setKeyHint(const QString& keys)
{
    m_keys = keys;
    updateGeometry();
    update();
}

static QFont hintFont()
{
    QFont font = roleFont(TextRole::Caption);
    font.setPixelSize(px(11));
    return font;
}

int Button::hintWidth() const
{
    return m_keys.isEmpty() ? 0 : QFontMetrics(hintFont()).horizontalAdvance(m_keys) + px(10);
}

QSize Button::sizeHint() const
{
    const QSize size = QPushButton::sizeHint();
    return m_keys.isEmpty() ? size : size + QSize(hintWidth() + px(4), 0);
}

void Button::paintEvent(QPaintEvent* event)
{
    if (m_keys.isEmpty())
        return QPushButton::paintEvent(event);
    QStyleOptionButton option;
    initStyleOption(&option);
    QPainter painter(this);
    style()->drawControl(QStyle::CE_PushButtonBevel, &option, &painter, this);
    const QColor tint = stylepaint::buttonText(option, this);
    const int high = px(18);
    const QRect chip(width() - px(8) - hintWidth(), (height() - high) / 2, hintWidth(), high);
    painter.setPen(tint);
    painter.drawText(QRect(px(12), 0, chip.left() - px(12), height()), Qt::AlignVCenter | Qt::AlignLeft, text());
    QColor line = tint;
    line.setAlphaF(0.5);
    paintRounded(painter, chip, px(metrics::radiusSmall), Qt::transparent, line);
    painter.setFont(hintFont());
    painter.setPen(tint);
    painter.drawText(chip, Qt::AlignCenter, m_keys);
}

} // namespace runyard
