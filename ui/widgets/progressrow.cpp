#include "progressrow.h"

#include "button.h"
#include "elidedlabel.h"
#include "format.h"
#include "statechip.h"
#include "theme/metrics.h"
#include "theme/paint.h"

#include <algorithm>
#include <array>
#include <utility>

namespace runyard {

ProgressRow::ProgressRow(const QString& name, const QString& detail, QWidget* parent) : QWidget(parent)
{
    m_name = new ElidedLabel(name, TextRole::Heading, this);
    m_detail = new ElidedLabel(detail, TextRole::Body, this);
    m_detail->setTint(Token::Muted);
    m_detail->setElide(Qt::ElideMiddle);
    m_detail->setVisible(!detail.isEmpty());
    m_chip = new StateChip(QString(), StateKind::Success, StateChip::Mark::Dot, this);
    m_chip->hide();
    m_cancel = new Button(tr("Cancel"), Button::Ghost, this);
    m_action = new Button(QString(), Button::Ghost, this);
    m_action->hide();
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(m_cancel, &QPushButton::clicked, this, &ProgressRow::cancelRequested);
    connect(m_action, &QPushButton::clicked, this, &ProgressRow::actionTriggered);
}

void ProgressRow::setProgress(const Progress& progress)
{
    m_progress = progress;
    if (progress.total >= 0)
        setToolTip(tr("%1 of %2").arg(formatBytesExact(progress.done), formatBytesExact(progress.total)));
    update();
}

void ProgressRow::setRunning()
{
    m_running = true;
    m_chip->hide();
    m_action->hide();
    m_cancel->show();
    update();
}

void ProgressRow::setEnded(StateKind kind, const QString& word)
{
    m_running = false;
    m_chip->setState(word, kind);
    m_chip->show();
    m_cancel->hide();
    place();
    update();
}

void ProgressRow::setEndAction(const QString& text)
{
    m_action->setText(text);
    m_action->setVisible(!text.isEmpty() && !m_running);
    place();
}

QSize ProgressRow::sizeHint() const
{
    return {px(560), m_detail->isHidden() ? px(40) : px(52)};
}

QRect ProgressRow::barRect() const
{
    const int left = width() * 26 / 100;
    return {left, height() / 2 - px(3), width() * 20 / 100, px(6)};
}

void ProgressRow::resizeEvent(QResizeEvent*)
{
    place();
}

void ProgressRow::place()
{
    const int nameWidth = barRect().left() - px(20);
    const int line = m_name->sizeHint().height();
    const bool two = !m_detail->isHidden();
    m_name->setGeometry(px(10), two ? height() / 2 - line - 1 : (height() - line) / 2, nameWidth, line);
    m_detail->setGeometry(px(10), height() / 2 + 1, nameWidth, line);
    const QSize chip = m_chip->sizeHint();
    m_chip->setGeometry(barRect().left(), (height() - chip.height()) / 2, std::min(chip.width(), barRect().width() + px(60)), chip.height());
    for (Button* button : {m_cancel, m_action}) {
        const QSize size = button->sizeHint();
        button->setGeometry(width() - size.width(), (height() - size.height()) / 2, size.width(), size.height());
    }
}

void ProgressRow::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(QRect(0, height() - 1, width(), 1), color(Token::Stroke));
    const Progress& now = m_progress;
    const QRect bar = barRect();
    if (m_running) {
        const double share = now.total > 0 ? std::clamp(static_cast<double>(now.done) / static_cast<double>(now.total), 0.0, 1.0) : 0;
        paintRounded(painter, bar, px(3), color(Token::Hover));
        if (share > 0)
            paintRounded(painter, QRectF(bar.left(), bar.top(), std::max<double>(bar.height(), bar.width() * share), bar.height()), px(3), color(Token::Accent));
    }
    painter.setFont(roleFont(TextRole::Body));
    painter.setPen(color(Token::Muted));
    const QString bytes = now.total < 0 ? tr("counting…") : m_running ? tr("%1 / %2").arg(formatBytes(static_cast<double>(now.done)), formatBytes(static_cast<double>(now.total))) : formatBytes(static_cast<double>(now.total));
    const QString files = now.files > 0 ? tr("%1 / %2 files").arg(formatCount(now.filesDone), formatCount(now.files)) : QString();
    const QString left = m_running && now.rate > 0 && now.total >= 0 ? formatLeft(static_cast<double>(now.total - now.done) / now.rate) : QString();
    const QString rate = m_running && now.rate > 0 ? formatRate(now.rate) : QString();
    const int room = width() - px(90) - bar.right() - (m_running ? 0 : px(60));
    int x = bar.right() + (m_running ? 0 : px(60));
    const std::array parts{std::pair{bytes, 36}, std::pair{rate, 22}, std::pair{files, 24}, std::pair{left, 18}};
    for (const auto& [text, share] : parts) {
        const QRect cell(x, 0, room * share / 100, height());
        painter.drawText(cell.adjusted(px(6), 0, 0, 0), Qt::AlignRight | Qt::AlignVCenter, painter.fontMetrics().elidedText(text, Qt::ElideRight, cell.width() - px(6)));
        x = cell.right() + 1;
    }
}

} // namespace runyard
