#pragma once

#include "api/job.h"
#include "api/run.h"

#include <QObject>
#include <QTimer>

namespace runyard {

class Button;
class PageHeader;
class PhaseBar;
class StateChip;

// Fills the header of a run's page and its phases, and lets the time go on while it is active.
class RunHeader final : public QObject {
    Q_OBJECT
public:
    RunHeader(PageHeader* header, PhaseBar* phases, QObject* parent);

    void clear(const QString& id);
    void showDetails(const api::RunDetails& details);
    void showJob(const api::Job& job);
    const api::RunDetails& details() const { return m_details; }
    bool isActive() const;

    Button* duplicate;
    Button* cancel;
    Button* registerModel;

private:
    void refresh();
    void refreshPhases();
    Millis elapsed() const;

    PageHeader* m_header;
    PhaseBar* m_phases;
    StateChip* m_chip;
    api::RunDetails m_details;
    QString m_script;
    QTimer m_clock;
};

} // namespace runyard
