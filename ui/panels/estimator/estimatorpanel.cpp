#include "estimatorpanel.h"

#include "codesection.h"
#include "core/files.h"
#include "datapathpicker.h"
#include "environmentsection.h"
#include "jobsection.h"
#include "parameterrow.h"
#include "parametersection.h"
#include "reportpane.h"
#include "theme/metrics.h"

#include <QHBoxLayout>
#include <QPointer>
#include <QScrollArea>
#include <QShortcut>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace runyard {

namespace {

using namespace std::chrono_literals;
constexpr auto debounce = 120ms;
constexpr auto computeInterval = 4s;

client::EstimatorDraft exampleDraft()
{
    using Kind = client::ScriptParameter::Kind;
    client::EstimatorDraft draft;
    draft.sourceFolder = resourceFolder() / "examples" / "tf-mnist";
    draft.entryScript = "tf_mnist.py";
    draft.parameters = {{"--data-folder", "mnist", Kind::DataMount, {}}, {"--batch-size", "50", Kind::Literal, {}},
                        {"--first-layer-neurons", "300", Kind::Literal, {}}, {"--second-layer-neurons", "100", Kind::Literal, {}},
                        {"--learning-rate", "0.01", Kind::Literal, {}}};
    draft.experiment = "tf-mnist";
    return draft;
}

} // namespace

EstimatorPanel::EstimatorPanel(Bridge& bridge, client::Estimators& estimators, client::Computes& computes, client::Datastores& datastores, QWidget* parent)
    : Page(tr("New run"), {}, parent), m_bridge(bridge), m_estimators(estimators), m_computes(computes), m_datastores(datastores),
      m_code(new CodeSection), m_parameters(new ParameterSection), m_environment(new EnvironmentSection), m_job(new JobSection), m_report(new ReportPane),
      m_submission(bridge), m_computeCalls(bridge), m_checks(bridge)
{
    setObjectName(QStringLiteral("estimatorPanel"));
    build();
    connectParts();
    loadExample();
}

void EstimatorPanel::build()
{
    Button* example = header()->addAction(tr("Load example"));
    example->setObjectName(QStringLiteral("estimatorExample"));
    m_submitButton = header()->addAction(tr("Submit"), Button::Primary);
    m_submitButton->setObjectName(QStringLiteral("estimatorSubmit"));
    m_submitButton->setKeyHint(tr("Ctrl Enter"));
    connect(example, &QPushButton::clicked, this, &EstimatorPanel::loadExample);
    connect(m_submitButton, &QPushButton::clicked, this, &EstimatorPanel::submit);
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, &EstimatorPanel::submit);
    }
    auto* row = new QHBoxLayout;
    row->setSpacing(px(12));
    row->addWidget(makeForm(), 3);
    row->addWidget(m_report, 2);
    content()->addLayout(row, 1);
}

