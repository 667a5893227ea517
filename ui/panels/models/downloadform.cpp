#include "downloadform.h"

#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/field.h"
#include "widgets/notice.h"
#include "widgets/progressrow.h"

#include <QCheckBox>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QStandardPaths>
#include <QUrl>
#include <QVBoxLayout>

namespace runyard {

DownloadForm::DownloadForm(Bridge& bridge, client::Models& models, QWidget* parent)
    : Card(tr("Download"), Card::Padding::Inside, parent), m_models(models), m_parent(QStandardPaths::writableLocation(QStandardPaths::DownloadLocation)), m_feed(bridge)
{
    setObjectName(QStringLiteral("downloadForm"));
    build();
    connect(m_start, &Button::clicked, this, &DownloadForm::start);
    connect(m_folder, &QLineEdit::returnPressed, this, &DownloadForm::start);
    connect(m_row, &ProgressRow::cancelRequested, this, &DownloadForm::cancel);
    connect(m_row, &ProgressRow::actionTriggered, this, [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(m_target)); });
}

void DownloadForm::build()
{
    m_field = makeFolder();
    m_replace = new QCheckBox(tr("Replace the folder if it exists"), this);
    m_replace->setObjectName(QStringLiteral("modelReplace"));
    m_start = new Button(tr("Download"), Button::Primary, this);
    m_start->setObjectName(QStringLiteral("modelDownload"));
    m_row = new ProgressRow(QString(), QString(), this);
    for (Button* button : m_row->findChildren<Button*>())
        button->setObjectName(button->text().isEmpty() ? QStringLiteral("modelDownloadShow") : QStringLiteral("modelDownloadCancel"));
    m_row->hide();
    m_notice = new Notice(this);
    auto* row = new QHBoxLayout;
    row->addWidget(m_replace);
    row->addStretch();
    row->addWidget(m_start);
    body()->addWidget(m_field);
    body()->addLayout(row);
    body()->addWidget(m_row);
    body()->addWidget(m_notice);
    body()->addStretch();
}

Field* DownloadForm::makeFolder()
{
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    m_folder = new QLineEdit(box);
    m_folder->setObjectName(QStringLiteral("modelFolder"));
    auto* browse = new Button(tr("Browse…"), box);
    browse->setObjectName(QStringLiteral("modelBrowse"));
    row->addWidget(m_folder, 1);
    row->addWidget(browse);
    box->setFocusProxy(m_folder);
    connect(browse, &Button::clicked, this, [this] {
        const QString chosen = QFileDialog::getExistingDirectory(this, tr("Folder to download into"), m_parent);
        if (chosen.isEmpty())
            return;
        m_parent = chosen;
        offer(m_version);
    });
    connect(m_folder, &QLineEdit::textEdited, this, [this] { m_field->setValidity(Field::Validity::Unknown); });
    auto* field = new Field(tr("Into"), box, Field::Layout::Above, this);
    field->setHint(tr("Written beside it first, checked by digest, and renamed into place when whole."));
    return field;
}

void DownloadForm::offer(const api::ModelVersion& version)
{
    m_version = version;
    const QString name = QString::fromStdString(version.name + "-" + version.version);
    setHeading(tr("Download version %1").arg(QString::fromStdString(version.version)));
    m_folder->setText(QDir(m_parent).filePath(name));
    m_field->setValidity(Field::Validity::Unknown);
    if (!m_isRunning) {
        m_row->hide();
        m_notice->dismiss();
    }
}

QString DownloadForm::folder() const
{
    QString path = m_folder->text().trimmed();
    if (path.startsWith(QLatin1String("~/")))
        path.replace(0, 1, QDir::homePath());
    return path;
}

void DownloadForm::start()
{
    if (m_isRunning)
        return;
    m_target = folder();
    if (!QDir::isAbsolutePath(m_target)) {
        m_field->setValidity(Field::Validity::Invalid, tr("Name the whole path of the folder, from \"/\" on."));
        m_folder->setFocus();
        return;
    }
    QDir().mkpath(QFileInfo(m_target).path());  // where that fails, the download says why
    m_isRunning = true;
    m_last = {};
    m_meter = {};
    m_clock.start();
    m_notice->dismiss();
    m_start->setEnabled(false);
    m_row->setName(QFileInfo(m_target).fileName());
    m_row->setRunning();
    m_row->setProgress({});
    m_row->show();
    const auto overwrite = m_replace->isChecked() ? client::Overwrite::Yes : client::Overwrite::No;
    m_feed.start([&](Sink<client::TransferProgress> sink) { return m_models.download(m_version.name, m_version.version, m_target.toStdString(), overwrite, sink); },
                 [this](std::vector<client::TransferProgress> steps) { show(steps.back()); }, [this](Result<> result) { end(result); });
    Q_EMIT changed();
}

void DownloadForm::show(const client::TransferProgress& progress)
{
    m_last = progress;
    m_meter.add(progress.done, m_clock.elapsed());
    m_row->setProgress({progress.done, progress.total, m_meter.rate(), progress.filesDone, progress.files});
    Q_EMIT changed();
}

void DownloadForm::end(const Result<>& result)
{
    m_isRunning = false;
    m_start->setEnabled(true);
    if (result) {
        m_row->setEnded(StateKind::Success, m_last.files == 1 ? tr("1 file verified") : tr("%1 files verified").arg(m_last.files));
        m_row->setEndAction(tr("Show"));
    } else {
        m_row->hide();
        m_notice->showError(QString::fromStdString(result.error().message), QString::fromStdString(result.error().detail), Notice::Retry::None);
    }
    Q_EMIT changed();
}

void DownloadForm::cancel()
{
    m_feed.stop();
    m_isRunning = false;
    m_start->setEnabled(true);
    m_row->setEnded(StateKind::Neutral, tr("canceled, nothing was written"));
    Q_EMIT changed();
}

} // namespace runyard
