#include "blobtree.h"

#include "theme/icons.h"
#include "theme/state.h"
#include "theme/textrole.h"

#include <QLocale>

#include <algorithm>

namespace runyard {

struct BlobTree::Node {
    enum class Content { Unknown, Asked, Known, Failed };

    Node* parent = nullptr;
    api::Blob blob;
    std::vector<std::unique_ptr<Node>> children;
    Content content = Content::Unknown;

    bool isFolder() const { return !parent || blob.isFolder; }

    QString label() const
    {
        std::string name = blob.name;
        if (blob.isFolder && !name.empty())
            name.pop_back();
        return QString::fromStdString(name.substr(name.rfind('/') + 1));
    }

    int row() const
    {
        const auto at = std::find_if(parent->children.begin(), parent->children.end(), [this](const auto& child) { return child.get() == this; });
        return static_cast<int>(at - parent->children.begin());
    }
};

static bool isBefore(const api::Blob& one, const api::Blob& other)
{
    return one.isFolder != other.isFolder ? one.isFolder : one.name < other.name;
}

static std::string metadata(const api::Blob& blob, const char* key)
{
    const auto at = blob.metadata.find(key);
    return at == blob.metadata.end() ? std::string() : at->second;
}

BlobTree::BlobTree(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Node>()) {}

BlobTree::~BlobTree() = default;

BlobTree::Node* BlobTree::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

BlobTree::Node* BlobTree::find(const std::string& name) const
{
    Node* node = m_root.get();
    while (node && node->blob.name != name) {
        const auto next = std::find_if(node->children.begin(), node->children.end(), [&](const auto& child) {
            return child->blob.name == name || (child->blob.isFolder && name.starts_with(child->blob.name));
        });
        node = next == node->children.end() ? nullptr : next->get();
    }
    return node;
}

QModelIndex BlobTree::indexFor(const Node* node) const
{
    return !node || !node->parent ? QModelIndex() : createIndex(node->row(), 0, const_cast<Node*>(node));
}

QModelIndex BlobTree::indexOf(const std::string& name) const
{
    return indexFor(find(name));
}

void BlobTree::removeMissing(Node& folder, const std::vector<api::Blob>& blobs)
{
    const QModelIndex at = indexFor(&folder);
    for (int row = static_cast<int>(folder.children.size()) - 1; row >= 0; --row) {
        const api::Blob& blob = folder.children[static_cast<std::size_t>(row)]->blob;
        if (std::any_of(blobs.begin(), blobs.end(), [&](const api::Blob& other) { return other.name == blob.name && other.isFolder == blob.isFolder; }))
            continue;
        beginRemoveRows(at, row, row);
        folder.children.erase(folder.children.begin() + row);
        endRemoveRows();
    }
}

void BlobTree::merge(const std::string& prefix, std::vector<api::Blob> blobs)
{
    Node* folder = find(prefix);
    if (!folder)
        return;
    folder->content = Node::Content::Known;
    std::sort(blobs.begin(), blobs.end(), isBefore);
    removeMissing(*folder, blobs);
    const QModelIndex at = indexFor(folder);
    for (std::size_t row = 0; row < blobs.size(); ++row) {  // both are in the same order, so what differs is new
        if (row < folder->children.size() && folder->children[row]->blob.name == blobs[row].name) {
            folder->children[row]->blob = std::move(blobs[row]);
            continue;
        }
        beginInsertRows(at, static_cast<int>(row), static_cast<int>(row));
        auto node = std::make_unique<Node>();
        node->parent = folder;
        node->blob = std::move(blobs[row]);
        folder->children.insert(folder->children.begin() + static_cast<std::ptrdiff_t>(row), std::move(node));
        endInsertRows();
    }
    if (!folder->children.empty())
        Q_EMIT dataChanged(index(0, 0, at), index(rowCount(at) - 1, ColumnCount - 1, at));
}

void BlobTree::fail(const std::string& prefix)
{
    if (Node* folder = find(prefix); folder && folder->content == Node::Content::Asked)
        folder->content = Node::Content::Failed;
}

void BlobTree::clear()
{
    if (!m_root->children.empty()) {
        beginRemoveRows({}, 0, rowCount() - 1);
        m_root->children.clear();
        endRemoveRows();
    }
    m_root->content = Node::Content::Unknown;
}

std::vector<std::string> BlobTree::known() const
{
    std::vector<std::string> prefixes;
    std::vector<const Node*> open{m_root.get()};
    while (!open.empty()) {
        const Node* node = open.back();
        open.pop_back();
        prefixes.push_back(node->blob.name);
        for (const auto& child : node->children) {
            if (child->isFolder() && child->content != Node::Content::Unknown)
                open.push_back(child.get());
        }
    }
    return prefixes;
}

const api::Blob* BlobTree::blobAt(const QModelIndex& index) const
{
    return index.isValid() ? &nodeOf(index)->blob : nullptr;
}

std::string BlobTree::folderAt(const QModelIndex& index) const
{
    const Node* node = nodeOf(index);
    return node->isFolder() ? node->blob.name : node->parent->blob.name;
}

QModelIndex BlobTree::index(int row, int column, const QModelIndex& parent) const
{
    const Node* node = nodeOf(parent);
    if (parent.column() > 0 || row < 0 || column < 0 || column >= ColumnCount || row >= static_cast<int>(node->children.size()))
        return {};
    return createIndex(row, column, node->children[static_cast<std::size_t>(row)].get());
}

QModelIndex BlobTree::parent(const QModelIndex& index) const
{
    return index.isValid() ? indexFor(nodeOf(index)->parent) : QModelIndex();
}

int BlobTree::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int BlobTree::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

bool BlobTree::hasChildren(const QModelIndex& parent) const
{
    if (parent.column() > 0)
        return false;
    const Node* node = nodeOf(parent);
    return node->isFolder() && (node->content != Node::Content::Known || !node->children.empty());
}

bool BlobTree::canFetchMore(const QModelIndex& parent) const
{
    const Node* node = nodeOf(parent);
    return node->parent && parent.column() == 0 && node->isFolder() && node->content == Node::Content::Unknown;
}

void BlobTree::fetchMore(const QModelIndex& parent)
{
    if (!canFetchMore(parent))
        return;
    Node* node = nodeOf(parent);
    node->content = Node::Content::Asked;
    Q_EMIT folderNeeded(QString::fromStdString(node->blob.name));
}

QVariant BlobTree::text(const Node& node, int column) const
{
    const api::Blob& blob = node.blob;
    switch (column) {
    case Name: return node.label();
    case Size: return blob.isFolder ? QVariant() : QVariant(static_cast<qlonglong>(blob.size));
    case Digest: return QString::fromStdString(metadata(blob, "sha256").substr(0, 12));
    case Modified: return blob.modified > 0 ? QVariant(static_cast<qlonglong>(blob.modified)) : QVariant();
    case State: break;
    default: return {};
    }
    if (blob.isFolder)
        return {};
    if (metadata(blob, "changed") == "true")
        return tr("changed");
    return metadata(blob, "sha256").empty() ? tr("no digest") : tr("verified");
}

QVariant BlobTree::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Node& node = *nodeOf(index);
    switch (role) {
    case Qt::DisplayRole: return text(node, index.column());
    case Qt::DecorationRole: return index.column() == Name ? QVariant(themeIcon(node.blob.isFolder ? QStringLiteral("folder") : QStringLiteral("file"))) : QVariant();
    case Qt::FontRole: return index.column() == Digest ? QVariant(roleFont(TextRole::Mono)) : QVariant();
    case Qt::TextAlignmentRole: return static_cast<int>(Qt::AlignVCenter | (index.column() == Size ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ToolTipRole:
        if (index.column() == Size && !node.blob.isFolder)
            return tr("%1 bytes").arg(QLocale().toString(static_cast<qlonglong>(node.blob.size)));
        return QString::fromStdString(index.column() == Digest ? metadata(node.blob, "sha256") : node.blob.name);
    case StateKindRole:
        if (metadata(node.blob, "changed") == "true")
            return static_cast<int>(StateKind::Warning);
        return static_cast<int>(metadata(node.blob, "sha256").empty() ? StateKind::Neutral : StateKind::Success);
    default: return {};
    }
}

QVariant BlobTree::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == Size)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Name");
    case Size: return tr("Size");
    case Digest: return tr("SHA-256");
    case Modified: return tr("Modified");
    case State: return tr("State");
    default: return {};
    }
}

} // namespace runyard
