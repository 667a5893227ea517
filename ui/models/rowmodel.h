#pragma once

#include <QAbstractTableModel>

#include <algorithm>
#include <string>
#include <vector>

namespace runyard {

// Rows of a value that has a key. merge() makes the rows what they should be by inserting, removing, moving and changing
// single rows, so that selection, scroll position and open editors of a view stay. Columns and roles come from the subclass.
template<typename Row>
class RowModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }
    const std::vector<Row>& rows() const { return m_rows; }
    const Row& rowAt(int row) const { return m_rows[static_cast<std::size_t>(row)]; }

    // -1 where there is none.
    int rowOf(const std::string& key) const
    {
        const auto at = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& row) { return keyOf(row) == key; });
        return at == m_rows.end() ? -1 : static_cast<int>(at - m_rows.begin());
    }

    void merge(std::vector<Row> wanted)
    {
        removeMissing(wanted);
        for (std::size_t at = 0; at < wanted.size(); ++at)
            put(at, std::move(wanted[at]));
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }

protected:
    virtual std::string keyOf(const Row& row) const = 0;

private:
    void removeMissing(const std::vector<Row>& wanted)
    {
        for (int row = rowCount() - 1; row >= 0; --row) {
            const std::string key = keyOf(rowAt(row));
            if (std::any_of(wanted.begin(), wanted.end(), [&](const Row& other) { return keyOf(other) == key; }))
                continue;
            beginRemoveRows({}, row, row);
            m_rows.erase(m_rows.begin() + row);
            endRemoveRows();
        }
    }

    void put(std::size_t at, Row value)
    {
        const int to = static_cast<int>(at);
        const int from = rowOf(keyOf(value));
        if (from < 0) {
            beginInsertRows({}, to, to);
            m_rows.insert(m_rows.begin() + to, std::move(value));
            endInsertRows();
            return;
        }
        if (from != to) {
            beginMoveRows({}, from, from, {}, to > from ? to + 1 : to);
            std::rotate(m_rows.begin() + std::min(from, to), m_rows.begin() + from, m_rows.begin() + std::max(from, to) + 1);
            endMoveRows();
        }
        m_rows[at] = std::move(value);
    }

    std::vector<Row> m_rows;
};

} // namespace runyard
