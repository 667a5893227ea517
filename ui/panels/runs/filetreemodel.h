#pragma once

#include "api/datastore.h"

#include <QAbstractItemModel>

#include <memory>
#include <vector>

namespace runyard {

// Files kept with a run, as a tree, merged by path: a refresh closes no folder and moves no selection.
class FileTreeModel final : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Size, Digest, ColumnCount };
    enum Role { PathRole = Qt::UserRole, FolderRole };

    explicit FileTreeModel(QObject* parent = nullptr);
    ~FileTreeModel() override;

    void setFiles(const std::vector<api::Blob>& blobs);
    int fileCount() const { return m_files; }
    std::int64_t bytes() const;
    bool hasDigests() const { return m_hasDigests; }
    QModelIndex indexOf(const QString& path) const;
    QStringList folders() const;  // paths without a trailing '/'

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;

    Node* node(const QModelIndex& index) const;
    QModelIndex indexFor(Node* node) const;
    Node* folder(const std::string& path);
    Node* child(Node* parent, const std::string& name, bool isFolder);
    void add(const api::Blob& blob);
    bool prune(Node* node, const std::vector<std::string>& kept);
    void sum(Node* node);
    QVariant text(const Node& node, int column) const;

    std::unique_ptr<Node> m_root;
    int m_files = 0;
    bool m_hasDigests = false;
};

} // namespace runyard
