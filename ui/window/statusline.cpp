#include "statusline.h"

#include "servicestate.h"
#include "theme/metrics.h"
#include "theme/textrole.h"
#include "theme/tokens.h"
#include "widgets/format.h"

#include <QPainter>

namespace runyard {

StatusLine::StatusLine(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("statusLine"));
    setFixedHeight(px(metrics::statusBarHeight));
    refresh();
}

void StatusLine::setState(const client::ServiceState* state)
{
    m_isOpen = state != nullptr;
    if (state)
        m_state = *state;
    setToolTip(m_isOpen ? QString::fromStdString(m_state.sentence) : QString());
    refresh();
}

void StatusLine::setActiveRuns(int count)
{
    m_activeRuns = count;
    refresh();
}

void StatusLine::setTransfers(int count, double bytesPerSecond)
{
    m_transfers = count;
    m_rate = bytesPerSecond;
    refresh();
}

QString StatusLine::leftText() const
{
    if (!m_isOpen)
        return tr("No workspace open");
    QString text = wordsFor(m_state);
    const QString gap = QStringLiteral("      ");
    text += gap + (m_activeRuns == 1 ? tr("1 run active") : tr("%1 runs active").arg(m_activeRuns));
    if (m_transfers > 0)
        text += gap + (m_transfers == 1 ? tr("1 transfer, %1") : tr("%1 transfers, %2").arg(m_transfers)).arg(formatRate(m_rate));
    return text;
}

QString StatusLine::rightText() const
{
    if (!m_isOpen || m_state.cores == 0)
        return {};
    const QString memory = tr("%1 of %2").arg(formatBytes(static_cast<double>(m_state.memoryUsed)), formatBytes(static_cast<double>(m_state.memoryTotal)));
    return tr("%1 of %2 cores busy · %3").arg(m_state.coresBusy).arg(m_state.cores).arg(memory);
}

QString StatusLine::text() const
{
    return leftText() + QStringLiteral("  ") + rightText();
}

void StatusLine::refresh()
{
    setAccessibleName(text());
    update();
}

void StatusLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), color(Token::Surface));
    painter.fillRect(QRect(0, 0, width(), 1), color(Token::Stroke));
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_isOpen ? color(strongToken(kindOf(m_state))) : color(Token::Disabled));
    painter.drawEllipse(QPointF(px(20), (height() + 1) / 2.0), px(4), px(4));
    painter.setPen(color(Token::Muted));
    painter.setFont(roleFont(TextRole::Caption));
    const QRect room = rect().adjusted(px(31), 1, -px(16), 0);
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, leftText());
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignRight, rightText());
}

} // namespace runyard
