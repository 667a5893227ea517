#include "searchfield.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"

#include <QKeyEvent>
#include <QPainter>

namespace runyard {

SearchField::SearchField(const QString& placeholder, const QString& shortcutHint, QWidget* parent) : QLineEdit(parent), m_hint(shortcutHint)
{
    setPlaceholderText(placeholder);
    setAccessibleName(placeholder);
    addAction(themeIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    setMinimumWidth(px(180));
    connect(this, &QLineEdit::textChanged, this, [this] { update(); });
}

void SearchField::setShortcutHint(const QString& hint)
{
    m_hint = hint;
    update();
}

void SearchField::paintEvent(QPaintEvent* event)
{
    QLineEdit::paintEvent(event);
    if (m_hint.isEmpty() || !text().isEmpty())
        return;
    QPainter painter(this);
    QFont tiny = roleFont(TextRole::Caption);
    tiny.setPixelSize(px(11));
    painter.setFont(tiny);
    const int width = painter.fontMetrics().horizontalAdvance(m_hint) + px(12);
    const QRectF frame(this->width() - width - px(8), (height() - px(20)) / 2.0, width, px(20));
    paintRounded(painter, frame, px(metrics::radiusSmall), color(Token::Surface), color(Token::Stroke));
    painter.setPen(color(Token::Muted));
    painter.drawText(frame, Qt::AlignCenter, m_hint);
}

void SearchField::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty())
        return clear();
    QLineEdit::keyPressEvent(event);
}

} // namespace runyard
