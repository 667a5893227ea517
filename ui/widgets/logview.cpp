#include "logview.h"

#include "button.h"
#include "logcells.h"
#include "theme/metrics.h"
#include "theme/textrole.h"

#include <QScrollBar>
#include <QTimerEvent>

#include <algorithm>

namespace runyard {

constexpr int spare = 100;     // lines fetched above and below what is shown
constexpr int frameTime = 16;  // ms between two looks at a growing end

LogView::LogView(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setAutoFillBackground(false);
    m_newest = new Button(QString(), this);
    m_newest->setIconName(QStringLiteral("chevron-down"));
    m_newest->hide();
    connect(m_newest, &QPushButton::clicked, this, [this] { setFollow(true); });
    setAccessibleName(tr("Log"));
    measure();
}

LogView::~LogView()
{
    if (m_source)
        m_source->detach(*this);
}

void LogView::setSource(LogSource* source)
{
    if (m_source)
        m_source->detach(*this);
    m_source = source;
    m_extent = {};
    m_rows.clear();
    m_top = 0;
    m_longest = 0;
    m_rowsTicket = m_findTicket = m_textTicket = 0;
    m_anchor = m_caret = {};
    m_hit = -1;
    if (m_source) {
        m_source->attach(*this);
        logGrew();
    }
    arrange();
}

void LogView::measure()
{
    m_font = roleFont(TextRole::Mono);
    m_font.setStyleStrategy(QFont::PreferNoShaping);
    const QFontMetricsF metrics(m_font);
    m_cell = metrics.horizontalAdvance(QStringLiteral("0000000000")) / 10;
    m_line = std::max(px(18), static_cast<int>(metrics.height()) + 1);
}

const LogRow* LogView::row(qint64 line) const
{
    if (m_rows.empty() || line < m_rows.front().number || line > m_rows.back().number)
        return nullptr;
    return &m_rows[static_cast<std::size_t>(line - m_rows.front().number)];
}

int LogView::rowsPerPage() const
{
    return std::max(1, (viewport()->height() - px(12)) / m_line);
}

int LogView::textLeft() const
{
    const auto digits = std::max<qsizetype>(4, QString::number(m_extent.lines).size());
    const double times = m_times == Times::Shown ? 13 : 0;
    return px(14) + static_cast<int>((static_cast<double>(digits) + 2 + times) * m_cell);
}

int LogView::columns() const
{
    return std::max(20, static_cast<int>((viewport()->width() - textLeft() - px(8)) / m_cell));
}

int LogView::heightInRows(const LogRow* row) const
{
    if (!row || m_wrap == Wrap::Off)
        return 1;
    return std::max(1, (cellCount(row->text) + columns() - 1) / columns());
}

// The first line of the last page.
qint64 LogView::mostTop() const
{
    if (m_wrap == Wrap::Off || m_rows.empty() || m_rows.back().number + 1 < m_extent.lines)
        return std::max<qint64>(0, m_extent.lines - rowsPerPage());
    int left = rowsPerPage();
    qint64 top = m_extent.lines;
    while (top > 0) {
        left -= heightInRows(row(top - 1));
        if (left < 0)
            break;
        --top;
    }
    return std::min(top, std::max<qint64>(0, m_extent.lines - 1));
}

void LogView::logGrew()
{
    const LogExtent now = m_source->extent();
    m_unseen = now.lines < m_extent.lines ? 0 : m_unseen + now.lines - m_extent.lines;
    if (now.lines < m_extent.lines) {
        m_rows.clear();
        m_top = 0;
        m_longest = 0;
    }
    m_extent = now;
    m_stale = true;
    if (!m_timer.isActive())
        m_timer.start(frameTime, Qt::PreciseTimer, this);
}

void LogView::timerEvent(QTimerEvent* event)
{
    if (event->timerId() == m_timer.timerId()) {
        m_timer.stop();
        if (m_stale)
            request();
        if (!m_follow)
            arrange();
        Q_EMIT extentChanged();
    } else if (event->timerId() == m_drag.timerId()) {
        const QPoint at = viewport()->mapFromGlobal(QCursor::pos());
        verticalScrollBar()->setValue(verticalScrollBar()->value() + (at.y() < 0 ? -1 : at.y() > viewport()->height() ? 1 : 0));
        m_caret = placeAt(at);
        viewport()->update();
    } else {
        QAbstractScrollArea::timerEvent(event);
    }
}

// Asks for what is on screen and something around it; one question at a time while the end is moving.
void LogView::request()
{
    if (!m_source || (m_follow && m_rowsTicket))
        return;
    m_stale = false;
    m_extent = m_source->extent();
    const int page = rowsPerPage();
    const qint64 first = m_follow ? std::max<qint64>(0, m_extent.lines - page - spare) : std::max<qint64>(0, m_top - spare);
    m_rowsTicket = m_source->fetch(*this, first, page + 2 * spare);
}

void LogView::logRows(std::uint64_t ticket, std::vector<LogRow> rows)
{
    if (ticket != m_rowsTicket)
        return;
    m_rowsTicket = 0;
    m_rows = std::move(rows);
    if (!m_rows.empty() && m_follow)
        m_extent.lines = m_rows.back().number + 1;  // what is on screen stays a whole; the rest comes with the next rows
    if (m_follow) {
        m_top = mostTop();
        m_unseen = 0;
        m_stale = m_stale || m_source->extent().lines > m_extent.lines;
    }
    arrange();
    if (m_stale && !m_timer.isActive())
        m_timer.start(frameTime, Qt::PreciseTimer, this);
}

// Scroll bars, pill and picture after anything changed.
void LogView::arrange()
{
    m_settling = true;
    const int page = rowsPerPage();
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setRange(0, static_cast<int>(std::max(mostTop(), m_follow ? m_top : 0)));
    verticalScrollBar()->setValue(static_cast<int>(m_top));
    for (qint64 line = m_top; line < m_top + page; ++line) {
        if (const LogRow* shown = row(line))
            m_longest = std::max(m_longest, shown->text.size() + (shown->cut > 0 ? 24 : 0));
    }
    const int over = m_wrap == Wrap::On ? 0 : std::max(0, static_cast<int>(static_cast<double>(m_longest) * m_cell) + textLeft() + px(16) - viewport()->width());
    horizontalScrollBar()->setRange(0, std::max(over, horizontalScrollBar()->value()));
    horizontalScrollBar()->setSingleStep(static_cast<int>(m_cell) * 4);
    horizontalScrollBar()->setPageStep(viewport()->width());
    m_settling = false;
    const bool pill = !m_follow && m_top < mostTop();
    m_newest->setVisible(pill);
    if (pill) {
        m_newest->setText(m_unseen > 0 ? tr("Jump to newest (%L1 new)").arg(m_unseen) : tr("Jump to newest"));
        const QSize size = m_newest->sizeHint();
        m_newest->setGeometry((width() - size.width()) / 2, viewport()->height() - size.height() - px(10), size.width(), size.height());
    }
    viewport()->update();
}

void LogView::scrollContentsBy(int, int dy)
{
    if (m_settling || dy == 0) {
        viewport()->update();
        return;
    }
    m_top = verticalScrollBar()->value();
    const bool atEnd = m_top >= mostTop();
    if (m_follow != atEnd) {
        m_follow = atEnd;
        Q_EMIT followChanged(m_follow);
    }
    if (m_follow)
        m_unseen = 0;
    const bool held = row(m_top) && row(std::min<qint64>(m_extent.lines - 1, m_top + rowsPerPage()));
    if (!held || m_follow)
        request();
    arrange();
}

void LogView::setFollow(bool follow)
{
    if (follow != m_follow) {
        m_follow = follow;
        Q_EMIT followChanged(follow);
    }
    if (follow) {
        m_unseen = 0;
        m_rowsTicket = 0;
        request();
    }
    arrange();
}

void LogView::setTimes(Times times)
{
    m_times = times;
    arrange();
}

void LogView::setWrap(Wrap wrap)
{
    m_wrap = wrap;
    horizontalScrollBar()->setValue(0);
    if (m_follow)
        m_top = mostTop();
    arrange();
}

void LogView::resizeEvent(QResizeEvent*)
{
    if (m_follow)
        m_top = mostTop();
    request();
    arrange();
}

void LogView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::ApplicationFontChange) {
        measure();
        arrange();
    }
}

