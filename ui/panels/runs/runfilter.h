#pragma once

#include <QSortFilterProxyModel>
#include <QStringList>

namespace runyard {

// The runs that hold every word of the search, and are of the states asked for; sorted by what a column means.
class RunFilter final : public QSortFilterProxyModel {
    Q_OBJECT
public:
    enum class States { All, Active, Completed, Failed };

    explicit RunFilter(QObject* parent = nullptr);

    void setSourceModel(QAbstractItemModel* model) override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    void setSearch(const QString& text);
    void setStates(States states);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    QStringList m_words;
    int m_column = -1;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    States m_states = States::All;
};

} // namespace runyard
