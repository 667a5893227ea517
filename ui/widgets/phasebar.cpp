#include "phasebar.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/textrole.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <numeric>

namespace runyard {

namespace {

constexpr int markSize = 18;
constexpr int markGap = 8;

QFont nameFont(Phase::State state)
{
    return roleFont(state == Phase::State::Pending ? TextRole::Body : TextRole::Heading);
}

Token nameToken(Phase::State state)
{
    switch (state) {
    case Phase::State::Active: return Token::Accent;
    case Phase::State::Failed: return Token::Danger;
    case Phase::State::Done: return Token::Text;
    case Phase::State::Pending: break;
    }
    return Token::Muted;
}

void paintMark(QPainter& painter, const QRectF& at, Phase::State state)
{
    switch (state) {
    case Phase::State::Done:
    case Phase::State::Failed: {
        const bool done = state == Phase::State::Done;
        paintRounded(painter, at, at.width(), color(done ? Token::Success : Token::Danger));
        const double in = at.width() * 0.2;
        paintIcon(painter, at.adjusted(in, in, -in, -in), done ? QStringLiteral("check") : QStringLiteral("cancel"), color(Token::OnAccent));
        return;
    }
    case Phase::State::Active: paintRounded(painter, at, at.width(), color(Token::WeakAccent), color(Token::Accent), 2); return;
    case Phase::State::Pending: paintRounded(painter, at, at.width(), Qt::transparent, color(Token::StrongStroke), 1.5); return;
    }
}

} // namespace

PhaseBar::PhaseBar(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void PhaseBar::setPhases(const QVector<Phase>& phases)
{
    m_phases = phases;
    QStringList words;
    for (const Phase& phase : phases)
        words.append(phase.note.isEmpty() ? phase.name : QStringLiteral("%1 %2").arg(phase.name, phase.note));
    setAccessibleName(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QVector<int> PhaseBar::widths(bool notes) const
{
    QVector<int> all;
    for (const Phase& phase : m_phases) {
        int width = px(markSize + markGap) + QFontMetrics(nameFont(phase.state)).horizontalAdvance(phase.name);
        if (notes && !phase.note.isEmpty())
            width += px(5) + QFontMetrics(roleFont(TextRole::Body)).horizontalAdvance(phase.note);
        all.append(width);
    }
    return all;
}

QSize PhaseBar::sizeHint() const
{
    const auto all = widths(true);
    return {std::accumulate(all.begin(), all.end(), 0) + static_cast<int>(all.size()) * px(72), px(28)};
}

QSize PhaseBar::minimumSizeHint() const
{
    return {static_cast<int>(m_phases.size()) * px(markSize + 14), px(28)};
}

void PhaseBar::paintEvent(QPaintEvent*)
{
    if (m_phases.isEmpty())
        return;
    QPainter painter(this);
    const int gaps = static_cast<int>(m_phases.size()) - 1;
    bool notes = true;
    QVector<int> all = widths(true);
    int total = std::accumulate(all.begin(), all.end(), 0);
    if (total + gaps * px(32) > width()) {
        notes = false;
        all = widths(false);
        total = std::accumulate(all.begin(), all.end(), 0);
    }
    const int join = gaps > 0 ? std::clamp((width() - total) / gaps, px(12), px(88)) : 0;
    int x = 0;
    m_starts.clear();
    for (int i = 0; i < m_phases.size(); ++i) {
        const Phase& phase = m_phases.at(i);
        m_starts.append(x);
        paintMark(painter, QRectF(x, (height() - px(markSize)) / 2.0, px(markSize), px(markSize)), phase.state);
        int text = x + px(markSize + markGap);
        painter.setFont(nameFont(phase.state));
        painter.setPen(color(nameToken(phase.state)));
        painter.drawText(QRect(text, 0, width() - text, height()), Qt::AlignVCenter, phase.name);
        text += painter.fontMetrics().horizontalAdvance(phase.name) + px(5);
        painter.setFont(roleFont(TextRole::Body));
        painter.setPen(color(Token::Muted));
        const bool last = i == gaps;
        if (notes || last || phase.state == Phase::State::Active)
            painter.drawText(QRect(text, 0, std::max(0, (notes || last ? width() : x + all.at(i) + join) - text), height()), Qt::AlignVCenter, phase.note);
        x += all.at(i);
        if (i < gaps && notes)
            painter.fillRect(QRect(x + px(12), height() / 2 - 1, join - px(24), 2), color(phase.state == Phase::State::Done ? Token::Success : Token::Stroke));
        x += join;
    }
}

bool PhaseBar::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto after = std::upper_bound(m_starts.begin(), m_starts.end(), help->x());
        const auto index = std::distance(m_starts.begin(), after) - 1;
        if (index >= 0 && index < m_phases.size()) {
            const Phase& phase = m_phases.at(static_cast<int>(index));
            QToolTip::showText(help->globalPos(), phase.toolTip.isEmpty() ? QStringLiteral("%1 %2").arg(phase.name, phase.note).trimmed() : phase.toolTip, this);
            return true;
        }
    }
    return QWidget::event(event);
}

} // namespace runyard
