#include "datapanel.h"

#include "blobdetails.h"
#include "blobview.h"
#include "storedelegate.h"
#include "theme/metrics.h"
#include "transferrow.h"
#include "uploadform.h"
#include "widgets/card.h"
#include "widgets/emptystate.h"
#include "widgets/format.h"
#include "widgets/fourfaces.h"
#include "widgets/views.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QListWidget>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

namespace runyard {

// The transfers of the client answer with a summary; the row has it from the progress already.
static Task<Result<>> uploading(client::Datastores& datastores, client::UploadRequest request, Sink<client::TransferProgress> sink)
{
    const auto summary = co_await datastores.upload(std::move(request), sink);
    if (!summary)
        co_return Failure(summary.error());
    co_return Result<>();
}

DataPanel::DataPanel(Bridge& bridge, client::Datastores& datastores, QWidget* parent)
    : Page(tr("Data"), tr("Files that runs mount, download or upload"), parent), m_bridge(bridge), m_datastores(datastores), m_calls(bridge)
{
    setObjectName(QStringLiteral("dataPanel"));
    build();
    connectParts();
}

DataPanel::~DataPanel() = default;

void DataPanel::build()
{
    auto* again = header()->addAction(tr("Refresh"));
    again->setObjectName(QStringLiteral("dataRefresh"));
    auto* open = header()->addAction(tr("Upload…"), Button::Primary);
    open->setObjectName(QStringLiteral("dataUpload"));
    connect(again, &Button::clicked, this, &DataPanel::refresh);
    connect(open, &Button::clicked, this, &DataPanel::openForm);

    m_form = new UploadForm(this);
    m_form->hide();
    m_details = new BlobDetails(m_bridge, m_datastores, this);
    auto* split = new QSplitter(Qt::Horizontal, this);
    split->setChildrenCollapsible(false);
    split->addWidget(makeStores());
    split->addWidget(makeFiles());
    split->addWidget(m_details);
    split->setSizes({px(230), px(640), px(300)});
    split->setStretchFactor(1, 1);
    m_details->setMinimumWidth(px(280));
    content()->addWidget(m_form);
    content()->addWidget(split, 1);
    m_transferCard = makeTransfers();
    content()->addWidget(m_transferCard);
}

Card* DataPanel::makeStores()
{
    auto* card = new Card(tr("Datastores"), Card::Padding::Inside, this);
    m_stores = new QListWidget(card);
    m_stores->setObjectName(QStringLiteral("dataStores"));
    dressList(m_stores);
    m_stores->setItemDelegate(new StoreDelegate(m_stores));
    card->body()->addWidget(m_stores);
    card->setMinimumWidth(px(190));
    return card;
}

Card* DataPanel::makeFiles()
{
    auto* card = new Card(QString(), Card::Padding::None, this);
    m_view = new BlobView(card);
    m_view->setModel(&m_tree);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(BlobTree::Name, QHeaderView::Stretch);
    const int widths[] = {280, 90, 116, 116, 100};
    for (int column = 0; column < BlobTree::ColumnCount; ++column)
        m_view->header()->resizeSection(column, px(widths[column]));
    m_view->header()->setMinimumSectionSize(px(70));
    m_faces = new FourFaces(m_view, new EmptyState(QStringLiteral("upload"), tr("No files yet. Upload some, or drop them here."), tr("Upload…"), card), card);
    card->body()->addWidget(m_faces);
    card->setMinimumWidth(px(380));
    return card;
}

Card* DataPanel::makeTransfers()
{
    auto* card = new Card(tr("Transfers"), Card::Padding::Inside, this);
    card->setObjectName(QStringLiteral("transfers"));
    card->body()->setSpacing(0);
    card->hide();
    return card;
}

void DataPanel::connectParts()
{
    connect(m_stores, &QListWidget::currentRowChanged, this, &DataPanel::chooseStore);
    connect(&m_tree, &BlobTree::folderNeeded, this, [this](const QString& prefix) { load(prefix.toStdString()); });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &DataPanel::showChosen);
    connect(m_faces, &FourFaces::tryAgain, this, [this] {
        if (m_store.isEmpty())
            loadStores();
        else
            refresh();
    });
    connect(m_faces, &FourFaces::fill, this, &DataPanel::openForm);
    connect(m_form, &UploadForm::accepted, this, [this](const QStringList& sources, const QString& target, bool overwrite) {
        upload(sources, target, overwrite ? client::Overwrite::Yes : client::Overwrite::No);
    });
    connect(m_view, &BlobView::dropped, this, [this](const QStringList& paths, const QModelIndex& onto) {
        upload(paths, UploadForm::targetFor(paths, QString::fromStdString(m_tree.folderAt(onto))), client::Overwrite::No);
    });
    connect(m_details, &BlobDetails::downloadRequested, this, &DataPanel::download);
    connect(m_details, &BlobDetails::useRequested, this, &DataPanel::useRequested);
    connect(m_details, &BlobDetails::removed, this, [this](const QString& folder) { load(folder.toStdString()); });
}