QWidget* EstimatorPanel::makeForm()
{
    auto* form = new QWidget;
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(px(12));
    auto* pair = new QHBoxLayout;
    pair->setSpacing(px(12));
    pair->addWidget(m_environment, 1);
    pair->addWidget(m_job, 1);
    column->addWidget(m_code);
    column->addWidget(m_parameters);
    column->addLayout(pair);
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("estimatorScroll"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    form->setAutoFillBackground(false);
    scroll->setWidget(form);
    return scroll;
}

void EstimatorPanel::connectParts()
{
    m_debounce.setSingleShot(true);
    m_debounce.setInterval(debounce);
    m_computeClock.setInterval(computeInterval);
    connect(&m_debounce, &QTimer::timeout, this, &EstimatorPanel::check);
    connect(&m_computeClock, &QTimer::timeout, this, &EstimatorPanel::loadComputes);
    connect(m_code, &CodeSection::changed, this, &EstimatorPanel::edited);
    connect(m_parameters, &ParameterSection::changed, this, &EstimatorPanel::edited);
    connect(m_environment, &EnvironmentSection::changed, this, &EstimatorPanel::edited);
    connect(m_job, &JobSection::changed, this, &EstimatorPanel::edited);
    connect(m_job, &JobSection::computeRequested, this, &EstimatorPanel::computeRequested);
    connect(m_parameters, &ParameterSection::browseRequested, this, &EstimatorPanel::browse);
    connect(m_report, &ReportPane::tryAgain, this, [this] { m_retry == Wish::Submit ? submit() : edited(); });
    connect(m_report, &ReportPane::cancelRequested, this, [this] {
        m_submission.stop();
        setSubmitting(false);
    });
    connect(m_report, &ReportPane::activated, this, [this](int index) {
        if (index >= 0 && static_cast<std::size_t>(index) < m_lastReport.checks.size())
            focusOn(m_lastReport.checks[static_cast<std::size_t>(index)]);
    });
}

void EstimatorPanel::load(const client::EstimatorDraft& draft)
{
    m_code->setDraft(draft);
    m_parameters->setDraft(draft);
    m_environment->setDraft(draft);
    m_job->setDraft(draft);
    edited();
    if (isVisible())
        loadComputes();
}

void EstimatorPanel::loadExample()
{
    client::EstimatorDraft example = exampleDraft();
    example.compute = draft().compute;
    load(example);
}

void EstimatorPanel::useData(const QString& datastore, const QString& path)
{
    m_parameters->useData(datastore, path);
}

client::EstimatorDraft EstimatorPanel::draft() const
{
    client::EstimatorDraft draft;
    m_code->fill(draft);
    m_parameters->fill(draft);
    m_environment->fill(draft);
    m_job->fill(draft);
    return draft;
}

void EstimatorPanel::edited()
{
    const client::EstimatorDraft now = draft();
    header()->setCaption(now.experiment.empty() ? tr("The estimator as a form") : tr("Experiment %1").arg(QString::fromStdString(now.experiment)));
    m_report->showYaml(QString::fromStdString(client::Estimators::jobYaml(now)));
    m_report->showChecking();
    m_isFresh = false;
    m_wish = Wish::None;
    m_retry = Wish::None;
    m_checks.cancel();
    if (isVisible())
        m_debounce.start();
}

void EstimatorPanel::check()
{
    m_debounce.stop();
    m_checks.cancel();
    m_checks.start(m_estimators.check(draft()), [this](Result<client::EstimatorReport> report) { showReport(std::move(report)); });
}

void EstimatorPanel::showReport(Result<client::EstimatorReport> report)
{
    const Wish wish = std::exchange(m_wish, Wish::None);
    if (!report)
        return m_report->showError(report.error(), tr("not checked"));
    m_lastReport = std::move(*report);
    m_isFresh = true;
    m_report->clearError();
    m_report->showReport(m_lastReport);
    m_code->showReport(m_lastReport);
    m_parameters->showReport(m_lastReport);
    m_environment->showReport(m_lastReport);
    m_job->showReport(m_lastReport);
    Q_EMIT checked();
    if (wish == Wish::Submit && m_isFresh)
        send();
}

void EstimatorPanel::submit()
{
    if (!m_submitButton->isEnabled())
        return;
    if (m_isFresh)
        return send();
    m_wish = Wish::Submit;
    check();
}

void EstimatorPanel::send()
{
    if (!m_lastReport.canSubmit) {
        const auto wrong = std::find_if(m_lastReport.checks.begin(), m_lastReport.checks.end(), [](const auto& check) { return check.level == client::Check::Level::Error; });
        if (wrong != m_lastReport.checks.end())
            focusOn(*wrong);
        return;
    }
    setSubmitting(true);
    const auto begin = [this](Sink<client::SubmitProgress> sink) { return m_estimators.submit(draft(), sink); };
    m_submission.start(begin, [this](std::vector<client::SubmitProgress> progress) { m_report->showProgress(progress.back()); },
                       [this](Result<api::Job> job) { ended(std::move(job)); });
}

void EstimatorPanel::ended(Result<api::Job> job)
{
    setSubmitting(false);
    if (!job) {
        m_retry = Wish::Submit;
        return m_report->showError(job.error(), tr("not submitted"));
    }
    m_report->showReport(m_lastReport);
    edited();
    Q_EMIT submitted(QString::fromStdString(job->name));
}

void EstimatorPanel::setSubmitting(bool isSubmitting)
{
    m_submitButton->setEnabled(!isSubmitting);
    if (isSubmitting)
        return m_report->showSubmitting();
    m_report->endSubmitting();
    if (m_isFresh)
        m_report->showReport(m_lastReport);
}

void EstimatorPanel::focusOn(const client::Check& check)
{
    using About = client::Check::Field;
    switch (check.field) {
    case About::Source:
    case About::Script: return m_code->focusOn(check.field);
    case About::Parameters:
    case About::Data: return m_parameters->focusRow(check.row);
    case About::Packages:
    case About::Environment: return m_environment->focusOn(check.field);
    case About::Compute:
    case About::Experiment: return m_job->focusOn(check.field);
    }
}

void EstimatorPanel::loadComputes()
{
    if (!m_computeCalls.isIdle())
        return;
    m_computeCalls.start(m_computes.list(), [this](Result<std::vector<api::Compute>> computes) {
        if (computes)
            m_job->setComputes(*computes);
    });
}

void EstimatorPanel::browse(ParameterRow* row)
{
    auto* picker = new DataPathPicker(m_bridge, m_datastores, this);
    picker->setAttribute(Qt::WA_DeleteOnClose);
    connect(picker, &DataPathPicker::dataRequested, this, &EstimatorPanel::dataRequested);
    connect(picker, &QDialog::accepted, this, [picker, target = QPointer<ParameterRow>(row)] {
        if (target)
            target->setPath(picker->datastore(), picker->path());
    });
    picker->open();
}

void EstimatorPanel::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    loadComputes();
    m_computeClock.start();
    if (!m_isFresh)
        m_debounce.start();
}

void EstimatorPanel::hideEvent(QHideEvent* event)
{
    Page::hideEvent(event);
    m_computeClock.stop();
}

} // namespace runyard
