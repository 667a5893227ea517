#include "uploadform.h"

#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/field.h"

#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

namespace runyard {

UploadForm::UploadForm(QWidget* parent) : Card(tr("Upload"), Card::Padding::Inside, parent)
{
    setObjectName(QStringLiteral("uploadForm"));
    m_sourceField = makeSource();
    m_target = new QLineEdit(this);
    m_target->setObjectName(QStringLiteral("uploadTarget"));
    m_target->setPlaceholderText(tr("Folder in the datastore, such as mnist; empty for its root"));
    m_targetField = new Field(tr("To"), m_target, Field::Layout::Beside, this);
    m_targetField->setLabelWidth(px(60));
    m_overwrite = new QCheckBox(tr("Overwrite files that are there"), this);
    m_overwrite->setObjectName(QStringLiteral("uploadOverwrite"));
    m_start = new Button(tr("Start upload"), Button::Primary, this);
    m_start->setObjectName(QStringLiteral("uploadStart"));
    auto* close = new Button(tr("Close"), this);
    close->setObjectName(QStringLiteral("uploadClose"));
    auto* row = new QHBoxLayout;
    row->addSpacing(px(72));
    row->addWidget(m_overwrite);
    row->addStretch();
    row->addWidget(close);
    row->addWidget(m_start);
    body()->addWidget(m_sourceField);
    body()->addWidget(m_targetField);
    body()->addLayout(row);
    connect(m_start, &Button::clicked, this, &UploadForm::submit);
    connect(close, &Button::clicked, this, &QWidget::hide);
    connect(m_target, &QLineEdit::returnPressed, this, &UploadForm::submit);
    connect(m_target, &QLineEdit::textEdited, this, [this](const QString& text) {
        m_isTargetTyped = true;
        const QString problem = problemWith(text);
        m_targetField->setValidity(problem.isEmpty() ? Field::Validity::Unknown : Field::Validity::Invalid, problem);
    });
}

Field* UploadForm::makeSource()
{
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    m_source = new QLineEdit(box);
    m_source->setObjectName(QStringLiteral("uploadSource"));
    m_source->setPlaceholderText(tr("File or folder; a folder's content is uploaded, not the folder itself"));
    m_source->setClearButtonEnabled(true);
    auto* files = new Button(tr("Files…"), box);
    files->setObjectName(QStringLiteral("uploadFiles"));
    auto* folder = new Button(tr("Folder…"), box);
    folder->setObjectName(QStringLiteral("uploadFolder"));
    row->addWidget(m_source, 1);
    row->addWidget(files);
    row->addWidget(folder);
    box->setFocusProxy(m_source);
    connect(files, &Button::clicked, this, &UploadForm::chooseFiles);
    connect(folder, &Button::clicked, this, &UploadForm::chooseFolder);
    connect(m_source, &QLineEdit::returnPressed, this, &UploadForm::submit);
    connect(m_source, &QLineEdit::textEdited, this, [this] {
        m_several.clear();
        m_sourceField->setValidity(Field::Validity::Unknown);
        if (!m_isTargetTyped)
            m_target->setText(targetFor(sources(), m_folder));
    });
    connect(m_source, &QLineEdit::textChanged, this, [this](const QString& text) {
        if (text.isEmpty()) {
            m_several.clear();
            m_source->setReadOnly(false);
        }
    });
    auto* field = new Field(tr("From"), box, Field::Layout::Beside, this);
    field->setLabelWidth(px(60));
    return field;
}

void UploadForm::openFor(const QString& datastore, const QString& folder)
{
    setHeading(tr("Upload to %1").arg(datastore));
    m_folder = folder;
    m_isTargetTyped = false;
    m_source->clear();
    m_target->setText(targetFor({}, folder));
    m_sourceField->setValidity(Field::Validity::Unknown);
    m_targetField->setValidity(Field::Validity::Unknown);
    show();
    m_source->setFocus();
}

bool UploadForm::setSources(const QStringList& paths)
{
    if (paths.isEmpty())
        return false;
    m_sourceField->setValidity(Field::Validity::Unknown);
    m_source->setText(paths.size() == 1 ? paths.first() : tr("%1 files from %2").arg(paths.size()).arg(QFileInfo(paths.first()).path()));
    m_several = paths.size() == 1 ? QStringList() : paths;
    m_source->setReadOnly(paths.size() > 1);
    if (!m_isTargetTyped)
        m_target->setText(targetFor(paths, m_folder));
    return true;
}

void UploadForm::chooseFiles()
{
    setSources(QFileDialog::getOpenFileNames(this, tr("Files to upload")));
}

void UploadForm::chooseFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder to upload"));
    if (!folder.isEmpty())
        setSources({folder});
}

QStringList UploadForm::sources() const
{
    if (!m_several.isEmpty())
        return m_several;
    QString path = m_source->text();
    if (path.startsWith(QLatin1String("~/")))
        path.replace(0, 1, QDir::homePath());
    return path.isEmpty() ? QStringList() : QStringList{path};
}

QString UploadForm::problemWith(const QString& target) const
{
    const auto parts = target.split(QLatin1Char('/'));
    if (parts.contains(QStringLiteral("..")) || parts.contains(QStringLiteral(".")))
        return tr("A path in a datastore has no \"..\" and no \".\": name the folder itself.");
    if (target.contains(QLatin1Char('\\')))
        return tr("Folders are separated by \"/\".");
    return {};
}

QString UploadForm::targetFor(const QStringList& sources, const QString& folder)
{
    QString base = folder;
    while (base.endsWith(QLatin1Char('/')))
        base.chop(1);
    const QFileInfo lone(sources.size() == 1 ? sources.first() : QString());
    if (sources.size() != 1 || !lone.isDir())
        return base;
    const QString name = QDir(lone.absoluteFilePath()).dirName();
    return base.isEmpty() ? name : base + QLatin1Char('/') + name;
}

client::UploadRequest UploadForm::request(const QStringList& sources, const QString& datastore, const QString& target, client::Overwrite overwrite)
{
    client::UploadRequest request;
    for (const QString& path : sources)
        request.sources.emplace_back(path.toStdString());
    request.datastore = datastore.toStdString();
    request.target = QDir::cleanPath(target).toStdString();
    while (request.target.starts_with('/'))
        request.target.erase(0, 1);
    if (request.target == ".")
        request.target.clear();
    request.overwrite = overwrite;
    return request;
}

void UploadForm::submit()
{
    const QStringList paths = sources();
    if (paths.isEmpty()) {
        m_sourceField->setValidity(Field::Validity::Invalid, tr("Name a file or a folder of this computer, or choose one."));
        m_source->setFocus();
        return;
    }
    if (const QFileInfo lone(paths.first()); !lone.exists()) {
        m_sourceField->setValidity(Field::Validity::Invalid, tr("%1 does not exist on this computer.").arg(paths.first()));
        m_source->setFocus();
        return;
    }
    if (!problemWith(m_target->text()).isEmpty()) {
        m_target->setFocus();
        return;
    }
    Q_EMIT accepted(paths, m_target->text(), m_overwrite->isChecked());
    m_source->clear();
    hide();  // from here on the transfer's row tells
}

} // namespace runyard
