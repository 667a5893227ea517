#pragma once

#include "api/datastore.h"

#include <QAbstractItemModel>

#include <memory>
#include <vector>

namespace runyard {

// The files of a datastore as a tree. A folder asks for its content when it is first opened; contents are merged by name.
class BlobTree final : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Size, Digest, Modified, State, ColumnCount };

    explicit BlobTree(QObject* parent = nullptr);
    ~BlobTree() override;

    // What lies right below `prefix` ("" or "mnist/").
    void merge(const std::string& prefix, std::vector<api::Blob> blobs);
    void fail(const std::string& prefix);  // may be asked for again by refresh()
    void clear();

    // Prefixes of the folders whose content is known or under way, the root first.
    std::vector<std::string> known() const;
    // Null for the root.
    const api::Blob* blobAt(const QModelIndex& index) const;
    // The folder that the index is, or lies in: "" or "mnist/".
    std::string folderAt(const QModelIndex& index) const;
    QModelIndex indexOf(const std::string& name) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    bool hasChildren(const QModelIndex& parent = {}) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void folderNeeded(const QString& prefix);

private:
    struct Node;

    Node* nodeOf(const QModelIndex& index) const;
    Node* find(const std::string& name) const;
    QModelIndex indexFor(const Node* node) const;
    QVariant text(const Node& node, int column) const;
    void removeMissing(Node& folder, const std::vector<api::Blob>& blobs);

    std::unique_ptr<Node> m_root;
};

} // namespace runyard
