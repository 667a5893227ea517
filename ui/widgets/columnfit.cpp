#include "columnfit.h"

#include "theme/metrics.h"

#include <QEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QScopedValueRollback>
#include <QTableView>

#include <algorithm>
#include <cmath>
#include <utility>

namespace runyard {

constexpr double least = 0.7;

ColumnFit::ColumnFit(QTableView* table, QVector<int> widths, int others)
    : QObject(table), m_table(table), m_header(table->horizontalHeader()), m_widths(std::move(widths)), m_others(others)
{
    table->viewport()->installEventFilter(this);
    connect(m_header, &QHeaderView::sectionCountChanged, this, &ColumnFit::fit);
    connect(m_header, &QHeaderView::sectionResized, this, [this](int column, int, int now) { drawn(column, now); });
    fit();
}

bool ColumnFit::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::FontChange)
        fit();
    return QObject::eventFilter(watched, event);
}

void ColumnFit::drawn(int column, int width)
{
    if (m_isFitting || !(QGuiApplication::mouseButtons() & Qt::LeftButton))
        return;
    m_drawn.insert(column, width);
    fit();
}

double ColumnFit::share(int column) const
{
    const auto held = m_drawn.find(column);
    return held != m_drawn.end() ? *held : px(m_widths.value(column, m_others));
}

void ColumnFit::fit()
{
    if (m_isFitting)
        return;
    const QScopedValueRollback<bool> fitting(m_isFitting, true);
    double open = 0;
    double given = 0;
    int last = -1;
    for (int at = 0; at < m_header->count(); ++at) {
        const int column = m_header->logicalIndex(at);
        if (m_header->isSectionHidden(column))
            continue;
        (m_drawn.contains(column) ? given : open) += share(column);
        last = column;
    }
    const double room = m_table->viewport()->width() - given;
    const double factor = open > 0 ? std::max(least, room / open) : 1;
    double rest = std::max(room, std::floor(open * factor)) + given;
    for (int at = 0; at < m_header->count(); ++at) {
        const int column = m_header->logicalIndex(at);
        if (m_header->isSectionHidden(column))
            continue;
        const double wanted = m_drawn.contains(column) ? share(column) : std::floor(share(column) * factor);
        const int width = static_cast<int>(column == last ? std::max(wanted, rest) : wanted);
        m_header->resizeSection(column, width);
        rest -= width;
    }
}

} // namespace runyard
