#include "filestab.h"

#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/card.h"
#include "widgets/codeview.h"
#include "widgets/elidedlabel.h"
#include "widgets/emptystate.h"
#include "widgets/fourfaces.h"
#include "widgets/hairline.h"
#include "widgets/notice.h"
#include "widgets/progressrow.h"
#include "widgets/views.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QStackedLayout>
#include <QStandardPaths>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

namespace {

constexpr std::int64_t previewLimit = 256 * 1024;

bool isText(const std::string& content)
{
    return content.find('\0') == std::string::npos;
}

} // namespace

FilesTab::FilesTab(Bridge& bridge, client::Runs& runs, Of of, QWidget* parent)
    : QWidget(parent), m_runs(runs), m_of(of), m_tree(new QTreeView), m_faces(nullptr), m_name(new ElidedLabel({}, TextRole::Mono)), m_text(new CodeView),
      m_notice(new Notice(this)), m_download(new Button(tr("Download…"))), m_register(new Button(tr("Register model…"))), m_calls(bridge), m_previews(bridge),
      m_transfer(bridge)
{
    const QString prefix = of == Of::Artifacts ? QStringLiteral("outputs") : QStringLiteral("code");
    setObjectName(prefix + QStringLiteral("Tab"));
    m_tree->setObjectName(prefix + QStringLiteral("Tree"));
    m_text->setObjectName(prefix + QStringLiteral("Preview"));
    m_download->setObjectName(prefix + QStringLiteral("Download"));
    m_register->setObjectName(prefix + QStringLiteral("Register"));
    m_register->setVisible(of == Of::Artifacts);
    auto* splitter = new QSplitter(this);
    splitter->addWidget(makeTree());
    splitter->addWidget(makePreview());
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, px(8), 0, 0);
    layout->addWidget(m_notice);
    layout->addWidget(splitter, 1);
    connectParts();
}

QWidget* FilesTab::makeTree()
{
    m_tree->setModel(&m_files);
    dress(m_tree);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(FileTreeModel::Name, QHeaderView::Stretch);
    m_tree->setColumnHidden(FileTreeModel::Digest, true);  // until a digest is known
    m_tree->header()->resizeSection(FileTreeModel::Size, px(90));
    m_tree->header()->resizeSection(FileTreeModel::Digest, px(116));
    auto* empty = new EmptyState(QStringLiteral("folder"), m_of == Of::Artifacts ? tr("No file yet: what the script writes to ./outputs is kept here.")
                                                                                 : tr("This run has no snapshot of a source folder."));
    m_faces = new FourFaces(m_tree, empty);
    auto* card = new Card({}, Card::Padding::None);
    card->body()->addWidget(m_faces);
    return card;
}

QWidget* FilesTab::makePreview()
{
    auto* card = new Card({}, Card::Padding::None);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(px(13), px(8), px(12), px(8));
    row->setSpacing(px(8));
    row->addWidget(m_name, 1);
    row->addWidget(m_register);
    row->addWidget(m_download);
    m_download->setVisible(m_of == Of::Artifacts);
    m_download->setEnabled(false);
    m_register->setEnabled(false);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    column->addLayout(row);
    column->addWidget(new Hairline);
    column->addWidget(m_text, 1);
    auto* none = new EmptyState(QStringLiteral("file"), tr("Choose a file to see what is in it."));
    m_previewStack = new QStackedLayout;
    m_previewStack->addWidget(none);
    m_previewStack->addWidget(page);
    card->body()->addLayout(m_previewStack);
    return card;
}

void FilesTab::connectParts()
{
    connect(m_faces, &FourFaces::tryAgain, this, &FilesTab::reload);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &FilesTab::preview);
    connect(m_download, &QPushButton::clicked, this, &FilesTab::download);
    connect(m_register, &QPushButton::clicked, this, [this] { Q_EMIT registerRequested(m_tree->currentIndex().data(FileTreeModel::PathRole).toString()); });
}

void FilesTab::open(const QString& id)
{
    m_calls.cancel();
    m_previews.cancel();
    m_transfer.stop();
    delete m_progress;
    m_progress = nullptr;
    m_notice->dismiss();
    m_id = id;
    m_files.setFiles({});
    m_text->setCode({});
    m_name->setText({});
    m_previewStack->setCurrentIndex(0);
}

