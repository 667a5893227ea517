#include "blobdetails.h"

#include "api/uri.h"
#include "preview.h"
#include "theme/metrics.h"
#include "thumbnails.h"
#include "widgets/button.h"
#include "widgets/elidedlabel.h"
#include "widgets/format.h"
#include "widgets/keyvaluelist.h"
#include "widgets/notice.h"
#include "widgets/tintedlabel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace runyard {

BlobDetails::BlobDetails(Bridge& bridge, client::Datastores& datastores, QWidget* parent)
    : Card(QString(), Card::Padding::Inside, parent), m_datastores(datastores), m_removals(bridge), m_calls(bridge)
{
    setObjectName(QStringLiteral("blobDetails"));
    build();
    showNothing();
}

void BlobDetails::build()
{
    m_name = new ElidedLabel(QString(), TextRole::Heading, this);
    m_name->setElide(Qt::ElideMiddle);
    m_thumbnails = new Thumbnails(this);
    m_text = new TintedLabel(QString(), Token::Text, TextRole::Mono, this);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_text->setMaximumHeight(px(160));
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_caption = new TintedLabel(QString(), Token::Muted, TextRole::Body, this);
    m_caption->setWordWrap(true);
    m_facts = new KeyValueList(this);
    m_notice = new Notice(this);
    m_buttons = new QWidget(this);
    auto* grid = new QGridLayout(m_buttons);
    grid->setContentsMargins(0, px(4), 0, 0);
    auto* use = new Button(tr("Use in new run"), m_buttons);
    use->setObjectName(QStringLiteral("dataUse"));
    auto* copy = new Button(tr("Copy path"), m_buttons);
    copy->setObjectName(QStringLiteral("dataCopyPath"));
    auto* download = new Button(tr("Download…"), m_buttons);
    download->setObjectName(QStringLiteral("dataDownload"));
    auto* remove = new Button(tr("Delete"), Button::Danger, m_buttons);
    remove->setObjectName(QStringLiteral("dataDelete"));
    grid->addWidget(use, 0, 0);
    grid->addWidget(download, 0, 1);
    grid->addWidget(copy, 1, 0);
    grid->addWidget(remove, 1, 1);
    grid->setColumnStretch(2, 1);
    for (Button* button : {use, copy, download, remove})
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    body()->addWidget(m_name);
    for (QWidget* part : std::initializer_list<QWidget*>{m_thumbnails, m_text, m_caption, m_facts, m_buttons, m_notice})
        body()->addWidget(part);
    body()->addStretch();
    connect(copy, &Button::clicked, this, [this] { QGuiApplication::clipboard()->setText(QString::fromStdString(api::datastoreUri(m_datastore.toStdString(), m_blob->name))); });
    connect(use, &Button::clicked, this, [this] {
        const QString path = QString::fromStdString(m_blob->name);
        Q_EMIT useRequested(m_datastore, path.endsWith(QLatin1Char('/')) ? path.chopped(1) : path);
    });
    connect(download, &Button::clicked, this, [this] { Q_EMIT downloadRequested(*m_blob); });
    connect(remove, &Button::clicked, this, &BlobDetails::askToRemove);
    connect(m_notice, &Notice::triggered, this, &BlobDetails::remove);
    connect(m_notice, &Notice::tryAgain, this, &BlobDetails::remove);
}

void BlobDetails::showNothing()
{
    m_calls.cancel();
    m_blob.reset();
    m_name->setText(tr("Nothing chosen"));
    m_caption->setText(tr("Choose a file to see what is in it."));
    m_text->hide();
    m_thumbnails->hide();
    m_facts->hide();
    m_buttons->hide();
    m_notice->dismiss();
}

void BlobDetails::show(const QString& datastore, const api::Blob& blob)
{
    const bool isSame = m_blob && m_datastore == datastore && m_blob->name == blob.name && m_blob->etag == blob.etag && m_blob->size == blob.size;
    m_datastore = datastore;
    m_blob = blob;
    showFacts();
    if (isSame)
        return;
    m_notice->dismiss();
    m_text->hide();
    m_thumbnails->hide();
    m_caption->setText(blob.isFolder ? tr("Folder") : QString());
    if (!blob.isFolder)
        loadPreview();
}

void BlobDetails::showFacts()
{
    const QString name = QString::fromStdString(m_blob->name);
    m_name->setText(name.section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty));
    m_facts->clear();
    if (!m_blob->isFolder) {
        m_facts->set(tr("Size"), formatBytes(static_cast<double>(m_blob->size)), KeyValueList::Look::Text, formatBytesExact(m_blob->size));
        const auto digest = m_blob->metadata.find("sha256");
        const QString sha = digest == m_blob->metadata.end() ? QString() : QString::fromStdString(digest->second);
        m_facts->set(tr("SHA-256"), sha.isEmpty() ? tr("not known") : sha.left(16) + QStringLiteral("…"), sha.isEmpty() ? KeyValueList::Look::Text : KeyValueList::Look::Mono, sha);
        m_facts->set(tr("Modified"), formatDateTime(m_blob->modified));
    }
    m_facts->set(tr("Path"), name, KeyValueList::Look::Mono, QString::fromStdString(api::datastoreUri(m_datastore.toStdString(), m_blob->name)));
    m_facts->show();
    m_buttons->show();
}

void BlobDetails::loadPreview()
{
    m_calls.cancel();
    m_calls.start(m_datastores.head(m_datastore.toStdString(), m_blob->name, previewBytes), [this](Result<std::string> head) { fill(head); });
}

void BlobDetails::fill(const Result<std::string>& head)
{
    if (!head) {
        m_caption->setText(QString::fromStdString(head.error().message));
        return;
    }
    const Preview preview = previewOf(*head);
    m_caption->setText(preview.caption);
    m_thumbnails->show(preview);
    m_text->setText(preview.text);
    m_text->setVisible(!preview.text.isEmpty());
}

void BlobDetails::askToRemove()
{
    const QString name = QString::fromStdString(m_blob->name);
    m_notice->setAction(tr("Delete"));
    m_notice->show(StateKind::Warning, m_blob->isFolder ? tr("Delete %1 and all files in it? It cannot be undone.").arg(name) : tr("Delete %1? It cannot be undone.").arg(name));
    for (Button* button : m_notice->findChildren<Button*>()) {
        if (button->text() == tr("Delete"))
            button->setObjectName(QStringLiteral("dataDeleteConfirm"));
    }
}

void BlobDetails::remove()
{
    if (!m_blob || !m_removals.isIdle())
        return;
    m_notice->setAction(QString());
    const std::string name = m_blob->name;
    m_removals.start(m_datastores.remove(m_datastore.toStdString(), name), [this, name](Result<> done) {
        if (!done) {
            m_notice->showError(QString::fromStdString(done.error().message), QString::fromStdString(done.error().detail));
            return;
        }
        const auto slash = name.rfind('/', name.size() - 2);
        showNothing();
        Q_EMIT removed(QString::fromStdString(slash == std::string::npos ? std::string() : name.substr(0, slash + 1)));
    });
}

} // namespace runyard