void DataPanel::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    if (m_store.isEmpty())
        loadStores();
    else
        refresh();
}

void DataPanel::loadStores()
{
    if (!m_calls.isIdle())
        return;
    m_faces->setLoading();
    m_calls.start(m_datastores.list(), [this](Result<std::vector<api::Datastore>> stores) { fillStores(std::move(stores)); });
}

void DataPanel::fillStores(Result<std::vector<api::Datastore>> stores)
{
    if (!stores) {
        m_faces->setFailed(QString::fromStdString(stores.error().message), QString::fromStdString(stores.error().detail));
        return;
    }
    int chosen = 0;
    for (const auto& store : *stores) {
        auto* item = new QListWidgetItem(QString::fromStdString(store.name), m_stores);
        item->setToolTip(store.isDefault ? tr("The default datastore") : QString::fromStdString(store.description));
        item->setData(StoreDelegate::DefaultRole, store.isDefault);
        if (store.isDefault)
            chosen = m_stores->row(item);
    }
    m_stores->setCurrentRow(chosen);
}

void DataPanel::chooseStore()
{
    const QListWidgetItem* item = m_stores->currentItem();
    if (!item)
        return;
    m_store = item->text();
    m_browses.clear();
    m_tree.clear();
    m_details->showNothing();
    header()->setCaption(m_store);
    load({});
}

void DataPanel::refresh()
{
    for (const std::string& prefix : m_tree.known())
        load(prefix);
}

void DataPanel::load(const std::string& prefix)
{
    if (prefix.empty())
        m_faces->setLoading();
    auto calls = std::make_unique<Calls>(m_bridge);
    calls->start(m_datastores.browse(m_store.toStdString(), prefix), [this, prefix](Result<std::vector<api::Blob>> blobs) { fillFolder(prefix, std::move(blobs)); });
    m_browses[prefix] = std::move(calls);
}

void DataPanel::fillFolder(const std::string& prefix, Result<std::vector<api::Blob>> blobs)
{
    if (!blobs) {
        m_tree.fail(prefix);
        m_faces->setFailed(QString::fromStdString(blobs.error().message), QString::fromStdString(blobs.error().detail));
        return;
    }
    m_tree.merge(prefix, std::move(*blobs));
    if (m_tree.rowCount() == 0)
        m_faces->setEmpty();
    else if (prefix.empty() || m_faces->face() != FourFaces::Face::Failed)
        m_faces->setFilled();
    showChosen();
}

void DataPanel::showChosen()
{
    const api::Blob* blob = m_tree.blobAt(m_view->currentIndex());
    if (blob)
        m_details->show(m_store, *blob);
    else
        m_details->showNothing();
}

QString DataPanel::chosenFolder() const
{
    return QString::fromStdString(m_tree.folderAt(m_view->currentIndex()));
}

void DataPanel::openForm()
{
    m_form->openFor(m_store, chosenFolder());
}

void DataPanel::upload(const QStringList& sources, const QString& target, client::Overwrite overwrite)
{
    const auto request = UploadForm::request(sources, m_store, target, overwrite);
    const QString to = m_store + QLatin1Char('/') + QString::fromStdString(request.target);
    const QString name = sources.size() == 1 ? QDir(sources.first()).dirName() : tr("%1 files").arg(sources.size());
    addTransfer(name, QStringLiteral("→ ") + to, [this, request](Sink<client::TransferProgress> sink) { return uploading(m_datastores, request, sink); });
}

void DataPanel::download(const api::Blob& blob)
{
    const QString parent = QFileDialog::getExistingDirectory(this, tr("Folder to download into"));
    if (parent.isEmpty())
        return;
    const QString name = QString::fromStdString(blob.name).section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty);
    const QString folder = QDir(parent).filePath(name);
    addTransfer(name, QStringLiteral("→ ") + folder, [this, store = m_store.toStdString(), path = blob.name, folder](Sink<client::TransferProgress> sink) {
        return m_datastores.download(store, path, folder.toStdString(), client::Overwrite::No, sink);
    });
}

void DataPanel::addTransfer(const QString& name, const QString& detail, std::function<Task<Result<>>(Sink<client::TransferProgress>)> make)
{
    auto* row = new TransferRow(m_bridge, name, detail, std::move(make), m_transferCard);
    row->setSeparated(!m_transfers.isEmpty());
    m_transferCard->body()->insertWidget(0, row);
    m_transferCard->show();
    m_transfers.append(row);
    connect(row, &TransferRow::changed, this, &DataPanel::noteTransfers);
    connect(row, &TransferRow::ended, this, &DataPanel::refresh);
    while (m_transfers.size() > 4 && !m_transfers.first()->isRunning())
        m_transfers.takeFirst()->deleteLater();
    m_transfers.first()->setSeparated(false);
    row->start();
}

void DataPanel::noteTransfers()
{
    int running = 0;
    double rate = 0;
    for (const TransferRow* row : m_transfers) {
        running += row->isRunning() ? 1 : 0;
        rate += std::max(0.0, row->rate());
    }
    Q_EMIT transfersChanged(running, rate);
}

} // namespace runyard
