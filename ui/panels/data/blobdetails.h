#pragma once

#include "api/datastore.h"
#include "bridge/calls.h"
#include "client/datastores.h"
#include "widgets/card.h"

#include <optional>

class QLabel;

namespace runyard {

class Button;
class ElidedLabel;
class KeyValueList;
class Notice;
class Thumbnails;

// The chosen file or folder of a datastore: preview, digest, path, and what can be done with it.
class BlobDetails final : public Card {
    Q_OBJECT
public:
    BlobDetails(Bridge& bridge, client::Datastores& datastores, QWidget* parent = nullptr);

    void show(const QString& datastore, const api::Blob& blob);
    void showNothing();

Q_SIGNALS:
    void downloadRequested(const api::Blob& blob);
    void useRequested(const QString& datastore, const QString& path);  // in a new run
    void removed(const QString& folder);  // prefix that has changed

private:
    void build();
    void showFacts();
    void loadPreview();
    void fill(const Result<std::string>& head);
    void askToRemove();
    void remove();

    client::Datastores& m_datastores;
    QString m_datastore;
    std::optional<api::Blob> m_blob;
    ElidedLabel* m_name;
    Thumbnails* m_thumbnails;
    QLabel* m_text;
    QLabel* m_caption;
    KeyValueList* m_facts;
    QWidget* m_buttons;
    Notice* m_notice;
    Calls m_removals;
    Calls m_calls;  // of the preview; ends when another file is chosen
};

} // namespace runyard
