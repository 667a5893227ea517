#include "emptystate.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"

#include <QLabel>
#include <QVBoxLayout>

namespace runyard {

constexpr int iconRoom = 44;

EmptyState::EmptyState(const QString& iconName, const QString& sentence, const QString& action, QWidget* parent) : QWidget(parent), m_icon(iconName)
{
    m_sentence = new QLabel(this);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setMinimumWidth(px(160));
    m_sentence->setForegroundRole(QPalette::PlaceholderText);
    m_button = new Button(action, this);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(px(12));
    column->addStretch(1);
    column->addSpacing(px(iconRoom));
    column->addWidget(m_sentence);
    column->addWidget(m_button, 0, Qt::AlignHCenter);
    column->addStretch(1);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::triggered);
    setSentence(sentence);
    setAction(action);
}

void EmptyState::setSentence(const QString& sentence)
{
    m_sentence->setText(sentence);
    setAccessibleName(sentence);
}

void EmptyState::setAction(const QString& action, Button::Kind kind)
{
    m_button->setText(action);
    m_button->setKind(kind);
    m_button->setVisible(!action.isEmpty());
}

void EmptyState::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRectF circle(width() / 2.0 - px(22), m_sentence->y() - px(iconRoom + 8), px(44), px(44));
    paintRounded(painter, circle, px(22), color(Token::Hover));
    paintIcon(painter, circle.adjusted(px(11), px(11), -px(11), -px(11)), m_icon, color(Token::Muted));
}

} // namespace runyard
