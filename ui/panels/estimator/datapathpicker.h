#pragma once

#include "bridge/calls.h"
#include "client/datastores.h"

#include <QDialog>
#include <QStandardItemModel>

class QTreeView;

namespace runyard {

class Button;
class Notice;

// Chooses a folder or file of a datastore. Reads one level at a time, when it is opened.
class DataPathPicker final : public QDialog {
    Q_OBJECT
public:
    DataPathPicker(Bridge& bridge, client::Datastores& datastores, QWidget* parent = nullptr);

    QString datastore() const;
    QString path() const;  // without a trailing '/'; empty: the whole datastore

Q_SIGNALS:
    void dataRequested();

private:
    void build();
    void loadStores();
    void showStores(Result<std::vector<api::Datastore>> stores);
    void load(QStandardItem* folder);
    void showLevel(const QPersistentModelIndex& place, Result<std::vector<api::Blob>> blobs);
    QStandardItem* makeItem(const QString& text, const QString& store, const QString& path, bool isFolder) const;

    client::Datastores& m_datastores;
    QStandardItemModel m_model;
    QTreeView* m_tree;
    Notice* m_notice;
    Button* m_choose;
    Calls m_calls;
};

} // namespace runyard
