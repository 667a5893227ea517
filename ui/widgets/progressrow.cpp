#include "progressrow.h"

#include "button.h"
#include "elidedlabel.h"
#include "format.h"
#include "statechip.h"
#include "theme/metrics.h"
#include "theme/paint.h"

#include <algorithm>

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

void ProgressRow::setName(const QString& name)
{
    m_name->setText(name);
}

void ProgressRow::setSeparated(bool separated)
{
    m_separated = separated;
    update();
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
    if (m_separated)
        painter.fillRect(QRect(0, height() - 1, width(), 1), color(Token::Stroke));
    const Progress& now = m_progress;
    const QRect bar = barRect();
    if (m_running) {
        const double share = now.total > 0 ? std::clamp(static_cast<double>(now.done) / static_cast<double>(now.total), 0.0, 1.0) : 0;
        paintRounded(painter, bar, px(3), color(Token::Hover));
        if (share > 0)
            paintRounded(painter, QRectF(bar.left(), bar.top(), std::max<double>(bar.height(), bar.width() * share), bar.height()), px(3), color(Token::Accent));
    }
    const int left = m_running ? bar.right() : m_chip->geometry().right();
    const int right = m_running ? m_cancel->x() : m_action->isHidden() ? width() : m_action->x();
    paintFigures(painter, left + px(8), right - px(6));
}

// From the right: what does not fit is left out, the bytes last.
void ProgressRow::paintFigures(QPainter& painter, int left, int right) const
{
    const Progress& now = m_progress;
    const auto done = static_cast<double>(now.done);
    const auto total = static_cast<double>(now.total);
    const QString bytes = now.total < 0 ? tr("counting…") : m_running ? tr("%1 / %2").arg(formatBytes(done), formatBytes(total)) : formatBytes(total);
    const QString rate = m_running && now.rate > 0 ? formatRate(now.rate) : QString();
    const QString files = now.files > 0 ? tr("%1 / %2 files").arg(formatCount(now.filesDone), formatCount(now.files)) : QString();
    const QString rest = m_running && now.rate > 0 && now.total >= 0 ? formatLeft((total - done) / now.rate) : QString();
    painter.setFont(roleFont(TextRole::Body));
    painter.setPen(color(Token::Muted));
    const QFontMetrics metrics = painter.fontMetrics();
    const int gap = px(20);
    int room = right - left - metrics.horizontalAdvance(bytes) - gap;
    int x = right;
    for (const QString& text : {rest, files, rate}) {
        const int width = metrics.horizontalAdvance(text) + gap;
        if (text.isEmpty() || width > room)
            continue;
        painter.drawText(QRect(x - width, 0, width, height()), Qt::AlignRight | Qt::AlignVCenter, text);
        x -= width;
        room -= width;
    }
    painter.drawText(QRect(left, 0, x - left, height()), Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(bytes, Qt::ElideRight, x - left));
}

} // namespace runyard
