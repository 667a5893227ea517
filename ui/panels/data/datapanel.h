#pragma once

#include "bridge/calls.h"
#include "client/datastores.h"
#include "models/blobtree.h"
#include "widgets/page.h"

#include <QVector>

#include <functional>
#include <map>
#include <memory>

class QListWidget;

namespace runyard {

class BlobDetails;
class BlobView;
class Card;
class FourFaces;
class TransferRow;
class UploadForm;

// Datastores and their files; uploads by form or by dropping, with progress; preview, download, delete.
class DataPanel final : public Page {
    Q_OBJECT
public:
    DataPanel(Bridge& bridge, client::Datastores& datastores, QWidget* parent = nullptr);
    ~DataPanel() override;

    void refresh();

Q_SIGNALS:
    void transfersChanged(int running, double bytesPerSecond);
    void useRequested(const QString& datastore, const QString& path);  // in a new run

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    Card* makeStores();
    Card* makeFiles();
    Card* makeTransfers();
    void connectParts();
    void loadStores();
    void fillStores(Result<std::vector<api::Datastore>> stores);
    void chooseStore();
    void load(const std::string& prefix);
    void fillFolder(const std::string& prefix, Result<std::vector<api::Blob>> blobs);
    void showChosen();
    void openForm();
    void upload(const QStringList& sources, const QString& target, client::Overwrite overwrite);
    void download(const api::Blob& blob);
    void addTransfer(const QString& name, const QString& detail, std::function<Task<Result<>>(Sink<client::TransferProgress>)> make);
    void noteTransfers();
    QString chosenFolder() const;

    Bridge& m_bridge;
    client::Datastores& m_datastores;
    BlobTree m_tree;
    QString m_store;
    QListWidget* m_stores;
    BlobView* m_view;
    FourFaces* m_faces;
    BlobDetails* m_details;
    UploadForm* m_form;
    Card* m_transferCard;
    QVector<TransferRow*> m_transfers;
    std::map<std::string, std::unique_ptr<Calls>> m_browses;  // by prefix: a newer look replaces an older one
    Calls m_calls;
};

} // namespace runyard
