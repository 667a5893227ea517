#include "computeform.h"

#include "api/names.h"
#include "theme/metrics.h"
#include "widgets/button.h"
#include "widgets/field.h"
#include "widgets/format.h"
#include "widgets/loadingbar.h"
#include "widgets/notice.h"
#include "widgets/tintedlabel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

ComputeForm::ComputeForm(Bridge& bridge, client::Computes& computes, QWidget* parent)
    : Card(tr("New cluster"), Card::Padding::Inside, parent), m_computes(computes), m_sizeCalls(bridge), m_calls(bridge)
{
    setObjectName(QStringLiteral("computeForm"));
    build();
    connect(m_name, &QLineEdit::textChanged, this, &ComputeForm::check);
    connect(m_name, &QLineEdit::returnPressed, this, &ComputeForm::submit);
    connect(m_size, &QComboBox::currentIndexChanged, this, &ComputeForm::check);
    connect(m_least, &QSpinBox::valueChanged, this, &ComputeForm::check);
    connect(m_most, &QSpinBox::valueChanged, this, &ComputeForm::check);
    connect(m_create, &Button::clicked, this, &ComputeForm::submit);
}

void ComputeForm::build()
{
    auto* caption = new TintedLabel(tr("A cluster of this name is reused where there is one. Its nodes are shares of this computer."), Token::Muted, TextRole::Body, this);
    caption->setWordWrap(true);
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("computeName"));
    m_name->setMaxLength(64);
    m_name->setPlaceholderText(QStringLiteral("cpu-cluster"));
    m_size = new QComboBox(this);
    m_size->setObjectName(QStringLiteral("computeSize"));
    m_size->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_size->setMinimumContentsLength(12);
    m_idle = new QSpinBox(this);
    m_idle->setObjectName(QStringLiteral("computeIdle"));
    m_idle->setRange(0, 86400);
    m_idle->setSuffix(tr(" s"));
    m_nameField = new Field(tr("Name"), m_name, Field::Layout::Beside, this);
    m_sizeField = new Field(tr("Size of a node"), m_size, Field::Layout::Beside, this);
    m_nodesField = new Field(tr("Nodes"), makeNodes(), Field::Layout::Beside, this);
    m_idleField = new Field(tr("Idle before scale-down"), m_idle, Field::Layout::Beside, this);
    m_bar = new LoadingBar(this);
    m_notice = new Notice(this);
    m_create = new Button(tr("Create"), Button::Primary, this);
    m_create->setObjectName(QStringLiteral("computeCreate"));
    auto* close = new Button(tr("Cancel"), this);
    close->setObjectName(QStringLiteral("computeFormClose"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_create);
    buttons->addWidget(close);
    buttons->addStretch();
    body()->addWidget(caption);
    for (Field* field : {m_nameField, m_sizeField, m_nodesField, m_idleField}) {
        field->setLabelWidth(px(150));
        body()->addWidget(field);
    }
    body()->addWidget(m_bar);
    body()->addWidget(m_notice);
    body()->addLayout(buttons);
    connect(close, &Button::clicked, this, [this] {
        m_calls.cancel();
        hide();
    });
}

QWidget* ComputeForm::makeNodes()
{
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    m_least = new QSpinBox(box);
    m_least->setObjectName(QStringLiteral("computeMin"));
    m_least->setRange(0, 1000);
    m_most = new QSpinBox(box);
    m_most->setObjectName(QStringLiteral("computeMax"));
    m_most->setRange(1, 1000);
    row->addWidget(m_least);
    row->addWidget(new TintedLabel(tr("to"), Token::Muted, TextRole::Body, box));
    row->addWidget(m_most);
    row->addStretch();
    box->setFocusProxy(m_least);
    return box;
}

void ComputeForm::openNew()
{
    m_isNew = true;
    setHeading(tr("New cluster"));
    m_create->setText(tr("Create"));
    m_notice->dismiss();
    m_name->setEnabled(true);
    m_size->setEnabled(true);
    m_name->clear();
    m_least->setValue(0);
    m_most->setValue(2);
    m_idle->setValue(120);
    loadSizes();
    check();
    show();
    m_name->setFocus();
}

