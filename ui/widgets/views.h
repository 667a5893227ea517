#pragma once

class QAbstractItemView;
class QTableView;
class QTreeView;

namespace runyard {

// What every table, tree and list of the house has in common: no frame, whole rows selected, smooth scrolling,
// hairlines between the rows of a table, no vertical header.
void dress(QTableView* table);
void dress(QTreeView* tree);
void dressList(QAbstractItemView* list);

} // namespace runyard
