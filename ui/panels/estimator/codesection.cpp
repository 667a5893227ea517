#include "codesection.h"

#include "fieldchecks.h"
#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/field.h"
#include "widgets/format.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

namespace {

constexpr int labelWidth = 128;

QString plain(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

} // namespace

CodeSection::CodeSection(QWidget* parent)
    : Card(tr("Code"), Padding::Inside, parent), m_folder(new QLineEdit(this)), m_script(new QComboBox(this))
{
    m_folder->setObjectName(QStringLiteral("sourceFolder"));
    m_folder->setPlaceholderText(tr("Folder that holds the training script"));
    m_script->setObjectName(QStringLiteral("entryScript"));
    m_script->setEditable(true);
    m_script->setInsertPolicy(QComboBox::NoInsert);
    m_script->lineEdit()->setPlaceholderText(tr("Script that starts the training"));
    m_folderField = new Field(tr("Source folder"), m_folder);
    m_scriptField = new Field(tr("Entry script"), m_script);
    m_folderField->setLabelWidth(px(labelWidth));
    m_scriptField->setLabelWidth(px(labelWidth));
    auto* browseButton = new Button(tr("Browse…"), this);
    browseButton->setObjectName(QStringLiteral("sourceBrowse"));

    auto* row = new QHBoxLayout;
    row->addWidget(m_folderField, 1);
    row->addWidget(browseButton, 0, Qt::AlignTop);
    body()->addLayout(row);
    body()->addWidget(m_scriptField);
    connect(browseButton, &QPushButton::clicked, this, &CodeSection::browse);
    connect(m_folder, &QLineEdit::textChanged, this, &CodeSection::changed);
    connect(m_script, &QComboBox::editTextChanged, this, &CodeSection::changed);
}

void CodeSection::setDraft(const client::EstimatorDraft& draft)
{
    const QSignalBlocker quiet(this);
    m_folder->setText(plain(draft.sourceFolder));
    m_script->clear();
    m_script->setEditText(QString::fromStdString(draft.entryScript));
}

void CodeSection::fill(client::EstimatorDraft& draft) const
{
    draft.sourceFolder = m_folder->text().trimmed().toStdString();
    draft.entryScript = m_script->currentText().trimmed().toStdString();
}

void CodeSection::showReport(const client::EstimatorReport& report)
{
    const QString files = report.files == 1 ? tr("1 file") : tr("%1 files").arg(report.files);
    m_folderField->setHint(report.files > 0 ? files + QStringLiteral(", ") + formatBytes(static_cast<double>(report.bytes)) : QString());
    showChecks(m_folderField, report, client::Check::Field::Source);
    showChecks(m_scriptField, report, client::Check::Field::Script);
    offerScripts(report.scripts);
}

void CodeSection::offerScripts(const std::vector<std::string>& scripts)
{
    QStringList names;
    for (const std::string& script : scripts)
        names.append(QString::fromStdString(script));
    QStringList offered;
    for (int i = 0; i < m_script->count(); ++i)
        offered.append(m_script->itemText(i));
    if (names == offered)
        return;
    const QString text = m_script->currentText();
    {
        const QSignalBlocker quiet(m_script);
        m_script->clear();
        m_script->addItems(names);
        m_script->setCurrentIndex(static_cast<int>(names.indexOf(text)));
        m_script->setEditText(text);
    }
    if (!text.isEmpty() || names.isEmpty())
        return;
    const auto likely = std::find_if(names.cbegin(), names.cend(), [](const QString& name) {
        return name == QLatin1String("train.py") || name == QLatin1String("main.py");
    });
    m_script->setEditText(likely == names.cend() ? names.front() : *likely);
}

void CodeSection::focusOn(client::Check::Field field)
{
    QWidget* target = field == client::Check::Field::Source ? static_cast<QWidget*>(m_folder) : m_script;
    target->setFocus(Qt::OtherFocusReason);
}

void CodeSection::browse()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Source folder"), m_folder->text());
    if (!folder.isEmpty())
        m_folder->setText(folder);
}

} // namespace runyard