void ComputeForm::openFor(const api::Compute& compute)
{
    m_isNew = false;
    setHeading(tr("Edit %1").arg(QString::fromStdString(compute.name)));
    m_create->setText(tr("Save"));
    m_notice->dismiss();
    m_size->clear();
    m_size->addItem(QString::fromStdString(compute.meaning.empty() ? compute.vmSize : compute.vmSize + "  ·  " + compute.meaning), QString::fromStdString(compute.vmSize));
    m_name->setText(QString::fromStdString(compute.name));
    m_name->setEnabled(false);
    m_size->setEnabled(false);
    m_least->setValue(compute.minNodes);
    m_most->setValue(compute.maxNodes);
    m_idle->setValue(static_cast<int>(compute.idleSeconds));
    check();
    show();
    m_most->setFocus();
}

void ComputeForm::setKnown(std::vector<api::Compute> computes)
{
    m_known = std::move(computes);
    if (isVisible())
        check();
}

void ComputeForm::loadSizes()
{
    m_sizeCalls.start(m_computes.sizes(), [this](Result<std::vector<api::VmSize>> sizes) {
        if (!sizes) {
            m_notice->showError(QString::fromStdString(sizes.error().message), QString::fromStdString(sizes.error().detail), Notice::Retry::None);
            return;
        }
        if (!m_isNew)
            return;
        const QString kept = m_size->currentData().toString();
        m_sizes = std::move(*sizes);
        m_size->clear();
        for (const auto& size : m_sizes) {
            const QString meaning = size.meaning.empty() ? tr("%1 cores, %2 GPUs").arg(size.cores).arg(size.gpus) : QString::fromStdString(size.meaning);
            m_size->addItem(QString::fromStdString(size.name) + QStringLiteral("  ·  ") + meaning, QString::fromStdString(size.name));
        }
        m_size->setCurrentIndex(std::max(0, m_size->findData(kept)));
        check();
    });
}

bool ComputeForm::check()
{
    using enum Field::Validity;
    bool isFine = m_size->count() > 0;
    const std::string name = m_name->text().toStdString();
    const auto named = api::checkComputeName(name);
    const auto taken = std::find_if(m_known.begin(), m_known.end(), [&](const auto& known) { return known.name == name; });
    m_create->setText(m_isNew ? tr("Create") : tr("Save"));
    if (name.empty()) {
        m_nameField->setValidity(Unknown);
        m_nameField->setHint(tr("2–16 letters, digits and hyphens"));
    } else if (!named) {
        m_nameField->setValidity(Invalid, QString::fromStdString(named.error().message));
    } else if (m_isNew && taken != m_known.end() && taken->vmSize != m_size->currentData().toString().toStdString()) {
        m_nameField->setValidity(Warning, tr("There is a cluster %1 with size %2. Choose that size to use it, or another name.").arg(m_name->text(), QString::fromStdString(taken->vmSize)));
    } else if (m_isNew && taken != m_known.end()) {
        m_nameField->setValidity(Valid, tr("There is one of this name and size; it is used as it is."));
        m_create->setText(tr("Use it"));
    } else {
        m_nameField->setValidity(Valid);
        m_nameField->setHint({});
    }
    isFine = isFine && named;
    const bool inOrder = m_least->value() <= m_most->value();
    m_nodesField->setValidity(inOrder ? Unknown : Invalid, inOrder ? QString() : tr("The least number of nodes is above the most."));
    m_nodesField->setHint(m_least->value() > 0 ? tr("%1 kept even when idle").arg(m_least->value()) : tr("None while nothing runs"));
    m_create->setEnabled(isFine && inOrder && m_calls.isIdle());
    return isFine && inOrder;
}

api::Compute ComputeForm::wanted() const
{
    api::Compute compute;
    compute.name = m_name->text().toStdString();
    compute.vmSize = m_size->currentData().toString().toStdString();
    compute.minNodes = m_least->value();
    compute.maxNodes = m_most->value();
    compute.idleSeconds = m_idle->value();
    return compute;
}

void ComputeForm::submit()
{
    if (!m_calls.isIdle() || !check())
        return;
    m_notice->dismiss();
    m_bar->start();
    auto task = m_isNew ? m_computes.findOrCreate(wanted()) : m_computes.update(wanted());
    m_calls.start(std::move(task), [this](Result<api::Compute> compute) { answered(compute); });
    check();
}

void ComputeForm::answered(const Result<api::Compute>& compute)
{
    m_bar->stop();
    check();
    if (!compute) {
        m_notice->showError(QString::fromStdString(compute.error().message), QString::fromStdString(compute.error().detail), Notice::Retry::None);
        return;
    }
    hide();
    Q_EMIT saved(QString::fromStdString(compute->name));
}

} // namespace runyard
