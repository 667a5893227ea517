#include "recentrun.h"

#include "models/runstate.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/state.h"
#include "theme/textrole.h"
#include "widgets/format.h"
#include "widgets/statechip.h"

#include <QEvent>
#include <QPainter>

namespace runyard {

RecentRun::RecentRun(QWidget* parent) : QAbstractButton(parent)
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void RecentRun::setRun(const api::RunSummary& run)
{
    m_run = run;
    setText(QString::fromStdString(run.name.empty() ? run.id : run.name));
    setAccessibleDescription(runState(run.status).word);
    update();
}

QSize RecentRun::sizeHint() const
{
    return {px(400), px(36)};
}

bool RecentRun::event(QEvent* event)
{
    if (event->type() == QEvent::Enter || event->type() == QEvent::Leave)
        update();
    return QAbstractButton::event(event);
}

void RecentRun::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse() || isDown())
        painter.fillRect(rect().adjusted(1, 0, -1, -1), color(Token::Hover));
    painter.fillRect(QRect(0, height() - 1, width(), 1), color(Token::Stroke));
    const auto cell = [this](double from, double to) { return QRect(static_cast<int>(width() * from) + px(12), 0, static_cast<int>(width() * (to - from)) - px(24), height()); };
    const auto write = [&painter](const QRect& rect, const QString& text, TextRole role, Token tint, Qt::Alignment side = Qt::AlignLeft) {
        painter.setFont(roleFont(role));
        painter.setPen(color(tint));
        painter.drawText(rect, static_cast<int>(side | Qt::AlignVCenter), painter.fontMetrics().elidedText(text, Qt::ElideRight, rect.width()));
    };
    write(cell(0, 0.34), text(), TextRole::Heading, Token::Text);
    const RunState state = runState(m_run.status);
    paintChip(painter, cell(0.34, 0.52), state.word, state.kind);
    write(cell(0.52, 0.70), QString::fromStdString(m_run.experimentName), TextRole::Body, Token::Muted);
    write(cell(0.70, 0.83), QString::fromStdString(m_run.target), TextRole::Body, Token::Muted);
    write(cell(0.83, 1.0), formatDateTime(m_run.started), TextRole::Body, Token::Muted, Qt::AlignRight);
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
        paintFocus(painter, QRectF(rect()).adjusted(2, 2, -2, -2), px(metrics::radiusSmall));
}

} // namespace runyard