void LogView::find(const QString& text)
{
    m_wanted = text;
    if (text.isEmpty()) {
        m_hit = -1;
        viewport()->update();
        return;
    }
    m_hit = m_hit >= 0 ? m_hit - 1 : m_top - 1;
    seek(false, text);
}

void LogView::findNext()
{
    if (!m_wanted.isEmpty())
        seek(false, m_wanted);
}

void LogView::findPrevious()
{
    if (!m_wanted.isEmpty())
        seek(true, m_wanted);
}

void LogView::nextError()
{
    seek(false, QString());
}

void LogView::previousError()
{
    seek(true, QString());
}

void LogView::seek(bool backwards, const QString& text)
{
    if (!m_source || m_extent.lines == 0)
        return;
    const qint64 from = m_hit >= 0 ? m_hit + (backwards ? -1 : 1) : backwards ? m_top - 1 : m_follow ? 0 : m_top;
    const qint64 last = m_extent.lines - 1;
    m_findTicket = m_source->find(*this, {text.toStdString(), false, backwards, from > last ? 0 : from < 0 ? last : from});
}

void LogView::logFound(std::uint64_t ticket, LogFound found)
{
    if (ticket != m_findTicket)
        return;
    m_findTicket = 0;
    if (found.line >= 0) {
        m_hit = found.line;
        reveal(found.line);
    }
    viewport()->update();
    Q_EMIT findEnded(found.line >= 0, found.wrapped);
}

void LogView::reveal(qint64 line)
{
    if (m_follow) {
        m_follow = false;
        Q_EMIT followChanged(false);
    }
    const int page = rowsPerPage();
    if (line < m_top || line >= m_top + page - 1)
        m_top = std::clamp<qint64>(line - page / 3, 0, std::max<qint64>(0, m_extent.lines - 1));
    m_rowsTicket = 0;
    request();
    arrange();
}

void LogView::goTo(qint64 line)
{
    m_hit = line;
    reveal(line);
}

} // namespace runyard
