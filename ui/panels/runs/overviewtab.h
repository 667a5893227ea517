#pragma once

#include "api/job.h"
#include "api/run.h"

#include <QScrollArea>

namespace runyard {

class Card;
class KeyValueList;

// What a run is: identity, times, parameters, tags, environment.
class OverviewTab final : public QScrollArea {
    Q_OBJECT
public:
    explicit OverviewTab(QWidget* parent = nullptr);

    void clear();
    void showDetails(const api::RunDetails& details);
    void showJob(const api::Job& job);

private:
    struct Section {
        Card* card = nullptr;
        KeyValueList* list = nullptr;
    };

    Section makeSection(const QString& title);
    void showParameters();

    Section m_run;
    Section m_parameters;
    Section m_phases;
    Section m_tags;
    std::map<std::string, std::string> m_logged;     // what the script logged
    std::map<std::string, std::string> m_arguments;  // what the command line says
};

} // namespace runyard
