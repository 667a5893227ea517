#include "environmentsection.h"

#include "fieldchecks.h"
#include "packagelist.h"
#include "theme/metrics.h"
#include "widgets/field.h"
#include "widgets/segmented.h"
#include "widgets/statechip.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace runyard {

namespace {

constexpr int labelWidth = 88;
constexpr const char* newest = QT_TRANSLATE_NOOP("runyard::EnvironmentSection", "newest");

} // namespace

EnvironmentSection::EnvironmentSection(QWidget* parent)
    : Card(tr("Environment"), Padding::Inside, parent), m_version(new QComboBox(this)), m_packages(new QLineEdit(this)),
      m_device(new Segmented({tr("CPU"), tr("GPU")}, this)), m_built(new StateChip({}, StateKind::Neutral, StateChip::Mark::None, this))
{
    m_version->setObjectName(QStringLiteral("frameworkVersion"));
    m_version->setEditable(true);
    m_version->setInsertPolicy(QComboBox::NoInsert);
    m_version->addItems({tr(newest), QStringLiteral("2.21"), QStringLiteral("2.20"), QStringLiteral("2.19"), QStringLiteral("2.18"), QStringLiteral("2.16"), QStringLiteral("2.15")});
    m_packages->setObjectName(QStringLiteral("pipPackages"));
    m_packages->setPlaceholderText(tr("none, or pandas, keras==3.9"));
    m_device->setObjectName(QStringLiteral("estimatorDevice"));
    m_built->setObjectName(QStringLiteral("environmentBuilt"));
    m_built->hide();
    m_versionField = new Field(tr("TensorFlow"), m_version);
    m_packagesField = new Field(tr("pip packages"), m_packages);
    auto* device = new QWidget(this);
    auto* row = new QHBoxLayout(device);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_device);
    row->addStretch();
    auto* deviceField = new Field(tr("Device"), device);
    for (Field* field : {m_versionField, m_packagesField, deviceField}) {
        field->setLabelWidth(px(labelWidth));
        body()->addWidget(field);
    }
    body()->addWidget(m_built, 0, Qt::AlignLeft);
    body()->addStretch();
    connect(m_version, &QComboBox::editTextChanged, this, &EnvironmentSection::changed);
    connect(m_packages, &QLineEdit::textChanged, this, &EnvironmentSection::changed);
    connect(m_device, &Segmented::currentChanged, this, &EnvironmentSection::changed);
}

void EnvironmentSection::setDraft(const client::EstimatorDraft& draft)
{
    const QSignalBlocker quiet(this);
    const QString version = QString::fromStdString(draft.environment.frameworkVersion);
    m_version->setEditText(version.isEmpty() ? tr(newest) : version);
    m_packages->setText(QString::fromStdString(joinPackages(draft.environment.pipPackages)));
    m_device->setCurrent(draft.environment.useGpu ? 1 : 0);
    m_pythonVersion = QString::fromStdString(draft.environment.pythonVersion);
}

void EnvironmentSection::fill(client::EstimatorDraft& draft) const
{
    const QString version = m_version->currentText().trimmed();
    draft.environment.framework = "tensorflow";
    draft.environment.frameworkVersion = version == tr(newest) ? std::string() : version.toStdString();
    draft.environment.pythonVersion = m_pythonVersion.toStdString();
    draft.environment.pipPackages = splitPackages(m_packages->text().toStdString());
    draft.environment.useGpu = m_device->current() == 1;
}

void EnvironmentSection::showReport(const client::EstimatorReport& report)
{
    showChecks(m_versionField, report, client::Check::Field::Environment);
    showChecks(m_packagesField, report, client::Check::Field::Packages);
    m_built->setVisible(report.isEnvironmentBuilt || report.canSubmit);
    if (report.isEnvironmentBuilt)
        m_built->setState(tr("built before, starts at once"), StateKind::Success);
    else
        m_built->setState(tr("will be built once, at the first run"), StateKind::Neutral);
}

void EnvironmentSection::focusOn(client::Check::Field field)
{
    QWidget* target = field == client::Check::Field::Packages ? static_cast<QWidget*>(m_packages) : m_version;
    target->setFocus(Qt::OtherFocusReason);
}

} // namespace runyard
