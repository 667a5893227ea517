#include "runheader.h"

#include "client/estimator.h"
#include "clock.h"
#include "models/runstate.h"
#include "widgets/format.h"
#include "widgets/pageheader.h"
#include "widgets/phasebar.h"
#include "widgets/statechip.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>
#include <chrono>

namespace runyard {

namespace {

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

QString span(Millis from, Millis to)
{
    return formatDuration(static_cast<double>(std::max<Millis>(0, to - from)) / 1000);
}

} // namespace

RunHeader::RunHeader(PageHeader* header, PhaseBar* phases, QObject* parent)
    : QObject(parent), duplicate(header->addAction(tr("Duplicate…"))), cancel(header->addAction(tr("Cancel run"), Button::Danger)),
      registerModel(header->addAction(tr("Register model…"), Button::Primary)), m_header(header), m_phases(phases), m_chip(new StateChip)
{
    duplicate->setObjectName(QStringLiteral("runDuplicate"));
    cancel->setObjectName(QStringLiteral("runCancel"));
    registerModel->setObjectName(QStringLiteral("runRegister"));
    m_chip->setObjectName(QStringLiteral("runState"));
    phases->setObjectName(QStringLiteral("runPhases"));
    header->setChip(m_chip);
    m_clock.setInterval(std::chrono::seconds(1));
    connect(&m_clock, &QTimer::timeout, this, &RunHeader::refresh);
}

void RunHeader::clear(const QString& id)
{
    m_clock.stop();
    m_details = {};
    m_script.clear();
    m_header->setTitle(id);
    m_header->setCaption({});
    m_chip->setState(tr("Loading"), StateKind::Neutral);
    m_phases->setPhases({});
    cancel->hide();
    registerModel->setEnabled(false);
}

void RunHeader::showDetails(const api::RunDetails& details)
{
    m_details = details;
    m_header->setTitle(text(details.displayName.empty() ? details.id : details.displayName));
    refresh();
    if (isActive())
        m_clock.start();
    else
        m_clock.stop();
    cancel->setVisible(isActive());
    cancel->setEnabled(details.status != "CancelRequested");
}

void RunHeader::showJob(const api::Job& job)
{
    m_script = text(client::Estimators::fromJob(job).entryScript);
    if (!m_details.id.empty())
        refresh();
}

bool RunHeader::isActive() const
{
    return !m_details.id.empty() && runState(m_details.status).isActive;
}

Millis RunHeader::elapsed() const
{
    const Millis begin = m_details.created > 0 ? m_details.created : m_details.started;
    const Millis end = m_details.ended > 0 ? m_details.ended : nowMillis();
    return begin > 0 ? std::max<Millis>(0, end - begin) : 0;
}

void RunHeader::refresh()
{
    const RunState state = runState(m_details.status);
    m_chip->setState(state.word + QLatin1Char(' ') + clockText(elapsed()), state.kind);
    m_chip->setToolTip(text(m_details.status));
    QStringList parts;
    for (const QString& part : {text(m_details.experimentName), m_script, text(m_details.target)}) {
        if (!part.isEmpty())
            parts.append(part);
    }
    if (m_details.started > 0)
        parts.append(tr("started %1").arg(formatDateTime(m_details.started)));
    m_header->setCaption(parts.join(QStringLiteral(" · ")));
    refreshPhases();
}

void RunHeader::refreshPhases()
{
    const bool isFailed = m_details.status == "Failed";
    const api::Phase* culprit = nullptr;  // what a failed run failed in: finalizing comes after every failure
    for (const api::Phase& part : m_details.phases) {
        if (part.name != "Finalizing" || !culprit)
            culprit = &part;
    }
    QVector<Phase> shown;
    for (const char* name : {"Queued", "Preparing", "Scaling", "Running", "Finalizing"}) {
        Phase phase;
        phase.name = QCoreApplication::translate("RunPhase", name);
        for (const api::Phase& part : m_details.phases) {
            if (part.name != name)
                continue;
            const bool isOpen = part.end == 0 && isActive();
            const Millis end = part.end > 0 ? part.end : m_details.ended;
            const bool isLast = &part == culprit;
            phase.state = isOpen ? Phase::State::Active : isFailed && isLast ? Phase::State::Failed : Phase::State::Done;
            phase.note = span(part.start, isOpen ? nowMillis() : std::max(end, part.start));
            if (!part.note.empty())
                phase.note += QStringLiteral(", ") + text(part.note);
            phase.toolTip = phase.name + QStringLiteral("\n") + QDateTime::fromMSecsSinceEpoch(part.start).toString(Qt::ISODateWithMs);
        }
        shown.append(phase);
    }
    m_phases->setPhases(shown);
}

} // namespace runyard
