#include "card.h"

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QChildEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainterPath>
#include <QVBoxLayout>

namespace runyard {

// Lies over a corner of the content, so that a table's square one does not cut the card's round one.
class Card::Corner final : public QWidget {
public:
    Corner(Card* card, Qt::Corner corner) : QWidget(card), m_card(card), m_corner(corner)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
    }

    void place()
    {
        const int side = px(metrics::radiusCard);
        const QRect all = m_card->rect();
        const bool isLeft = m_corner == Qt::TopLeftCorner || m_corner == Qt::BottomLeftCorner;
        const bool isTop = m_corner == Qt::TopLeftCorner || m_corner == Qt::TopRightCorner;
        setGeometry(isLeft ? 0 : all.width() - side, isTop ? 0 : all.height() - side, side, side);
        raise();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const double radius = px(metrics::radiusCard);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.translate(-pos());
        QPainterPath outside;
        outside.addRect(geometry());
        QPainterPath inside;
        inside.addRoundedRect(m_card->rect(), radius, radius);
        painter.fillPath(outside.subtracted(inside), color(Token::Canvas));
        painter.setPen(QPen(color(m_card->m_chosen ? Token::Accent : Token::Stroke), 1));
        painter.drawRoundedRect(QRectF(m_card->rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius - 0.5, radius - 0.5);
    }

private:
    Card* m_card;
    Qt::Corner m_corner;
};

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
    if (padding == Padding::None) {
        for (const Qt::Corner corner : {Qt::TopLeftCorner, Qt::TopRightCorner, Qt::BottomLeftCorner, Qt::BottomRightCorner})
            m_corners.append(new Corner(this, corner));
    }
}

void Card::placeCorners()
{
    for (Corner* corner : m_corners)
        corner->place();
}

void Card::resizeEvent(QResizeEvent*)
{
    placeCorners();
}

void Card::childEvent(QChildEvent* event)
{
    QFrame::childEvent(event);
    if (event->added() && event->child()->isWidgetType() && m_corners.size() == 4)
        placeCorners();
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
    for (Corner* corner : m_corners)
        corner->update();
}

void Card::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintRounded(painter, rect(), px(metrics::radiusCard), color(Token::Surface), color(m_chosen ? Token::Accent : Token::Stroke));
}

} // namespace runyard
