#include "topbar.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>

namespace runyard {

BarButton::BarButton(Shape shape, QWidget* parent) : QAbstractButton(parent), m_shape(shape)
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(shape == Shape::Search ? Qt::IBeamCursor : Qt::PointingHandCursor);
    setSizePolicy(shape == Shape::Search ? QSizePolicy::Preferred : QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void BarButton::setState(StateKind kind, const QString& name, const QString& note)
{
    if (m_kind == kind && m_name == name && m_note == note)
        return;
    m_kind = kind;
    m_name = name;
    m_note = note;
    setText(name + QLatin1Char(' ') + note);
    updateGeometry();
    update();
}

QSize BarButton::sizeHint() const
{
    if (m_shape == Shape::Search)
        return {px(370), px(32)};
    const int name = QFontMetrics(roleFont(TextRole::Heading)).horizontalAdvance(m_name);
    const int note = QFontMetrics(roleFont(TextRole::Body)).horizontalAdvance(m_note);
    return {px(26) + name + px(8) + note + px(30), px(30)};
}

bool BarButton::event(QEvent* event)
{
    if (event->type() == QEvent::Enter || event->type() == QEvent::Leave)
        update();
    return QAbstractButton::event(event);
}

void BarButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintRounded(painter, QRectF(rect()), px(metrics::radiusControl), color(underMouse() ? Token::Hover : Token::Surface), color(Token::Stroke));
    if (m_shape == Shape::Workspace)
        paintWorkspace(painter);
    else
        paintSearch(painter);
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
        paintFocus(painter, QRectF(rect()).adjusted(1, 1, -1, -1), px(metrics::radiusControl));
}

void BarButton::paintWorkspace(QPainter& painter) const
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(color(strongToken(m_kind)));
    painter.drawEllipse(QPointF(px(15), height() / 2.0), px(4), px(4));
    QRect room = rect().adjusted(px(26), 0, -px(24), 0);
    painter.setPen(color(Token::Text));
    painter.setFont(roleFont(TextRole::Heading));
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, m_name);
    room.setLeft(room.left() + painter.fontMetrics().horizontalAdvance(m_name) + px(8));
    painter.setPen(color(Token::Muted));
    painter.setFont(roleFont(TextRole::Body));
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, m_note);
    paintChevron(painter, QRectF(width() - px(24), 0, px(18), height()), Qt::DownArrow, color(Token::Muted));
}

void BarButton::paintSearch(QPainter& painter) const
{
    const int size = px(metrics::iconSize);
    paintIcon(painter, QRectF(px(10), (height() - size) / 2.0, size, size), QStringLiteral("search"), color(Token::Muted));
    painter.setFont(roleFont(TextRole::Body));
    painter.setPen(color(Token::Muted));
    const QRect key(width() - px(56), px(6), px(46), height() - px(12));
    const QRect room = rect().adjusted(px(34), 0, -px(62), 0);
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, painter.fontMetrics().elidedText(m_name, Qt::ElideRight, room.width()));
    paintRounded(painter, QRectF(key), px(metrics::radiusSmall), Qt::transparent, color(Token::Stroke));
    painter.setFont(roleFont(TextRole::Caption));
    painter.drawText(key, Qt::AlignCenter, m_note);
}

TopBar::TopBar(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(px(metrics::topBarHeight));
    m_workspace = new BarButton(BarButton::Shape::Workspace, this);
    m_workspace->setObjectName(QStringLiteral("workspaceSwitcher"));
    m_search = new BarButton(BarButton::Shape::Search, this);
    m_search->setObjectName(QStringLiteral("search"));
    m_search->setState(StateKind::Neutral, tr("Search runs, models, or type a command"), tr("Ctrl K"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(px(204), 0, px(16), 1);
    row->setSpacing(px(16));
    row->addWidget(m_workspace);
    row->addStretch();
    row->addWidget(m_search);
    connect(m_search, &BarButton::clicked, this, &TopBar::searchRequested);
    connect(m_workspace, &BarButton::clicked, this, [this] { Q_EMIT workspaceRequested(m_workspace->mapToGlobal(QPoint(0, m_workspace->height() + px(4)))); });
}

void TopBar::setWorkspace(StateKind kind, const QString& name, const QString& note, const QString& tip)
{
    m_workspace->setState(kind, name, note);
    m_workspace->setToolTip(tip);
    m_workspace->setProperty("stateKind", static_cast<int>(kind));
}

void TopBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), color(Token::Surface));
    painter.fillRect(QRect(0, height() - 1, width(), 1), color(Token::Stroke));
    const double side = px(20);
    const QRectF logo(px(15), (height() - side) / 2.0, side, side);
    paintRounded(painter, logo, px(5), color(Token::Accent));
    paintIcon(painter, logo.adjusted(px(2), px(2), -px(2), -px(2)), QStringLiteral("app"), color(Token::OnAccent));
    painter.setFont(roleFont(TextRole::Heading));
    painter.setPen(color(Token::Text));
    painter.drawText(QRect(px(43), 0, px(150), height()), Qt::AlignVCenter | Qt::AlignLeft, QStringLiteral("Runyard"));
}

} // namespace runyard
