#include "railitem.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"

#include <QEvent>
#include <QPainter>

namespace runyard {

RailItem::RailItem(const QString& iconName, const QString& text, QWidget* parent) : QAbstractButton(parent), m_iconName(iconName)
{
    setText(text);
    setCheckable(true);
    setAutoExclusive(false);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
}

void RailItem::setNote(const QString& note)
{
    if (m_note.isEmpty() != note.isEmpty())
        updateGeometry();
    m_note = note;
    update();
}

void RailItem::setDot(StateKind kind)
{
    m_isDot = true;
    m_kind = kind;
    update();
}

void RailItem::setNarrow(bool narrow)
{
    m_isNarrow = narrow;
    setToolTip(narrow ? text() : QString());
    updateGeometry();
}

QSize RailItem::sizeHint() const
{
    return {px(m_isNarrow ? 40 : 190), px(m_isDot && !m_note.isEmpty() && !m_isNarrow ? 44 : 36)};
}

bool RailItem::event(QEvent* event)
{
    if (event->type() == QEvent::Enter || event->type() == QEvent::Leave)
        update();
    return QAbstractButton::event(event);
}

void RailItem::paintMark(QPainter& painter, const QRectF& square) const
{
    if (!m_isDot) {
        paintIcon(painter, square, m_iconName, color(isChecked() ? Token::Accent : Token::Muted));
        return;
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(color(strongToken(m_kind)));
    painter.drawEllipse(square.center(), px(4), px(4));
}

void RailItem::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (isChecked() || underMouse() || isDown())
        paintRounded(painter, QRectF(rect()), px(metrics::radiusControl), color(isChecked() ? Token::Selection : Token::Hover));
    const int size = px(m_isDot ? metrics::iconSize : metrics::railIconSize);
    const double left = m_isNarrow ? (width() - size) / 2.0 : px(10);
    paintMark(painter, QRectF(left, (height() - size) / 2.0, size, size));
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
        paintFocus(painter, QRectF(rect()).adjusted(1, 1, -1, -1), px(metrics::radiusControl));
    if (m_isNarrow)
        return;
    painter.setFont(roleFont(isChecked() ? TextRole::Heading : TextRole::Body));
    painter.setPen(color(isChecked() ? Token::Accent : m_isDot ? Token::Text : Token::Muted));
    const int noteWidth = m_note.isEmpty() ? 0 : QFontMetrics(roleFont(TextRole::Caption)).horizontalAdvance(m_note) + px(8);
    const bool isTwo = m_isDot && noteWidth > 0;  // a run's name needs the whole line, its state goes below
    const QRect room = rect().adjusted(px(m_isDot ? 34 : 40), 0, -px(10) - (isTwo ? 0 : noteWidth), isTwo ? -height() / 2 + px(1) : 0);
    const Qt::Alignment upright = isTwo ? Qt::AlignBottom : Qt::AlignVCenter;
    painter.drawText(room, static_cast<int>(upright | Qt::AlignLeft), painter.fontMetrics().elidedText(text(), Qt::ElideRight, room.width()));
    painter.setFont(roleFont(TextRole::Caption));
    painter.setPen(color(Token::Muted));
    if (isTwo)
        painter.drawText(QRect(room.left(), height() / 2 + px(1), room.width(), height() / 2), Qt::AlignTop | Qt::AlignLeft, m_note);
    else
        painter.drawText(rect().adjusted(0, 0, -px(10), 0), Qt::AlignVCenter | Qt::AlignRight, m_note);
}

} // namespace runyard
