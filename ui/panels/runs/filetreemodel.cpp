#include "filetreemodel.h"

#include "theme/icons.h"
#include "theme/textrole.h"
#include "widgets/format.h"

#include <algorithm>
#include <functional>

namespace runyard {

struct FileTreeModel::Node {
    std::string name;
    std::string path;
    std::int64_t size = 0;
    std::string sha256;
    bool isChanged = false;
    bool isFolder = false;
    Node* parent = nullptr;
    std::vector<std::unique_ptr<Node>> children;  // folders first, then by name

    int row() const
    {
        const auto& all = parent->children;
        return static_cast<int>(std::find_if(all.begin(), all.end(), [this](const auto& c) { return c.get() == this; }) - all.begin());
    }
};

FileTreeModel::FileTreeModel(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Node>())
{
    m_root->isFolder = true;
}

FileTreeModel::~FileTreeModel() = default;

void FileTreeModel::setFiles(const std::vector<api::Blob>& blobs)
{
    std::vector<std::string> kept;
    for (const api::Blob& blob : blobs) {
        if (!blob.isFolder)
            kept.push_back(blob.name);
    }
    std::sort(kept.begin(), kept.end());
    prune(m_root.get(), kept);
    for (const api::Blob& blob : blobs) {
        if (!blob.isFolder && !blob.name.empty())
            add(blob);
    }
    m_files = static_cast<int>(kept.size());
    m_hasDigests = std::any_of(blobs.begin(), blobs.end(), [](const api::Blob& blob) { return blob.metadata.contains("sha256"); });
    sum(m_root.get());
}

void FileTreeModel::add(const api::Blob& blob)
{
    const std::size_t slash = blob.name.rfind('/');
    Node* parent = slash == std::string::npos ? m_root.get() : folder(blob.name.substr(0, slash));
    Node* file = child(parent, slash == std::string::npos ? blob.name : blob.name.substr(slash + 1), false);
    const auto digest = blob.metadata.find("sha256");
    const std::string sha256 = digest == blob.metadata.end() ? std::string() : digest->second;
    const bool isChanged = blob.metadata.contains("changed");
    if (file->size == blob.size && file->sha256 == sha256 && file->isChanged == isChanged)
        return;
    file->size = blob.size;
    file->sha256 = sha256;
    file->isChanged = isChanged;
    const QModelIndex place = indexFor(file);
    Q_EMIT dataChanged(place, place.siblingAtColumn(ColumnCount - 1));
}

FileTreeModel::Node* FileTreeModel::folder(const std::string& path)
{
    Node* at = m_root.get();
    std::size_t begin = 0;
    while (begin < path.size()) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        at = child(at, path.substr(begin, end - begin), true);
        begin = end + 1;
    }
    return at;
}

FileTreeModel::Node* FileTreeModel::child(Node* parent, const std::string& name, bool isFolder)
{
    const auto before = [](const auto& one, const std::pair<bool, std::string>& two) {
        return one->isFolder != two.first ? one->isFolder : one->name < two.second;
    };
    const auto place = std::lower_bound(parent->children.begin(), parent->children.end(), std::pair(isFolder, name), before);
    if (place != parent->children.end() && (*place)->name == name && (*place)->isFolder == isFolder)
        return place->get();
    auto made = std::make_unique<Node>();
    made->name = name;
    made->path = parent->path.empty() ? name : parent->path + '/' + name;
    made->isFolder = isFolder;
    made->parent = parent;
    Node* result = made.get();
    const int row = static_cast<int>(place - parent->children.begin());
    beginInsertRows(indexFor(parent), row, row);
    parent->children.insert(place, std::move(made));
    endInsertRows();
    return result;
}

// True where nothing is left of the node.
bool FileTreeModel::prune(Node* at, const std::vector<std::string>& kept)
{
    for (int row = static_cast<int>(at->children.size()) - 1; row >= 0; --row) {
        Node* each = at->children[static_cast<std::size_t>(row)].get();
        const bool isGone = each->isFolder ? prune(each, kept) : !std::binary_search(kept.begin(), kept.end(), each->path);
        if (!isGone)
            continue;
        beginRemoveRows(indexFor(at), row, row);
        at->children.erase(at->children.begin() + row);
        endRemoveRows();
    }
    return at->children.empty();
}

void FileTreeModel::sum(Node* at)
{
    std::int64_t total = 0;
    for (const auto& each : at->children) {
        if (each->isFolder)
            sum(each.get());
        total += each->size;
    }
    if (at->size == total)
        return;
    at->size = total;
    if (at != m_root.get())
        Q_EMIT dataChanged(indexFor(at).siblingAtColumn(Size), indexFor(at).siblingAtColumn(Size));
}

std::int64_t FileTreeModel::bytes() const
{
    return m_root->size;
}

FileTreeModel::Node* FileTreeModel::node(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex FileTreeModel::indexFor(Node* at) const
{
    return at == m_root.get() ? QModelIndex() : createIndex(at->row(), 0, at);
}

QModelIndex FileTreeModel::indexOf(const QString& path) const
{
    const std::string wanted = path.toStdString();
    Node* at = m_root.get();
    for (;;) {
        const auto next = std::find_if(at->children.begin(), at->children.end(), [&](const auto& each) {
            return each->path == wanted || (each->isFolder && wanted.starts_with(each->path + '/'));
        });
        if (next == at->children.end())
            return {};
        at = next->get();
        if (at->path == wanted)
            return indexFor(at);
    }
}

QStringList FileTreeModel::folders() const
{
    QStringList result;
    const std::function<void(const Node&)> walk = [&](const Node& at) {
        for (const auto& each : at.children) {
            if (!each->isFolder)
                continue;
            result.append(QString::fromStdString(each->path));
            walk(*each);
        }
    };
    walk(*m_root);
    return result;
}

QModelIndex FileTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, node(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex FileTreeModel::parent(const QModelIndex& child) const
{
    return child.isValid() ? indexFor(node(child)->parent) : QModelIndex();
}

int FileTreeModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(node(parent)->children.size());
}

int FileTreeModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QVariant FileTreeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Node& at = *node(index);
    switch (role) {
    case Qt::DisplayRole: return text(at, index.column());
    case Qt::DecorationRole:
        return index.column() == Name ? QVariant(themeIcon(at.isFolder ? QStringLiteral("folder") : QStringLiteral("file"))) : QVariant();
    case Qt::TextAlignmentRole: return index.column() == Size ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case Qt::FontRole: return index.column() == Digest ? QVariant(roleFont(TextRole::Mono)) : QVariant();
    case Qt::ToolTipRole:
        if (index.column() == Size)
            return formatBytesExact(at.size);
        return QString::fromStdString(index.column() == Digest ? at.sha256 : at.path);
    case PathRole: return QString::fromStdString(at.path);
    case FolderRole: return at.isFolder;
    default: return {};
    }
}

QVariant FileTreeModel::text(const Node& at, int column) const
{
    if (column == Name)
        return QString::fromStdString(at.name);
    if (column == Size)
        return formatBytes(static_cast<double>(at.size));
    return at.isChanged ? tr("changed since") : QString::fromStdString(at.sha256.substr(0, 12));
}

QVariant FileTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == Size)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Name");
    case Size: return tr("Size");
    default: return tr("SHA-256");
    }
}

} // namespace runyard
