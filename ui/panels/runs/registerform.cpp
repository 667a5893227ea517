#include "registerform.h"

#include "api/names.h"
#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/field.h"
#include "widgets/notice.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

namespace runyard {

namespace {

constexpr int labelWidth = 96;

} // namespace

RegisterForm::RegisterForm(Bridge& bridge, client::Models& models, QWidget* parent)
    : Card(tr("Register model"), Padding::Inside, parent), m_models(models), m_name(new QLineEdit(this)), m_path(new QComboBox(this)),
      m_description(new QLineEdit(this)), m_confirm(new Button(tr("Register"), Button::Primary, this)), m_notice(new Notice(this)), m_calls(bridge)
{
    setObjectName(QStringLiteral("registerForm"));
    build();
    connect(m_name, &QLineEdit::textChanged, this, &RegisterForm::validate);
    connect(m_path, &QComboBox::editTextChanged, this, &RegisterForm::validate);
    connect(m_confirm, &QPushButton::clicked, this, &RegisterForm::send);
    for (QLineEdit* edit : {m_name, m_description})
        connect(edit, &QLineEdit::returnPressed, this, &RegisterForm::send);
    connect(m_notice, &Notice::tryAgain, this, &RegisterForm::send);
}

void RegisterForm::build()
{
    m_name->setObjectName(QStringLiteral("registerName"));
    m_name->setPlaceholderText(QStringLiteral("tf-mnist"));
    m_path->setObjectName(QStringLiteral("registerPath"));
    m_path->setEditable(true);
    m_path->setInsertPolicy(QComboBox::NoInsert);
    m_description->setObjectName(QStringLiteral("registerDescription"));
    m_description->setPlaceholderText(tr("optional"));
    m_confirm->setObjectName(QStringLiteral("registerConfirm"));
    m_notice->setObjectName(QStringLiteral("registerNotice"));
    auto* cancel = new Button(tr("Cancel"), this);
    cancel->setObjectName(QStringLiteral("registerCancel"));
    connect(cancel, &QPushButton::clicked, this, [this] {
        m_calls.cancel();
        hide();
    });
    m_nameField = new Field(tr("Model name"), m_name);
    m_pathField = new Field(tr("Folder"), m_path);
    auto* descriptionField = new Field(tr("Description"), m_description);
    for (Field* field : {m_nameField, m_pathField, descriptionField})
        field->setLabelWidth(px(labelWidth));
    auto* row = new QHBoxLayout;
    row->setSpacing(px(16));
    row->addWidget(m_nameField, 2);
    row->addWidget(m_pathField, 2);
    row->addWidget(descriptionField, 3);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_confirm);
    body()->addWidget(m_notice);
    body()->addLayout(row);
    body()->addLayout(buttons);
}

void RegisterForm::open(const QString& runId, const QString& suggestedName, const QStringList& folders, const QString& folder)
{
    m_calls.cancel();
    m_runId = runId;
    m_notice->dismiss();
    if (m_name->text().isEmpty())
        m_name->setText(suggestedName);
    m_path->clear();
    m_path->addItems(folders);
    m_path->setEditText(folder);
    validate();
    show();
    m_name->setFocus(Qt::OtherFocusReason);
    m_name->selectAll();
}

void RegisterForm::validate()
{
    const auto name = api::checkModelName(m_name->text().toStdString());
    const bool isTyped = !m_name->text().isEmpty();
    m_nameField->setValidity(name || !isTyped ? Field::Validity::Unknown : Field::Validity::Invalid,
                             name ? QString() : QString::fromStdString(name.error().message));
    m_confirm->setEnabled(name && !m_path->currentText().trimmed().isEmpty() && m_calls.isIdle());
}

void RegisterForm::send()
{
    if (!m_confirm->isEnabled())
        return;
    client::RegisterRequest request;
    request.runId = m_runId.toStdString();
    request.path = m_path->currentText().trimmed().toStdString();
    request.name = m_name->text().toStdString();
    request.description = m_description->text().toStdString();
    m_notice->dismiss();
    m_confirm->setEnabled(false);
    m_calls.start(m_models.registerFromRun(std::move(request)), [this](Result<api::ModelVersion> version) { ended(std::move(version)); });
}

void RegisterForm::ended(Result<api::ModelVersion> version)
{
    validate();
    if (!version)
        return m_notice->showError(QString::fromStdString(version.error().message), QString::fromStdString(version.error().detail));
    hide();
    Q_EMIT registered(QString::fromStdString(version->name), QString::fromStdString(version->version));
}

} // namespace runyard
