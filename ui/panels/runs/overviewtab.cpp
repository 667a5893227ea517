#include "overviewtab.h"

#include "client/estimator.h"
#include "models/runstate.h"
#include "theme/metrics.h"
#include "widgets/card.h"
#include "widgets/format.h"
#include "widgets/keyvaluelist.h"

#include <QGridLayout>
#include <QVBoxLayout>

namespace runyard {

namespace {

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

double seconds(Millis from, Millis to)
{
    return static_cast<double>(to - from) / 1000;
}

} // namespace

OverviewTab::OverviewTab(QWidget* parent) : QScrollArea(parent)
{
    setObjectName(QStringLiteral("runOverview"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    viewport()->setAutoFillBackground(false);
    auto* page = new QWidget;
    page->setAutoFillBackground(false);
    m_run = makeSection(tr("Run"));
    m_parameters = makeSection(tr("Parameters"));
    m_phases = makeSection(tr("Phases"));
    m_tags = makeSection(tr("Tags"));
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(0, px(8), 0, 0);
    grid->setSpacing(px(12));
    grid->addWidget(m_run.card, 0, 0);
    grid->addWidget(m_parameters.card, 0, 1);
    grid->addWidget(m_phases.card, 1, 0);
    grid->addWidget(m_tags.card, 1, 1);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    grid->setRowStretch(2, 1);
    setWidget(page);
}

OverviewTab::Section OverviewTab::makeSection(const QString& title)
{
    auto* card = new Card(title, Card::Padding::Inside);
    auto* list = new KeyValueList(card);
    card->body()->addWidget(list);
    card->body()->addStretch();
    return {card, list};
}

void OverviewTab::clear()
{
    for (const Section& section : {m_run, m_parameters, m_phases, m_tags})
        section.list->clear();
    m_logged.clear();
    m_arguments.clear();
}

void OverviewTab::showDetails(const api::RunDetails& details)
{
    m_run.list->set(tr("Run id"), text(details.id), KeyValueList::Look::Mono);
    m_run.list->set(tr("State"), runState(details.status).word, KeyValueList::Look::Text, text(details.status));
    m_run.list->set(tr("Experiment"), text(details.experimentName));
    m_run.list->set(tr("Compute"), text(details.target));
    m_run.list->set(tr("Created"), formatDateTime(details.created));
    if (details.started > 0)
        m_run.list->set(tr("Started"), formatDateTime(details.started));
    if (details.ended > 0)
        m_run.list->set(tr("Ended"), formatDateTime(details.ended));
    if (!details.errorMessage.empty())
        m_run.list->set(tr("Error"), text(details.errorMessage));
    m_logged = details.parameters;
    showParameters();
    for (const api::Phase& phase : details.phases) {
        const QString span = phase.end > 0 ? formatDuration(seconds(phase.start, phase.end)) : tr("under way");
        m_phases.list->set(text(phase.name), phase.note.empty() ? span : span + QStringLiteral(", ") + text(phase.note));
    }
    for (const auto& [key, value] : details.tags)
        m_tags.list->set(text(key), text(value));
    m_tags.card->setVisible(!details.tags.empty());
    m_phases.card->setVisible(!details.phases.empty());
}

void OverviewTab::showJob(const api::Job& job)
{
    const client::EstimatorDraft draft = client::Estimators::fromJob(job);
    if (!draft.entryScript.empty())
        m_run.list->set(tr("Entry script"), text(draft.entryScript), KeyValueList::Look::Mono);
    m_run.list->set(tr("Command"), text(job.command), KeyValueList::Look::Mono);
    m_arguments.clear();
    for (const client::ScriptParameter& parameter : draft.parameters)
        m_arguments[parameter.name] = parameter.value;
    showParameters();
}

void OverviewTab::showParameters()
{
    for (const auto* values : {&m_arguments, &m_logged}) {
        for (const auto& [key, value] : *values)
            m_parameters.list->set(text(key), text(value), KeyValueList::Look::Mono);
    }
    m_parameters.card->setVisible(!m_arguments.empty() || !m_logged.empty());
}

} // namespace runyard
