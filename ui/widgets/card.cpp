#include "card.h"

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace runyard {

Card::Card(const QString& heading, Padding padding, QWidget* parent) : QFrame(parent), m_padding(padding)
{
    m_outer = new QVBoxLayout(this);
    const int inside = padding == Padding::Inside ? px(14) : 1;
    m_outer->setContentsMargins(inside, inside, inside, inside);
    m_body = new QVBoxLayout;
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(padding == Padding::Inside ? px(8) : 0);
    m_outer->addLayout(m_body, 1);
    if (!heading.isEmpty())
        setHeading(heading);
}

QHBoxLayout* Card::headingRow()
{
    if (m_row)
        return m_row;
    m_row = new QHBoxLayout;
    m_heading = new QLabel(this);
    applyRole(m_heading, TextRole::Heading);
    m_row->addWidget(m_heading);
    m_row->addStretch(1);
    m_row->setSpacing(px(8));
    const int side = m_padding == Padding::None ? px(13) : 0;
    m_row->setContentsMargins(side, m_padding == Padding::None ? px(8) : 0, side, m_padding == Padding::None ? px(8) : px(2));
    m_outer->insertLayout(0, m_row);
    return m_row;
}

void Card::setHeading(const QString& heading)
{
    headingRow();
    m_heading->setText(heading);
    m_heading->setVisible(!heading.isEmpty());
}

void Card::setChosen(bool chosen)
{
    m_chosen = chosen;
    update();
}

void Card::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintRounded(painter, rect(), px(metrics::radiusCard), color(Token::Surface), color(m_chosen ? Token::Accent : Token::Stroke));
}

} // namespace runyard
