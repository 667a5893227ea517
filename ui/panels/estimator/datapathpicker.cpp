#include "datapathpicker.h"

#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/notice.h"
#include "widgets/views.h"

#include <QHBoxLayout>
#include <QTreeView>
#include <QVBoxLayout>

namespace runyard {

namespace {

enum Role { StoreRole = Qt::UserRole, PathRole, FolderRole, LoadedRole };

} // namespace

DataPathPicker::DataPathPicker(Bridge& bridge, client::Datastores& datastores, QWidget* parent)
    : QDialog(parent), m_datastores(datastores), m_tree(new QTreeView(this)), m_notice(new Notice(this)),
      m_choose(new Button(tr("Choose"), Button::Primary, this)), m_calls(bridge)
{
    build();
    connect(m_tree, &QTreeView::expanded, this, [this](const QModelIndex& index) { load(m_model.itemFromIndex(index)); });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) { m_choose->setEnabled(now.isValid()); });
    connect(m_choose, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_notice, &Notice::tryAgain, this, &DataPathPicker::loadStores);
    loadStores();
}

void DataPathPicker::build()
{
    setWindowTitle(tr("Choose a path of a datastore"));
    setObjectName(QStringLiteral("dataPathPicker"));
    resize(px(460), px(420));
    m_tree->setObjectName(QStringLiteral("dataPathTree"));
    m_tree->setModel(&m_model);
    m_tree->setHeaderHidden(true);
    m_tree->setExpandsOnDoubleClick(true);
    dress(m_tree);
    m_choose->setObjectName(QStringLiteral("dataPathChoose"));
    m_choose->setEnabled(false);
    m_choose->setDefault(true);
    auto* upload = new Button(tr("Upload data…"), Button::Ghost, this);
    auto* cancel = new Button(tr("Cancel"), this);
    auto* row = new QHBoxLayout;
    row->addWidget(upload);
    row->addStretch();
    row->addWidget(cancel);
    row->addWidget(m_choose);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_notice);
    layout->addWidget(m_tree, 1);
    layout->addLayout(row);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(upload, &QPushButton::clicked, this, [this] {
        reject();
        Q_EMIT dataRequested();
    });
}

void DataPathPicker::loadStores()
{
    m_calls.start(m_datastores.list(), [this](Result<std::vector<api::Datastore>> stores) { showStores(std::move(stores)); });
}

void DataPathPicker::showStores(Result<std::vector<api::Datastore>> stores)
{
    if (!stores)
        return m_notice->showError(QString::fromStdString(stores.error().message), QString::fromStdString(stores.error().detail));
    m_notice->dismiss();
    m_model.clear();
    for (const api::Datastore& store : *stores) {
        const QString name = QString::fromStdString(store.name);
        QStandardItem* item = makeItem(store.isDefault ? tr("%1 (default)").arg(name) : name, name, QString(), true);
        m_model.appendRow(item);
        if (store.isDefault)
            m_tree->expand(item->index());
    }
}

QStandardItem* DataPathPicker::makeItem(const QString& text, const QString& store, const QString& path, bool isFolder) const
{
    auto* item = new QStandardItem(themeIcon(isFolder ? QStringLiteral("folder") : QStringLiteral("file")), text);
    item->setEditable(false);
    item->setData(store, StoreRole);
    item->setData(path, PathRole);
    item->setData(isFolder, FolderRole);
    if (isFolder)
        item->appendRow(new QStandardItem(tr("…")));
    return item;
}

void DataPathPicker::load(QStandardItem* folder)
{
    if (!folder || folder->data(LoadedRole).toBool())
        return;
    folder->setData(true, LoadedRole);
    const QPersistentModelIndex place(folder->index());
    m_calls.start(m_datastores.browse(folder->data(StoreRole).toString().toStdString(), folder->data(PathRole).toString().toStdString()),
                  [this, place](Result<std::vector<api::Blob>> blobs) { showLevel(place, std::move(blobs)); });
}

void DataPathPicker::showLevel(const QPersistentModelIndex& place, Result<std::vector<api::Blob>> blobs)
{
    QStandardItem* folder = place.isValid() ? m_model.itemFromIndex(place) : nullptr;
    if (!folder)
        return;
    if (!blobs) {
        folder->setData(false, LoadedRole);
        m_tree->collapse(place);
        return m_notice->showError(QString::fromStdString(blobs.error().message), QString::fromStdString(blobs.error().detail), Notice::Retry::None);
    }
    folder->removeRows(0, folder->rowCount());
    const QString prefix = folder->data(PathRole).toString();
    for (const api::Blob& blob : *blobs) {
        const QString path = QString::fromStdString(blob.name);
        QString name = path.mid(prefix.size());
        if (name.endsWith(QLatin1Char('/')))
            name.chop(1);
        folder->appendRow(makeItem(name, folder->data(StoreRole).toString(), path, blob.isFolder));
    }
    if (blobs->empty()) {
        auto* nothing = new QStandardItem(tr("nothing here yet"));
        nothing->setEnabled(false);
        folder->appendRow(nothing);
    }
}

QString DataPathPicker::datastore() const
{
    return m_tree->currentIndex().data(StoreRole).toString();
}

QString DataPathPicker::path() const
{
    const QString path = m_tree->currentIndex().data(PathRole).toString();
    return path.endsWith(QLatin1Char('/')) ? path.chopped(1) : path;
}

} // namespace runyard
