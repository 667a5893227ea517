#include "jobsection.h"

#include "fieldchecks.h"
#include "theme/metrics.h"
#include "widgets/field.h"

#include <QComboBox>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace runyard {

namespace {

constexpr int labelWidth = 88;
constexpr int maxMinutes = 60 * 24 * 30;

} // namespace

JobSection::JobSection(QWidget* parent)
    : Card(tr("Run"), Padding::Inside, parent), m_compute(new QComboBox(this)), m_experiment(new QLineEdit(this)), m_displayName(new QLineEdit(this)),
      m_timeout(new QSpinBox(this))
{
    m_compute->setObjectName(QStringLiteral("estimatorCompute"));
    m_experiment->setObjectName(QStringLiteral("experimentName"));
    m_displayName->setObjectName(QStringLiteral("displayName"));
    m_displayName->setPlaceholderText(tr("a name is made for you"));
    m_timeout->setObjectName(QStringLiteral("estimatorTimeout"));
    m_timeout->setRange(0, maxMinutes);
    m_timeout->setSpecialValueText(tr("no limit"));
    m_timeout->setSuffix(tr(" min"));
    m_computeField = new Field(tr("Compute"), m_compute);
    m_experimentField = new Field(tr("Experiment"), m_experiment);
    for (Field* field : {m_computeField, m_experimentField, new Field(tr("Name"), m_displayName), new Field(tr("Time limit"), m_timeout)}) {
        field->setLabelWidth(px(labelWidth));
        body()->addWidget(field);
    }
    body()->addStretch();
    m_compute->addItem(tr("New cluster…"));
    m_compute->setCurrentIndex(-1);
    connect(m_compute, &QComboBox::activated, this, &JobSection::chosen);
    connect(m_experiment, &QLineEdit::textChanged, this, &JobSection::changed);
    connect(m_displayName, &QLineEdit::textChanged, this, &JobSection::changed);
    connect(m_timeout, &QSpinBox::valueChanged, this, &JobSection::changed);
}

void JobSection::setDraft(const client::EstimatorDraft& draft)
{
    const QSignalBlocker quiet(this);
    choose(QString::fromStdString(draft.compute));
    m_experiment->setText(QString::fromStdString(draft.experiment));
    m_displayName->setText(QString::fromStdString(draft.displayName));
    m_timeout->setValue(static_cast<int>((draft.timeoutSeconds + 59) / 60));
}

void JobSection::fill(client::EstimatorDraft& draft) const
{
    draft.compute = m_chosen.toStdString();
    draft.experiment = m_experiment->text().trimmed().toStdString();
    draft.displayName = m_displayName->text().trimmed().toStdString();
    draft.timeoutSeconds = 60 * m_timeout->value();
}

void JobSection::showReport(const client::EstimatorReport& report)
{
    showChecks(m_computeField, report, client::Check::Field::Compute);
    showChecks(m_experimentField, report, client::Check::Field::Experiment);
}

QString JobSection::describe(const api::Compute& compute)
{
    QString text = QString::fromStdString(compute.name);
    if (!compute.provisioningState.empty() && compute.provisioningState != "Succeeded")
        return text + QStringLiteral("  ·  ") + QString::fromStdString(compute.provisioningState).toLower();
    if (!compute.meaning.empty())
        text += QStringLiteral("  ·  ") + QString::fromStdString(compute.meaning);
    if (compute.running > 0)
        return text + QStringLiteral("  ·  ") + tr("%1 of %2 busy").arg(compute.running).arg(compute.maxNodes);
    return compute.idle > 0 ? text + QStringLiteral("  ·  ") + tr("%1 idle").arg(compute.idle) : text;
}

void JobSection::setComputes(const std::vector<api::Compute>& computes)
{
    for (int i = m_compute->count() - 2; i >= 0; --i) {
        const std::string name = m_compute->itemData(i).toString().toStdString();
        if (std::none_of(computes.begin(), computes.end(), [&](const auto& each) { return each.name == name; }))
            m_compute->removeItem(i);
    }
    for (const api::Compute& compute : computes) {
        const QString name = QString::fromStdString(compute.name);
        const int known = m_compute->findData(name);
        if (known >= 0)
            m_compute->setItemText(known, describe(compute));
        else
            m_compute->insertItem(m_compute->count() - 1, describe(compute), name);
    }
    if (!m_chosen.isEmpty() || computes.empty())
        return choose(m_chosen);
    const auto cluster = std::find_if(computes.begin(), computes.end(), [](const auto& each) { return each.name != "this-computer"; });
    choose(QString::fromStdString(cluster == computes.end() ? computes.front().name : cluster->name));
    Q_EMIT changed();
}

void JobSection::choose(const QString& name)
{
    m_chosen = name;
    if (!name.isEmpty() && m_compute->findData(name) < 0)
        m_compute->insertItem(m_compute->count() - 1, name, name);
    m_compute->setCurrentIndex(name.isEmpty() ? -1 : m_compute->findData(name));
}

void JobSection::chosen(int index)
{
    if (index < m_compute->count() - 1) {
        m_chosen = m_compute->itemData(index).toString();
        Q_EMIT changed();
        return;
    }
    choose(m_chosen);
    Q_EMIT computeRequested();
}

void JobSection::focusOn(client::Check::Field field)
{
    QWidget* target = field == client::Check::Field::Compute ? static_cast<QWidget*>(m_compute) : m_experiment;
    target->setFocus(Qt::OtherFocusReason);
}

} // namespace runyard
