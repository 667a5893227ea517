#include "logview.h"

#include "logcells.h"
#include "theme/metrics.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>

#include <algorithm>

// Mouse and keyboard of LogView.
namespace runyard {

LogView::Place LogView::placeAt(const QPoint& point) const
{
    int y = px(6);
    const int shift = m_wrap == Wrap::On ? 0 : horizontalScrollBar()->value();
    qint64 line = m_top;
    if (point.y() < y)
        return {std::max<qint64>(0, m_top), 0};
    for (; line < m_extent.lines; ++line) {
        const LogRow* here = row(line);
        const int height = heightInRows(here) * m_line;
        if (point.y() < y + height || line + 1 == m_extent.lines) {
            if (!here)
                return {line, 0};
            const int within = std::clamp((point.y() - y) / m_line, 0, heightInRows(here) - 1);
            const int cell = std::max(0, static_cast<int>((point.x() - textLeft() + shift) / m_cell + 0.5)) + within * (m_wrap == Wrap::On ? columns() : 0);
            return {line, std::min(unitAt(here->text, cell), static_cast<int>(here->text.size()))};
        }
        y += height;
    }
    return {std::max<qint64>(0, m_extent.lines - 1), 0};
}

void LogView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_caret = placeAt(event->pos());
    if (!(event->modifiers() & Qt::ShiftModifier))
        m_anchor = m_caret;
    viewport()->update();
}

void LogView::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton) || m_anchor.line < 0)
        return;
    m_caret = placeAt(event->pos());
    if (m_caret != m_anchor && m_follow)
        setFollow(false);
    const bool outside = event->pos().y() < 0 || event->pos().y() > viewport()->height();
    if (outside && !m_drag.isActive())
        m_drag.start(30, this);
    else if (!outside)
        m_drag.stop();
    viewport()->update();
}

void LogView::mouseReleaseEvent(QMouseEvent*)
{
    m_drag.stop();
}

void LogView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const Place at = placeAt(event->pos());
    const LogRow* here = row(at.line);
    if (!here)
        return;
    const QStringView text(here->text);
    const auto isWord = [&](int unit) { return unit >= 0 && unit < text.size() && (text.at(unit).isLetterOrNumber() || QStringView(u"_-./").contains(text.at(unit))); };
    int begin = at.column;
    int end = at.column;
    while (isWord(begin - 1))
        --begin;
    while (isWord(end))
        ++end;
    m_anchor = {at.line, begin};
    m_caret = {at.line, end};
    if (m_follow)
        setFollow(false);
    viewport()->update();
}

void LogView::selectAll()
{
    if (m_extent.lines == 0)
        return;
    m_anchor = {0, 0};
    m_caret = {m_extent.lines - 1, static_cast<int>(LogRow::most)};
    if (m_follow)
        setFollow(false);
    viewport()->update();
}

void LogView::copy()
{
    const Place first = std::min(m_anchor, m_caret);
    const Place last = std::max(m_anchor, m_caret);
    if (!m_source || first.line < 0 || first == last)
        return;
    m_textTicket = m_source->text(*this, first.line, last.line - first.line + 1);
}

void LogView::logText(std::uint64_t ticket, std::u16string text)
{
    if (ticket != m_textTicket)
        return;
    const Place first = std::min(m_anchor, m_caret);
    const Place last = std::max(m_anchor, m_caret);
    QString whole = QString::fromStdU16String(text);
    const qsizetype lastStart = whole.size() < 2 ? 0 : whole.lastIndexOf(QLatin1Char('\n'), -2) + 1;
    const qsizetype lastSize = std::max<qsizetype>(0, whole.size() - 1 - lastStart);
    whole.truncate(lastStart + std::min<qsizetype>(last.column, lastSize));
    QGuiApplication::clipboard()->setText(whole.mid(first.column));
}

QString LogView::shownText() const
{
    QStringList lines;
    for (qint64 line = m_top; line < std::min<qint64>(m_extent.lines, m_top + rowsPerPage()); ++line) {
        if (const LogRow* shown = row(line))
            lines.append(QString::fromStdU16String(shown->text));
    }
    return lines.join(QLatin1Char('\n'));
}

void LogView::keyPressEvent(QKeyEvent* event)
{
    QScrollBar* bar = verticalScrollBar();
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    if (event->matches(QKeySequence::Copy))
        return copy();
    if (event->matches(QKeySequence::SelectAll))
        return selectAll();
    if (event->matches(QKeySequence::Find))
        return Q_EMIT findRequested();
    switch (event->key()) {
    case Qt::Key_Up: return bar->setValue(bar->value() - 1);
    case Qt::Key_Down: return bar->setValue(bar->value() + 1);
    case Qt::Key_PageUp: return bar->setValue(bar->value() - rowsPerPage());
    case Qt::Key_PageDown: return bar->setValue(bar->value() + rowsPerPage());
    case Qt::Key_Home: return bar->setValue(0);
    case Qt::Key_End: return setFollow(true);
    case Qt::Key_Left: return horizontalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
    case Qt::Key_Right: return horizontalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepAdd);
    case Qt::Key_F3: return shift ? findPrevious() : findNext();
    case Qt::Key_E: return shift ? previousError() : nextError();
    default: QAbstractScrollArea::keyPressEvent(event);
    }
}

void LogView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    QAction* copyAction = menu.addAction(tr("Copy"), this, &LogView::copy);
    copyAction->setEnabled(m_anchor != m_caret);
    menu.addAction(tr("Select all"), this, &LogView::selectAll);
    menu.addSeparator();
    menu.addAction(tr("Find…"), this, &LogView::findRequested);
    menu.addAction(tr("Next error"), this, &LogView::nextError);
    menu.exec(event->globalPos());
}

} // namespace runyard