void FilesTab::reload()
{
    if (m_id.isEmpty())
        return;
    m_calls.cancel();
    m_faces->setLoading();
    const auto receive = [this](Result<std::vector<api::Blob>> blobs) { showFiles(std::move(blobs)); };
    if (m_of == Of::Artifacts)
        m_calls.start(m_runs.artifacts(m_id.toStdString()), receive);
    else
        m_calls.start(m_runs.snapshot(m_id.toStdString()), receive);
}

void FilesTab::showFiles(Result<std::vector<api::Blob>> blobs)
{
    if (!blobs)
        return m_faces->setFailed(QString::fromStdString(blobs.error().message), QString::fromStdString(blobs.error().detail));
    const bool isFirst = m_files.fileCount() == 0;
    m_files.setFiles(*blobs);
    m_tree->setColumnHidden(FileTreeModel::Digest, !m_files.hasDigests());
    if (m_files.fileCount() == 0)
        m_faces->setEmpty();
    else
        m_faces->setFilled();
    if (isFirst)
        expandFirst();
    Q_EMIT loaded();
}

void FilesTab::expandFirst()
{
    if (m_of == Of::Snapshot) {
        m_tree->setCurrentIndex(m_files.index(0, 0));
        return;
    }
    for (const QString& folder : {QStringLiteral("outputs"), QStringLiteral("outputs/model")}) {
        const QModelIndex place = m_files.indexOf(folder);
        if (place.isValid())
            m_tree->expand(place);
    }
}

void FilesTab::preview()
{
    m_previews.cancel();
    const QModelIndex now = m_tree->currentIndex();
    const QString path = now.data(FileTreeModel::PathRole).toString();
    const bool isFolder = now.data(FileTreeModel::FolderRole).toBool();
    m_name->setText(path);
    m_previewStack->setCurrentIndex(now.isValid() ? 1 : 0);
    m_text->setVisible(!isFolder);
    m_download->setEnabled(now.isValid());
    m_register->setEnabled(now.isValid() && path.startsWith(QLatin1String("outputs")));
    m_text->setCode({});
    if (!now.isValid() || isFolder)
        return;
    const auto receive = [this, path](Result<std::string> content) { showPreview(path, std::move(content)); };
    if (m_of == Of::Artifacts)
        m_previews.start(m_runs.artifact(m_id.toStdString(), path.toStdString(), previewLimit), receive);
    else
        m_previews.start(m_runs.snapshotFile(m_id.toStdString(), path.toStdString(), previewLimit), receive);
}

void FilesTab::showPreview(const QString& path, Result<std::string> content)
{
    if (m_tree->currentIndex().data(FileTreeModel::PathRole).toString() != path)
        return;
    if (!content)
        return m_notice->showError(QString::fromStdString(content.error().message), QString::fromStdString(content.error().detail), Notice::Retry::None);
    m_text->setCode(isText(*content) ? QString::fromStdString(*content) : tr("Not text: nothing to preview."));
}

void FilesTab::download()
{
    auto* dialog = new QFileDialog(this, tr("Download into"), QStandardPaths::writableLocation(QStandardPaths::DownloadLocation));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &FilesTab::downloadTo);
    dialog->open();
}

void FilesTab::downloadTo(const QString& folder)
{
    const QString path = m_tree->currentIndex().data(FileTreeModel::PathRole).toString();
    const QString target = folder + QLatin1Char('/') + path.section(QLatin1Char('/'), -1);
    delete m_progress;
    m_progress = new ProgressRow(path, target, this);
    static_cast<QVBoxLayout*>(layout())->insertWidget(1, m_progress);
    connect(m_progress, &ProgressRow::cancelRequested, this, [this] {
        m_transfer.stop();
        m_progress->setEnded(StateKind::Neutral, tr("Canceled"));
    });
    const auto begin = [&](Sink<client::TransferProgress> sink) {
        return m_runs.downloadArtifacts(m_id.toStdString(), path.toStdString(), target.toStdString(), client::Overwrite::No, sink);
    };
    const auto received = [this](const std::vector<client::TransferProgress>& progress) {
        const auto& last = progress.back();
        m_progress->setProgress({last.done, last.total, -1, last.filesDone, last.files});
    };
    m_transfer.start(begin, received, [this, target](Result<> end) { endDownload(target, std::move(end)); });
}

void FilesTab::endDownload(const QString&, Result<> end)
{
    if (end)
        return m_progress->setEnded(StateKind::Success, tr("Downloaded and verified"));
    m_progress->setEnded(StateKind::Danger, tr("Failed"));
    m_notice->showError(QString::fromStdString(end.error().message), QString::fromStdString(end.error().detail), Notice::Retry::None);
}

} // namespace runyard
