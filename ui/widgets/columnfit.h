#pragma once

#include <QHash>
#include <QObject>
#include <QVector>

class QHeaderView;
class QTableView;

namespace runyard {

// Shares a table's width among its columns; see fitColumns().
class ColumnFit final : public QObject {
    Q_OBJECT
public:
    ColumnFit(QTableView* table, QVector<int> widths, int others);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fit();
    void drawn(int column, int width);
    double share(int column) const;

    QTableView* m_table;
    QHeaderView* m_header;
    QVector<int> m_widths;
    int m_others;
    QHash<int, int> m_drawn;  // by the user
    bool m_isFitting = false;
};

} // namespace runyard
