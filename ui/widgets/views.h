#pragma once

#include <QVector>

class QAbstractItemView;
class QTableView;
class QTreeView;

namespace runyard {

// What every table, tree and list of the house has in common: no frame, whole rows selected, smooth scrolling,
// hairlines between the rows of a table, no vertical header.
void dress(QTableView* table);
void dress(QTreeView* tree);
void dressList(QAbstractItemView* list);

// Keeps the columns of a table as wide as it is: each has its share by these widths (at a scale of 1; `others` for columns that come later), and no less than
// seven tenths of it. A column the user has drawn keeps what they gave it.
void fitColumns(QTableView* table, const QVector<int>& widths, int others = 104);

} // namespace runyard
