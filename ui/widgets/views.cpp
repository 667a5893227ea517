#include "views.h"

#include "columnfit.h"
#include "theme/metrics.h"

#include <QHeaderView>
#include <QTableView>
#include <QTreeView>

namespace runyard {

void dressList(QAbstractItemView* list)
{
    list->setFrameShape(QFrame::NoFrame);
    list->setSelectionBehavior(QAbstractItemView::SelectRows);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list->setMouseTracking(true);
}

static void dressHeader(QHeaderView* header)
{
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setStretchLastSection(true);
    header->setMinimumSectionSize(px(48));
    header->setSectionsMovable(true);
}

void dress(QTableView* table)
{
    dressList(table);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setCornerButtonEnabled(false);
    table->setTabKeyNavigation(false);
    table->verticalHeader()->hide();
    dressHeader(table->horizontalHeader());
}

void dress(QTreeView* tree)
{
    dressList(tree);
    tree->setUniformRowHeights(true);
    tree->setAllColumnsShowFocus(true);
    tree->setAnimated(false);
    dressHeader(tree->header());
}

void fitColumns(QTableView* table, const QVector<int>& widths, int others)
{
    table->horizontalHeader()->setStretchLastSection(false);
    new ColumnFit(table, widths, others);
}

} // namespace runyard
